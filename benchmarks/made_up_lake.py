"""Made-up lakes of any size: snapshots and statuses of funds that overlap as real ones do, written in seconds.

Fund number n is the same in every lake, so that a question about the first funds costs what it costs, however many
others there are. 20 funds in turn have 8,000 lines: 400 on average, one of 3,500.

`python -m benchmarks.made_up_lake FOLDER FUNDS` writes one, to look at or to try something on.
"""

import base64
import csv
import hashlib
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.made_up_names import GIANTS, letters, symbol_of
from etf_analytics.reference import sectors
from etf_common.lake import CONFIG_KEY, dated_key, latest_key, raw_page_key, status_key
from local.disk import META

EQUITIES, FOREIGN, BONDS = 8_000, 6_000, 12_000
RUN, LATER_RUN = "20261124T223000Z", "20261124T233000Z"
FETCHED, FRESH_UNTIL = "2026-11-24T22:31:00Z", "2026-11-25T21:00:00Z"
NEWEST = date(2026, 11, 23)
_DAYS_BACK = (0, 0, 0, 0, 0, 0, 0, 1, 1, 24)
"""Most issuers publish every day, some a day later, some once a month."""
_SHAPES = (
    ("index", 3500), ("index", 30), ("theme", 50), ("bond", 1500), ("sector", 60), ("foreign", 800), ("index", 500),
    ("theme", 100), ("bond", 300), ("index", 250), ("single", 1), ("foreign", 150), ("sector", 40), ("theme", 80),
    ("index", 500), ("bond", 120), ("single", 5), ("theme", 10), ("single", 3), ("single", 1),
)  # fmt: skip
"""What a fund lists, and how many lines."""
_JSON = "application/json"


@dataclass(frozen=True)
class Listed:
    """A security of the market: the fixed parts of its line, and what it is worth."""

    symbol: str | None
    name: str
    asset_class: str
    price: float
    size: float
    """Of all that there is of it, USD: what an index weighs by."""


