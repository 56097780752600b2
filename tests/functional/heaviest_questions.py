"""Asks the heaviest questions that the API answers and prints its peak memory in MB. Run in a process of its own."""

import json

from api.dated.funds import MOST_DATED_LINES
from api.questions import LOOK_THROUGH, MOST_LINES, MOST_PORTFOLIO_WORK
from benchmarks.measure import peak_mb
from tests.unit.api_cases import ask, handler, holding, put_fund
from tests.unit.builders import FakeLake

FUNDS = 30
LINES = MOST_LINES // FUNDS
BIG_FUNDS = 2
BIG_LINES = MOST_PORTFOLIO_WORK // (BIG_FUNDS + LOOK_THROUGH) // BIG_FUNDS
"""A portfolio of few funds may have the most lines."""
DAYS = ("2026-11-17", "2026-11-18")
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


def fill_two_dates(fake: FakeLake, symbol: str, lines: int) -> None:
    """A fund on two dates with so many lines together, which traded most of them, each by another part."""
    for number, day in enumerate(DAYS):
        rows = [
            holding(
                f"S{line}",
                name=f"{NAME} {line}",
                weight_pct=round((1 + (line + number) % 7 / 10) * 100 / lines, 6),
                shares=10_000 + number * line % 977,
                market_value_usd=1e6 + line,
            )
            for line in range(lines // len(DAYS))
        ]
        put_fund(fake, symbol, rows, day)


def ask_about_two_dates() -> None:
    """Ask about the changes of a fund, and of a portfolio, with as many lines as each may have."""
    fake = FakeLake()
    fill_two_dates(fake, "BIG", MOST_LINES)
    fill_two_dates(fake, "HELD", MOST_DATED_LINES)
    asked, zipped = handler(fake), {"accept-encoding": "gzip"}
    answers = [ask(asked, f"/api/etfs/BIG/{name}", headers=zipped) for name in ("changes", "attribution")]
    body = json.dumps({"positions": [{"symbol": "HELD", "amount_usd": 1000}]})
    answers.append(ask(asked, "/api/portfolio/changes", headers=zipped, method="POST", body=body))
    assert [answer["statusCode"] for answer in answers] == [200, 200, 200]


def main() -> None:
    """Ask overlap and holders over as many lines as may be, about two dates, then the heaviest portfolio."""
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
    ask_about_two_dates()
    fake = FakeLake()
    few = fill(fake, "G", BIG_FUNDS, BIG_LINES)
    positions = ",".join(f"{symbol}:1" for symbol in few)
    answer = ask(handler(fake), "/api/portfolio", {"positions": positions}, {"accept-encoding": "gzip"})
    assert answer["statusCode"] == 200, answer["body"]
    print(json.dumps(peak_mb()))


if __name__ == "__main__":
    main()
