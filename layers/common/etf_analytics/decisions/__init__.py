"""What helps to decide: how funds lean towards factors, what to trade, and what could take a fund's place.

docs/analytics.md has the definitions.
"""