@dataclass(frozen=True)
class MadeUpFund:
    """One fund as the lake has it."""

    symbol: str
    body: bytes
    """Of its snapshot."""
    metadata: Mapping[str, str]
    status: bytes

    @property
    def holdings_as_of(self) -> str:
        """The date of its holdings."""
        return self.metadata["holdings-as-of"]

    def snapshot(self) -> dict[str, Any]:
        """The snapshot itself."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@cache
def market() -> Mapping[str, Sequence[Listed]]:
    """The securities by kind, the largest first: as real ones, a few are many times as large as most."""
    chance = random.Random(2026)  # noqa: S311 - the same at every run
    with Path(sectors.__file__).with_name("sectors.csv").open(encoding="utf-8", newline="") as file:
        known = [(row["symbol"], row["name"]) for row in csv.DictReader(file)]
    chance.shuffle(known)
    known.sort(key=lambda pair: GIANTS.index(pair[0]) if pair[0] in GIANTS else len(GIANTS))
    equities = known + [(f"Z{letters(n)}Q", f"Maker {letters(n)} Inc") for n in range(EQUITIES - len(known))]
    foreign = [(f"{n + 1000}" if n % 3 else f"Y{letters(n)}Q", f"Werk {letters(n)} AG") for n in range(FOREIGN)]
    bonds = [
        (None, f"{equities[n % 3000][1]} {1 + n % 57 / 8:.3f}% {1 + n % 12:02}/15/{2027 + n % 30}")
        for n in range(BONDS)
    ]
    return {
        "equity": _sized(equities, "equity", chance, 4e12),
        "foreign": _sized(foreign, "equity", chance, 8e11),
        "bond": _sized(bonds, "bond", chance, 5e10),
    }


def _sized(named: Sequence[tuple[str | None, str]], asset_class: str, chance: random.Random, largest: float) -> Any:
    sizes = (largest / (rank + 1) ** 1.05 for rank in range(len(named)))
    prices = (100.0 if asset_class == "bond" else round(chance.lognormvariate(4, 1), 2) + 1 for _ in named)
    return [Listed(*name, asset_class, price, size) for name, price, size in zip(named, prices, sizes, strict=True)]


def fund(number: int) -> MadeUpFund:
    """Fund number n."""
    chance = random.Random(number)  # noqa: S311 - the same at every run
    kind, lines = _SHAPES[number % len(_SHAPES)]
    symbol, assets = symbol_of(number), 10 ** chance.uniform(7.5, 11)
    as_of = (NEWEST - timedelta(_DAYS_BACK[number // 3 % len(_DAYS_BACK)])).isoformat()
    rows, weight_pct = _rows(_chosen(kind, lines, chance), assets, chance)
    # One in twelve is cut off, as a list is whose pages did not all come.
    reported = len(rows)
    rows = rows[: len(rows) // 2] if number % 12 == 5 and reported > 20 else rows
    is_whole = len(rows) == reported
    if not is_whole:
        weight_pct = round(sum(json.loads(row)["weight_pct"] for row in rows), 4)
    about = _about(symbol, f"Made Up {kind.title()} {number} ETF", as_of, chance)
    issues = [] if is_whole else [{"code": "row_count", "detail": "lines are missing", "count": 1, "rows": []}]
    about["totals"] = {"reported": reported, "included": len(rows), "weight_pct": weight_pct}
    about["quality"] = {"complete": is_whole, "issues": issues}
    text = json.dumps(about, separators=(",", ":"))
    body = f'{text[:-1]},"holdings":[{",".join(rows)}]}}'.encode()
    return MadeUpFund(symbol, body, _metadata(about), _status(symbol, as_of))


def _chosen(kind: str, lines: int, chance: random.Random) -> list[tuple[Listed, float]]:
    """Securities and their share of the fund, which need not sum to anything; the largest first."""
    pool = market()["bond" if kind == "bond" else "foreign" if kind == "foreign" else "equity"]
    if kind == "index":
        # Whoever follows the market holds the same, but for what came and went.
        places = [place for place in range(int(lines * 1.03) + 1) if chance.random() > 0.03][:lines]
        weighed = [(pool[place], pool[place].size) for place in places]
    else:
        start = chance.randrange(11) if kind == "sector" else 0
        step = 11 if kind == "sector" else 1
        power = {"bond": 1.2, "single": 2.5}.get(kind, 2.0)
        reach = len(pool) // step
        places = list(dict.fromkeys(int(reach * chance.random() ** power) for _ in range(lines * 2)))[:lines]
        weighed = [(pool[place * step + start], pool[place * step + start].size ** 0.5) for place in places]
    return sorted(weighed, key=lambda pair: -pair[1])


def _rows(chosen: list[tuple[Listed, float]], assets: float, chance: random.Random) -> tuple[list[str], float]:
    """The lines as JSON, and the sum of their weights. Written by hand: millions of dictionaries would take minutes."""
    cash_pct = round(chance.uniform(0.0, 0.6), 2) if len(chosen) > 1 else 0.0
    total = sum(weight for _, weight in chosen)
    rows, weights = [], 0.0
    for listed, weight in chosen:
        exact = (100 - cash_pct) * weight / total
        shares = max(1, round(assets * exact / 100 / listed.price))
        # Now and then the portal leaves the ticker out, and other lists have it.
        symbol = None if chance.random() < 0.01 else listed.symbol
        weights += round(exact, 2)
        rows.append(_row(symbol, listed, exact, shares, round(shares * listed.price)))
    if cash_pct:
        dollars = round(assets * cash_pct / 100)
        rows.append(_row("USD", Listed("USD", "U.S. Dollar", "cash", 1.0, 0), cash_pct, dollars, dollars))
        weights += cash_pct
    return rows, round(weights, 4)


def _row(symbol: str | None, listed: Listed, exact: float, shares: int, value: int) -> str:
    weight = round(exact, 2)
    implied = f',"weight_implied_pct":{exact:.12g}' if not weight and exact >= 1e-6 else ""
    return (
        f'{{"symbol":{json.dumps(symbol)},"name":{json.dumps(listed.name)},"weight_pct":{weight},"shares":{shares},'
        f'"market_value_usd":{value},"market_value_millions":{value / 1e6},"weight_bps":{round(weight * 100, 4)},'
        f'"asset_class":"{listed.asset_class}"{implied}}}'
    )


def _about(symbol: str, name: str, as_of: str, chance: random.Random) -> dict[str, Any]:
    price = round(chance.uniform(10, 400), 2)
    raw_key = raw_page_key(symbol, RUN)
    return {
        "schema_version": 1,
        "symbol": symbol,
        "name": name,
        "summary": {
            "symbol": symbol, "last_price": price, "change": "+0.10 (+0.10%)", "volume": chance.randrange(10**4, 10**7),
            "as_of": "2026-11-24 16:00:00", "session": "close", "change_abs": 0.1, "change_pct": 0.1,
            "bid": round(price - 0.01, 2), "bid_size": 300, "ask": round(price + 0.01, 2), "ask_size": 300,
        },
        "holdings_as_of": as_of,
        "provenance": {
            "source": "sample", "url": "https://portal.example/", "fetched_at": FETCHED, "fresh_until": FRESH_UNTIL,
            "raw_key": raw_key, "raw_sha256": hashlib.sha256(raw_key.encode()).hexdigest(), "parts": [],
        },
    }  # fmt: skip


def _metadata(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """As transform.publish writes it beside the snapshot."""
    totals, summary = snapshot["totals"], snapshot["summary"]
    return {
        "source": "sample", "run": RUN, "fetched-at": FETCHED, "fresh-until": FRESH_UNTIL,
        "holdings-as-of": snapshot["holdings_as_of"], "quote-as-of": summary["as_of"],
        "last-price": str(summary["last_price"]), "included": str(totals["included"]),
        "reported": str(totals["reported"]), "weight-pct": str(totals["weight_pct"]),
        "complete": "true" if snapshot["quality"]["complete"] else "false",
    }  # fmt: skip


def _status(symbol: str, as_of: str) -> bytes:
    success = {"run": RUN, "fetched_at": FETCHED, "holdings_as_of": as_of}
    status = {
        "run": RUN, "at": FETCHED, "result": "ok", "error": None, "symbol": symbol, "last_success": success,
        "transformed": [RUN], "tries": {},
    }  # fmt: skip
    return json.dumps(status, separators=(",", ":")).encode()


def config(funds: int) -> bytes:
    """The config of a lake of so many funds, as `make config` stores a long list."""
    symbols = [symbol_of(number) for number in range(funds)]
    return json.dumps({"etf_symbols": symbols, "max_holdings": "all", "expense_ratios": {}}).encode()


def funds(count: int) -> Iterator[MadeUpFund]:
    """The first funds."""
    return map(fund, range(count))


def refreshed(made: MadeUpFund) -> MadeUpFund:
    """The fund after another refresh on the same holdings date, by which it has lost its last line."""
    snapshot = made.snapshot()
    if len(snapshot["holdings"]) > 1:
        gone = snapshot["holdings"].pop()
        totals = snapshot["totals"]
        snapshot["totals"] = {
            "reported": totals["reported"] - 1,
            "included": totals["included"] - 1,
            "weight_pct": round(totals["weight_pct"] - gone["weight_pct"], 4),
        }
    body = json.dumps(snapshot, separators=(",", ":")).replace(RUN, LATER_RUN).encode()
    return replace(made, body=body, metadata={**_metadata(snapshot), "run": LATER_RUN})


def write(root: Path, count: int) -> int:
    """Write a lake of so many funds into an empty data folder; returns how many lines it has.

    As DataFolder writes objects, but for the wait until the disk has each: a lake of 4,500 funds has 18,000.
    """
    lines = 0
    _put(root, CONFIG_KEY, config(count), "application/yaml", {"source": "sample"})
    for made in funds(count):
        lines += int(made.metadata["included"])
        _put(root, dated_key(made.symbol, made.holdings_as_of), made.body, _JSON, made.metadata)
        _put(root, latest_key(made.symbol), made.body, _JSON, made.metadata)
        _put(root, status_key(made.symbol), made.status, _JSON, {})
    return lines


def _put(root: Path, key: str, body: bytes, content_type: str, metadata: Mapping[str, str]) -> None:
    digest = hashlib.sha256(body)
    headers = {"content-type": content_type, **{f"x-amz-meta-{name}": value for name, value in metadata.items()}}
    record = {
        "size": len(body),
        "etag": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "sha256": base64.b64encode(digest.digest()).decode(),
        "headers": headers,
    }
    for path, content in (
        (root / key, body),
        (root / META / key / f"{digest.hexdigest()}.json", json.dumps(record).encode()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]), int(sys.argv[2])):,} lines")
