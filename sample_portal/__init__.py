"""The sample portal: Schwab's ETF pages and module API with made-up figures, for demonstrations and for tests."""
