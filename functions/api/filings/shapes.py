"""Validation of stored filings and of what is known about fetching them, as `shapes` does for snapshots."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from api.shapes import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    ShapeError,
    Types,
    fields_of,
    is_date,
    loaded,
    object_of,
    part_of,
    required_text,
)
from etf_common.errors import one_line, shorten

LINE: dict[str, Types] = {
    **dict.fromkeys(("name", "title", "isin", "cusip", "lei", "ticker", "country", "currency"), TEXT),
    "exchange_rate": NUMBER,
    **dict.fromkeys(("asset_class", "filed_category", "filed_category_detail", "issuer_category"), TEXT),
    "balance": NUMBER,
    "unit": TEXT,
    **dict.fromkeys(("value_usd", "weight_pct"), NUMBER),
    "side": TEXT,
    "fair_value_level": COUNT,
    "restricted": FLAG,
    "coupon_pct": NUMBER,
    **dict.fromkeys(("coupon_kind", "maturity"), TEXT),
    "in_default": FLAG,
    **dict.fromkeys(("derivative_kind", "counterparty"), TEXT),
    "notional": NUMBER,
    **dict.fromkeys(("notional_currency", "expiry"), TEXT),
}
"""The fields of a line, in the order of the table."""
_MONEY = ("total_assets_usd", "liabilities_usd", "net_assets_usd", "miscellaneous_securities_usd")
_FUND: dict[str, Types] = {
    **dict.fromkeys(("name", "registrant", "cik", "series_id", "series_lei", "series", "class_id"), TEXT),
    "fiscal_year_end": TEXT,
    **dict.fromkeys((*_MONEY, "cash_not_reported_usd"), NUMBER),
}
_RETURN: dict[str, Types] = {"class_id": TEXT, "month": TEXT, "return_pct": NUMBER}
_FLOW: dict[str, Types] = {
    "month": TEXT,
    **dict.fromkeys(("sales_usd", "reinvested_usd", "redeemed_usd", "net_usd"), NUMBER),
}
_RISK: dict[str, Types] = {"currency": TEXT, "period": TEXT, "dv01_usd": NUMBER, "dv100_usd": NUMBER}
_LINES = b'"lines":['
"""Where the lines begin. In a text this cannot stand, since a text's quotes are escaped."""


def filing_of(body: bytes, *, strict: bool = False) -> dict[str, Any]:
    """The filing in `body`, with every field that the API reads. Raises ShapeError.

    `strict`: NaN and Infinity are errors, because the bytes will be served unchanged.
    """
    value = object_of("the filing", loaded(body, strict=strict))
    quality = part_of(value, "quality")
    lines = value.get("lines")
    if not isinstance(lines, list):
        raise ShapeError("lines is not a list")
    part_of(value, "provenance")
    issues = quality.get("issues") or []
    if not isinstance(issues, list) or not all(isinstance(item, dict) for item in issues):
        raise ShapeError("quality.issues is not a list of objects")
    return {
        **value,
        **_head(value),
        "lines": [_line(line) for line in lines],
        "quality": {
            **quality,
            "issues": [{**issue, "code": required_text(issue, "code")} for issue in issues],
        },
    }


def head_in(beginning: bytes) -> dict[str, Any] | None:
    """What a stored filing says before its lines, of its first bytes; None if the lines do not begin in them.

    Raises ShapeError.
    """
    at = beginning.find(_LINES)
    if at < 0:
        return None
    return _head(object_of("the filing", loaded(beginning[:at] + _LINES + b"]}", strict=True)))


def status_of_filings(body: bytes) -> dict[str, Any] | None:
    """How the last look at the SEC ended for a symbol, as `status_in` has it; None if it cannot be read."""
    try:
        return status_in(loaded(body, strict=True))
    except ShapeError:
        return None


def status_in(status: Any) -> dict[str, Any] | None:
    """The parsed value of a status as `checked_at`, `result`, `error`, `note` and `waits`; None if it is not one.

    `waits`: whether a filing has come. Where there is none to be seen, parse or the tables are not done with it yet.
    `error` is that of the look at the SEC; after a good one, that of the newest filing if it could not be read. `note`
    says why the newest filing does not stand although it could be read.
    """
    try:
        value = object_of("the status", status)
        texts = fields_of(value, {"checked_at": TEXT, "result": TEXT})
        filings = [object_of("a filing", filing) for filing in part_of(value, "accessions").values()]
        newest = filings[-1] if filings else {}
        failed = newest.get("error") if newest.get("state") == "failed" else None
        kept_back = newest.get("error") if newest.get("state") == "kept_back" else None
        error = value.get("error") or failed
        return {
            **{name: text and one_line(text) for name, text in texts.items()},
            "error": {name: one_line(required_text(object_of("error", error), name)) for name in ("code", "message")}
            if error
            else None,
            "note": one_line(required_text(object_of("error", kept_back), "message")) if kept_back else None,
            "waits": any(filing.get("state") in {"fetched", "parsed"} for filing in filings),
        }
    except ShapeError:
        return None


def _head(value: Mapping[str, Any]) -> dict[str, Any]:
    fund, totals = part_of(value, "fund"), part_of(value, "totals")
    for name in ("report_date", "filed"):
        if value.get(name) is not None and not is_date(str(value[name])):
            raise ShapeError(f"{name} is {shorten(value[name])}")
    return {
        **{name: required_text(value, name) for name in ("symbol", "report_date", "accession")},
        **fields_of(value, {"filed": TEXT, "form": TEXT}),
        # Only what says so is final or complete.
        **{name: value.get(name) is True for name in ("final", "complete")},
        "fund": {
            **fund,
            **fields_of(fund, _FUND),
            "returns": _rows("fund.returns", fund.get("returns"), _RETURN),
            "flows": _rows("fund.flows", fund.get("flows"), _FLOW),
            "interest_rate_risk": _rows("fund.interest_rate_risk", fund.get("interest_rate_risk"), _RISK),
        },
        "totals": fields_of(totals, {"lines": COUNT, "weight_pct": NUMBER, "value_usd": NUMBER}),
    }


def _rows(what: str, value: Any, fields: Mapping[str, Types]) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ShapeError(f"{what} is not a list")
    return [fields_of(object_of(f"a row of {what}", row), fields) for row in value]


def _line(row: Any) -> dict[str, Any]:
    line = object_of("a line", row)
    if line.keys() == LINE.keys() and line["asset_class"] and _are_right(tuple(map(type, map(line.get, LINE)))):
        return line
    whole = fields_of(line, LINE)
    # In doubt `other`, as in the parser.
    return {**line, **whole, "asset_class": whole["asset_class"] or "other"}


@cache
def _are_right(types: tuple[type, ...]) -> bool:
    """Whether a line may have values of these types; remembered, since thousands have the same."""
    return all(found in allowed for found, allowed in zip(types, LINE.values(), strict=True))
