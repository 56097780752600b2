"""Asks the heaviest questions that the API answers and prints its peak memory in MB. Run in a process of its own."""

import json

from api.questions import LOOK_THROUGH, MOST_LINES, MOST_PORTFOLIO_WORK
from benchmarks.measure import peak_mb
from tests.unit.api_cases import ask, handler, holding, put_fund
from tests.unit.builders import FakeLake

FUNDS = 30
LINES = MOST_LINES // FUNDS
BIG_FUNDS = 2
BIG_LINES = MOST_PORTFOLIO_WORK // (BIG_FUNDS + LOOK_THROUGH) // BIG_FUNDS
"""A portfolio of few funds may have the most lines."""
NAME = "Company with a long name as issuers abroad have them, number"


def fill(fake: FakeLake, prefix: str, funds: int, lines: int) -> list[str]:
    """Funds of so many lines; each holds all the others, and half of a market that the others hold too."""
    symbols = [f"{prefix}{number}" for number in range(funds)]
    for number, symbol in enumerate(symbols):
        others = [holding(other, asset_class="etf") for other in symbols if other != symbol]
        market = ((line * 7 + number * 13) % (2 * lines) for line in range(lines - len(others)))
        rows = [holding(f"S{line}", name=f"{NAME} {line}", weight_pct=round(50 / lines, 6)) for line in market]
        put_fund(fake, symbol, [*others, *rows])
    return symbols


def main() -> None:
    """Ask overlap and holders over as many lines as may be, then the heaviest portfolio."""
    fake = FakeLake()
    many = fill(fake, "F", FUNDS, LINES)
    asked = handler(fake)
    questions: list[tuple[str, dict[str, str]]] = [
        ("/api/overlap", {"symbols": ",".join(many)}),
        ("/api/holders/S1", {"by": "issuer"}),
    ]
    for path, query in questions:
        answer = ask(asked, path, query, {"accept-encoding": "gzip"})
        assert answer["statusCode"] == 200, answer["body"]
    fake = FakeLake()
    few = fill(fake, "G", BIG_FUNDS, BIG_LINES)
    positions = ",".join(f"{symbol}:1" for symbol in few)
    answer = ask(handler(fake), "/api/portfolio", {"positions": positions}, {"accept-encoding": "gzip"})
    assert answer["statusCode"] == 200, answer["body"]
    print(json.dumps(peak_mb()))


if __name__ == "__main__":
    main()
