"""One fund, or a portfolio, on two dates: what was traded, what came in or went out as flow, and what prices did.

docs/analytics.md has the definitions.
"""
