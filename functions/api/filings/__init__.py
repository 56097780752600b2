"""What is answered from the SEC's filings, and from them beside Schwab's lists."""
