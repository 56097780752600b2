"""The markup: from raw answers to a snapshot. Knows no network."""
