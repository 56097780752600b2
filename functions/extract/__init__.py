"""Schwab's protocol: from a symbol to its raw answers in the lake. Knows no HTML tables."""
