"""Filings: the funds' own reports to the SEC on Form N-PORT, fetched, kept and read."""
