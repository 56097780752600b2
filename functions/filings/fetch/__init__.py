"""Fetch: one queue message, one symbol; its fund's filings go into raw-filings/, byte for byte."""
