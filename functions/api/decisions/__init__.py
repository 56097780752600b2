"""What helps to decide: factors, rebalancing, drift, substitutes."""
