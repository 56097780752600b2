"""The histories and changes that the tables function writes, as they are read: never anything but what it writes."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from etf_common.dated_changes import DateChanges, FundHistory
from etf_common.errors import DamagedObjectError

DAY, BEFORE = "2026-11-24", "2026-11-23"
COUNTS = ("added", "removed", "increased", "decreased", "entered", "left", "undetermined", "unchanged")
TRADE = {
    "kind": "added",
    "symbol": "NVDA",
    "name": None,
    "traded_shares": 5,
    "traded_usd": None,
    "weight_from_pct": 0.0,
    "weight_to_pct": 1.5,
    "trade_pct": 1.5,
}
DIGEST: dict[str, Any] = {
    "symbol": "QQQ",
    "name": "Fund",
    "from": BEFORE,
    "to": DAY,
    "etag_from": '"1"',
    "etag_to": '"2"',
    "source": "live",
    "fetched_at": None,
    "complete": True,
    "included": 100,
    "reported": None,
    "flow_factor": 1.01,
    "flow_reason": None,
    "baskets": 1,
    "turnover_pct": 0.4,
    "max_trade_pct": 1.5,
    **{f"{name}_count": 0 for name in COUNTS},
    "splits": [],
    "largest_trades": [TRADE],
    "flaws": {},
    "reasons": {},
}
RECORD: dict[str, Any] = {
    "etag": '"2"',
    "rows": 100,
    "weight_pct": 99.9,
    "last_price": 1.0,
    "complete": True,
    "fetched_at": None,
    "source": "live",
    "quote": {"as_of": None, "session": None, "last_price": None},
    "top_10_pct": {"low": 1.0, "high": 2.0},
    "hhi_points": None,
    "largest": None,
    "sectors": [],
    "change": DIGEST,
}
Spoil = Callable[[dict[str, Any]], Any]
ANYTHING: list[bytes] = [
    *(b"", b"{", b"[]", b"null", b"{}", b"\xff", b'"x"', b"[" * 100_000),
    *(b'{"schema_version": 1}', b'{"schema_version": 1, "symbol": "QQQ", "as_of": "2026-11-24"}'),
]
SPOILT: dict[str, Spoil] = {
    "no digest": lambda digest: [],
    "of another fund": lambda digest: {**digest, "symbol": "VTI"},
    "of another date": lambda digest: {**digest, "to": "2026-11-25"},
    "a count below 0": lambda digest: {**digest, "added_count": -1},
    "a count that is a text": lambda digest: {**digest, "added_count": "2"},
    "a count that is missing": lambda digest: {name: digest[name] for name in digest if name != "added_count"},
    "a number that JSON does not have": lambda digest: {**digest, "turnover_pct": float("nan")},
    "a number beyond all": lambda digest: {**digest, "turnover_pct": 10**400},
    "a flag for a number": lambda digest: {**digest, "turnover_pct": True},
    "a trade that is a text": lambda digest: {**digest, "largest_trades": ["NVDA"]},
    "a trade without a weight": lambda digest: {**digest, "largest_trades": [{"kind": "added"}]},
    "reasons that are none": lambda digest: {**digest, "reasons": []},
}


def history(record: Any = RECORD, **values: Any) -> bytes:
    return json.dumps({"schema_version": 1, "symbol": "QQQ", "dates": {DAY: record}, **values}).encode()


def changes(digest: Any = DIGEST, **values: Any) -> bytes:
    return json.dumps({"schema_version": 1, "as_of": DAY, "funds": {"QQQ": digest}, **values}).encode()


def test_what_is_written_is_read_as_it_was_by_date_and_symbol() -> None:
    first = {**RECORD, "change": None}
    told = FundHistory("QQQ", {DAY: RECORD, BEFORE: first})
    assert FundHistory.parse(told.document(), "QQQ") == told
    assert list(FundHistory("QQQ", json.loads(told.document())["dates"]).dates) == [BEFORE, DAY]

    found = DateChanges(DAY, {"QQQ": DIGEST})
    assert DateChanges.parse(found.document(), DAY) == found


def test_the_digests_of_old_dates_have_no_trades() -> None:
    old = {name: value for name, value in DIGEST.items() if name != "largest_trades"}
    assert FundHistory.parse(history({**RECORD, "change": old}), "QQQ") is not None


def test_what_another_release_wrote_in_another_form_is_none() -> None:
    assert FundHistory.parse(history(schema_version=2), "QQQ") is None
    assert DateChanges.parse(changes(schema_version=2), DAY) is None


@pytest.mark.parametrize("body", ANYTHING, ids=range(len(ANYTHING)))
def test_what_no_release_writes_is_damaged(body: bytes) -> None:
    with pytest.raises(DamagedObjectError, match=r'tables/history/QQQ\.json .*\{"rebuild": \["QQQ"\]\}'):
        FundHistory.parse(body, "QQQ")
    with pytest.raises(DamagedObjectError, match=r"as_of=2026-11-24/_changes\.json .*rebuild the tables"):
        DateChanges.parse(body, DAY)


@pytest.mark.parametrize("kind", SPOILT)
def test_a_digest_with_anything_else_than_its_values_is_damaged(kind: str) -> None:
    spoilt = SPOILT[kind](DIGEST)
    with pytest.raises(DamagedObjectError):
        DateChanges.parse(changes(spoilt), DAY)
    with pytest.raises(DamagedObjectError):
        FundHistory.parse(history({**RECORD, "change": spoilt}), "QQQ")


@pytest.mark.parametrize(
    "values",
    [
        *({"etag": None}, {"rows": 1.5}, {"quote": None}, {"complete": "true"}, {"sectors": [{}]}, {"change": "x"}),
        *({"top_10_pct": {"low": 1.0}}, {"top_10_pct": {"low": 1.0, "high": "2"}}, {"largest": {"symbol": "A"}}),
    ],
    ids=str,
)
def test_a_record_with_anything_else_than_its_values_is_damaged(values: dict[str, Any]) -> None:
    with pytest.raises(DamagedObjectError):
        FundHistory.parse(history({**RECORD, **values}), "QQQ")


def test_a_history_of_another_fund_or_of_what_is_no_date_is_damaged() -> None:
    for body in (history(symbol="VTI"), history(dates={"latest": {**RECORD, "change": None}}), history(dates=[])):
        with pytest.raises(DamagedObjectError):
            FundHistory.parse(body, "QQQ")
