"""Rebalancing: from a problem in numbers to the trades that solve it. Pure arithmetic: no storage, no network."""
