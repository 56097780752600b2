"""How Schwab's portal spells symbols: class shares with a slash."""


def portal_form(symbol: str) -> str:
    """`BRK.B` -> `BRK/B`, as Schwab's portal writes it."""
    return symbol.replace(".", "/")
