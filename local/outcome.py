"""How the refresh of one symbol ended, as the terminal tells it."""

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Outcome:
    """How one symbol ended. `result` is `ok`, `page_only`, `kept_back`, `not_an_etf` or `failed`."""

    symbol: str
    result: str
    message: str = ""
    rows: int | None = None
    reported: int | None = None
    holdings_as_of: str | None = None
    last_price: float | None = None
    seconds: float = 0.0

    @classmethod
    def of_transform(cls, answer: dict[str, Any], seconds: float) -> Self:
        """The outcome that transform's answer tells."""
        message = answer["error"]["message"] if answer["error"] else ""
        if answer["result"] == "kept_back":
            message = "a newer or fuller snapshot stays: " + (message or "this one is older")
        figures = {name: answer.get(name) for name in ("rows", "reported", "holdings_as_of", "last_price")}
        return cls(answer["symbol"], answer["result"], message, **figures, seconds=seconds)
