"""What helps to decide: factor tilts, rebalancing, drift, substitutes, and what a portfolio holds twice.

docs/analytics.md has the definitions.
"""
