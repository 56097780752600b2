"""Whatever the bucket holds under a snapshot's key, the API gives an answer or a stated fault, never a 500."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.shapes import ShapeError, snapshot_of
from etf_common.lake import dated_key, latest_key, status_key
from tests.unit.api_cases import METADATA, ask, fund, handler, holding, put_fund, three_funds, told

FUND = fund("VTI", [holding("AAPL"), holding("MSFT", weight_pct=0.0), holding(None, asset_class="cash")])
ROUTES: list[tuple[str, dict[str, str]]] = [
    ("/api/etfs", {}),
    ("/api/etfs/VTI", {}),
    ("/api/etfs/VTI", {"as_of": "2026-11-18"}),
    ("/api/etfs/VTI/holdings", {"sort": "-weight_pct"}),
    ("/api/etfs/VTI/holdings", {"format": "csv", "sort": "name"}),
    ("/api/etfs/VTI/holdings", {"format": "xlsx"}),
    ("/api/etfs/VTI/history", {}),
    ("/api/etfs/VTI/analytics", {}),
    ("/api/overlap", {"symbols": "VTI,VOO", "max_lag_days": "3"}),
    ("/api/overlap", {"symbols": "VTI,VOO", "format": "csv"}),
    ("/api/compare", {"symbols": "VTI,VOO", "by": "issuer"}),
    ("/api/holders/AAPL", {}),
    ("/api/portfolio", {"positions": "VTI:1,AAPL:1"}),
    ("/api/status", {}),
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.sampled_from(["", "VTI", "\ud800", "2026-02-30", "9999-12-31", "cash", "etf", "1", "x" * 5000])
    | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
METADATA_TEXT = st.sampled_from(["", "x", "-1", "nan", "1e999", "9" * 30, "true", "2026-11-18", "9999-12-31", "\u0663"])


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a JSON value."""
    here = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, inner in here for place in [(value, key), *places(inner)]]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A fund in which some values are missing or others."""
    found = json.loads(json.dumps(FUND))
    for _ in range(draw(st.integers(0, 3))):
        container, key = draw(st.sampled_from(places(found)))
        if isinstance(container, dict) and draw(st.booleans()):
            container.pop(key, None)
        elif not isinstance(container, list) or key < len(container):
            container[key] = draw(VALUES)
    return json.dumps(found).encode()


def all_answers(body: bytes, metadata: Mapping[str, str], status: bytes | None = None) -> list[dict[str, Any]]:
    fake = three_funds()
    for key in (latest_key("VTI"), dated_key("VTI", "2026-11-18")):
        fake.put(key, body, '"x"', metadata)
    if status is not None:
        fake.put(status_key("VTI"), status)
    asked = handler(fake)
    return [ask(asked, path, query) for path, query in ROUTES]


def check(answers: list[dict[str, Any]]) -> None:
    for (path, query), answer in zip(ROUTES, answers, strict=True):
        assert answer["statusCode"] in {200, 404, 409, 503}, (path, query, answer["body"])
        if answer["statusCode"] != 200:
            assert len(told(answer)) > 20, "every fault is explained"
        if query.get("format") not in ("csv", "xlsx"):
            json.loads(answer["body"].encode(), parse_constant=pytest.fail)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated(), st.dictionaries(st.sampled_from([*METADATA, "included", "reported", "weight-pct"]), METADATA_TEXT))
def test_no_stored_snapshot_makes_a_500(body: bytes, metadata: dict[str, str]) -> None:
    check(all_answers(body, {**METADATA, **metadata}))


@settings(max_examples=60, deadline=None)
@given(VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20))
def test_no_stored_value_of_another_shape_makes_a_500(body: bytes) -> None:
    check(all_answers(body, {}, status=body))


@pytest.mark.parametrize("status", [{"error": "x"}, {"error": {"message": 1}}, {"run": 1}, {"last_success": []}, []])
def test_a_status_of_another_shape_is_no_status(status: Any) -> None:
    stored = {"run": "x", "at": "x", "result": "ok", "error": None}
    fake = three_funds()
    for symbol in ("VTI", "QQQ"):
        fake.put(status_key(symbol), json.dumps({**stored, **status} if isinstance(status, dict) else status).encode())
    asked = handler(fake)

    assert json.loads(ask(asked, "/api/status")["body"])["VTI"]["last_attempt"] is None
    assert ask(asked, "/api/etfs/QQQ")["statusCode"] == 404


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (json.dumps({**FUND, "name": "\ud800"}).encode(), "not JSON in UTF-8"),
        (json.dumps({**FUND, "holdings": {}}).encode(), "holdings"),
        (json.dumps({**FUND, "holdings": [1]}).encode(), "holding"),
        (json.dumps({**FUND, "holdings": [holding("A", weight_pct="1")]}).encode(), "weight_pct"),
        (json.dumps({**FUND, "holdings": [holding("A", shares=True)]}).encode(), "shares"),
        (json.dumps({**FUND, "totals": {"reported": 1.5}}).encode(), "reported"),
        (json.dumps({**FUND, "quality": {"issues": [{}]}}).encode(), "code"),
        (json.dumps({**FUND, "summary": {"last_price": "1"}}).encode(), "last_price"),
        (json.dumps({**FUND, "holdings_as_of": None}).encode(), "holdings_as_of"),
        (json.dumps({**FUND, "symbol": "VOO"}).encode(), "another snapshot"),
        (json.dumps({**FUND, "summary": {"last_price": float("nan")}}).encode(), "not JSON"),
    ],
)
def test_a_damaged_snapshot_is_a_503_that_names_the_object_and_what_to_do(body: bytes, why: str) -> None:
    answer = all_answers(body, METADATA)[1]

    assert answer["statusCode"] == 503
    assert why in told(answer)
    assert told(answer).startswith("processed/VTI/latest.json ")
    assert "replay" in told(answer)


def test_the_snapshot_of_another_date_is_not_served_under_a_date() -> None:
    fake = three_funds()
    fake.put(dated_key("VTI", "2026-11-17"), json.dumps(FUND).encode(), '"y"', METADATA)

    answer = ask(handler(fake), "/api/etfs/VTI", {"as_of": "2026-11-17"})

    assert (answer["statusCode"], "another snapshot" in told(answer)) == (503, True)


def test_what_an_old_snapshot_lacks_is_null_and_never_complete() -> None:
    old = {"symbol": "VTI", "holdings_as_of": "2026-11-18", "holdings": [{"symbol": "AAPL", "weight_pct": 1.0}]}

    found = snapshot_of(json.dumps(old).encode())

    assert found["quality"] == {"complete": False, "issues": []}
    assert found["totals"]["reported"] is found["summary"]["last_price"] is found["name"] is None
    assert (found["holdings"][0]["name"], found["holdings"][0]["asset_class"]) == (None, "other")
    assert [answer["statusCode"] for answer in all_answers(json.dumps(old).encode(), {})].count(200) == len(ROUTES) - 1
    with pytest.raises(ShapeError):
        snapshot_of(b'{"symbol": "VTI"}')


def test_without_metadata_the_source_is_unknown_and_the_data_stale() -> None:
    headers = all_answers(json.dumps(FUND).encode(), {})[1]["headers"]

    assert (headers["X-Data-Source"], headers["X-Data-Stale"], headers["X-Data-Complete"]) == (
        "unknown",
        "true",
        "false",
    )


class TestHoldingsDatesInTheFuture:
    """A wrong clock wrote them."""

    FUTURE = "2027-11-18"

    def test_they_are_in_no_history_and_no_as_of_answers_them(self) -> None:
        fake = three_funds()
        put_fund(fake, "VTI", [holding("AAPL")], self.FUTURE)
        asked = handler(fake)

        history = json.loads(ask(asked, "/api/etfs/VTI/history")["body"])
        future = ask(asked, "/api/etfs/VTI", {"as_of": self.FUTURE})

        assert [row["holdings_as_of"] for row in history] == ["2026-11-18"]
        assert (future["statusCode"], "nearest: 2026-11-18" in told(future)) == (404, True)

    def test_the_newest_real_date_is_judged_by_its_own_age(self) -> None:
        fake = three_funds()
        put_fund(fake, "VTI", [holding("AAPL")], **{"fresh-until": "2026-11-20T21:00:00Z"})
        put_fund(fake, "VTI", [holding("AAPL")], self.FUTURE)

        answer = ask(handler(fake), "/api/etfs/VTI", {"as_of": "2026-11-18"})

        assert (answer["statusCode"], answer["headers"]["X-Data-Stale"]) == (200, "true")

    def test_where_there_is_no_other_date_the_history_says_so(self) -> None:
        fake = three_funds()
        put_fund(fake, "NEW", [holding("AAPL")], self.FUTURE)
        asked = handler(fake)

        history, newest = ask(asked, "/api/etfs/NEW/history"), ask(asked, "/api/etfs/NEW")

        assert (history["statusCode"], "up to today" in told(history)) == (404, True)
        assert (newest["statusCode"], newest["headers"]["X-Data-Stale"]) == (200, "true")
