"""Names of made-up lakes: so small that a cold start can import it."""

GIANTS = ("NVDA", "AAPL", "MSFT", "AMZN", "JPM", "XOM", "JNJ", "PG", "HD", "COST", "KO", "CAT")
"""The largest companies of the market, in its order."""


def letters(number: int) -> str:
    """0 is AAA, 1 is AAB."""
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


def symbol_of(number: int) -> str:
    """Fund number n is `XAAA`, `XAAB`, ...: no security of the market is called so."""
    return f"X{letters(number)}"
