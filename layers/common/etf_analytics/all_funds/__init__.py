"""For questions about all funds at once: which lines a question needs, and funds of only those lines."""
