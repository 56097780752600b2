"""A filing in the form of a list, for every figure that lists have: one fund, several, portfolios, two dates.

Lines are told apart by their ISINs, which the rules for lists take as deciding (`matching.evidence`): names change from
quarter to quarter with the filer's agent. The lines keep their order and their digits.
"""

from collections.abc import Mapping
from typing import Any

from etf_analytics.filings.candidates import LONGEST_NAME
from etf_analytics.filings.identifiers import isin_of_line
from etf_analytics.filings.share_classes import begins_with
from etf_analytics.filings.tickers import Tickers, tickers_of_lines
from etf_analytics.matching.bonds import parse_bond
from etf_analytics.reference.company_names import read_name
from etf_common.codes import IssueCode

Filing = Mapping[str, Any]
Line = Mapping[str, Any]
_NO_QUOTE = ("last_price", "change", "volume", "as_of", "session", "change_abs", "change_pct", "bid", "bid_size", "ask",
             "ask_size")  # fmt: skip
_MILLION = 1e6


def filing_as_list(filing: Filing, tickers: Tickers | None = None) -> dict[str, Any]:
    """A snapshot as `prepare` and `on_date` read it, from the stored snapshot of a filing; it has no quote.

    `tickers` are the same for all funds of one answer (`tables/securities.parquet`). A line that they do not know has
    the ticker of the filing, if it gives one and nothing contradicts it; most filings give none, and then the line has
    no symbol. Each holding has its `isin` besides. A filing that leaves securities undisclosed is a partial list whose
    other lines nobody knows: its figures are null with a reason.
    """
    lines = filing["lines"]
    isins = [isin_of_line(line) for line in lines]
    symbols = tickers_of_lines(lines, isins, tickers or {})
    holdings = [_holding(*told) for told in zip(lines, isins, symbols, strict=True)]
    complete = filing["complete"]
    undisclosed = (
        [] if complete else [{"code": IssueCode.MISCELLANEOUS_SECURITIES, "detail": "", "count": 1, "rows": []}]
    )
    return {
        "schema_version": 1,
        "symbol": filing["symbol"],
        "name": filing["fund"]["name"],
        "summary": {"symbol": filing["symbol"], **dict.fromkeys(_NO_QUOTE)},
        "holdings": holdings,
        "holdings_as_of": filing["report_date"],
        "totals": {
            "reported": len(holdings) if complete else None,
            "included": len(holdings),
            "weight_pct": filing["totals"].get("weight_pct"),
        },
        "quality": {"complete": complete, "issues": undisclosed},
        "provenance": filing["provenance"],
    }


def filing_basis(filing: Filing) -> dict[str, Any]:
    """What an answer on a filing says of it."""
    return {
        "source": "filing",
        "report_date": filing["report_date"],
        "filed": filing["filed"],
        "accession": filing["accession"],
        "complete": filing["complete"],
    }


def _holding(line: Line, isin: str | None, symbol: str | None) -> dict[str, Any]:
    value, weight, balance = line["value_usd"], line["weight_pct"], line["balance"]
    # A balance is mostly filed without a sign, but a short position is below 0.
    sold = line["side"] == "short" and (balance or 0) > 0
    return {
        "symbol": symbol,
        "name": name_of(line),
        "weight_pct": weight,
        "shares": -balance if sold else balance,
        "market_value_usd": value,
        "market_value_millions": None if value is None else value / _MILLION,
        "weight_bps": None if weight is None else weight * 100.0,
        "asset_class": line["asset_class"],
        "isin": isin,
    }


def name_of(line: Line) -> str | None:
    """What the line is called: the issuer, the issue where it says more, and of a bond its terms too."""
    name, title = line["name"], line["title"]
    if not name or not title:
        return str(name or title) if name or title else None
    if line["asset_class"] == "bond":
        return _bond_name(line)
    if line["asset_class"] in ("derivative", "cash", "other"):
        return str(title)  # the name is a counterparty's
    name, title = str(name)[:LONGEST_NAME], str(title)[:LONGEST_NAME]
    says_class = read_name(title).shares and not read_name(name).shares and not begins_with(name, title)
    return title if says_class else name


def _bond_name(line: Line) -> str:
    """A name that tells issuer, coupon and maturity, as lists write it."""
    text = str(line["title"])
    if parse_bond(text[:LONGEST_NAME]) or line["coupon_pct"] is None or not line["maturity"]:
        return text
    return f"{text} {line['coupon_pct']}% {line['maturity']}"
