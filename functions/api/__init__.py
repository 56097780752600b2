"""The REST API over processed/. Knows no Schwab."""
