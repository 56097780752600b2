"""The whole lake at once: from snapshots to tables of all funds, for SQL and for questions about all funds."""
