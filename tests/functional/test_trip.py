"""A symbol's trip, with the events of events/: schedule, queue, portal, raw, notification, processed, API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from etf_common.capture import Capture, sha256, write_capture
from etf_common.config import DEFAULT_SYMBOLS
from local.queues import s3_event
from local.system import System
from sample_portal.funds import fund
from sample_portal.server import SamplePortal
from tests.events import RUN
from tests.functional.conftest import TODAY, Refresh, get, snapshot, status

Event = Callable[[str], dict[str, Any]]


def received(system: System, url: str) -> list[dict[str, Any]]:
    messages: Any = system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return list(messages)


def test_the_schedules_event_becomes_one_message_per_configured_symbol(system: System, event: Event) -> None:
    answer = system.dispatch(event("dispatch"), None)

    bodies = [json.loads(message["Body"]) for message in received(system, system.refresh_queue.url)]
    assert answer == {"run": RUN, "symbols": list(DEFAULT_SYMBOLS)}
    assert bodies == [{"symbol": symbol, "run": RUN, "max_holdings": "all"} for symbol in DEFAULT_SYMBOLS]


def test_from_queue_message_to_api_answer(system: System, portal: SamplePortal, event: Event) -> None:
    # When extract gets the queue's event
    captured = system.extract(event("extract"), None)

    # Then the page is committed, and S3 itself calls for the transform
    size = sum(len(system.lake.read(key).body) for key in system.lake.keys("raw/VTI/"))
    assert captured == {"symbol": "VTI", "run": RUN, "key": f"raw/VTI/{RUN}.html", "bytes": size}
    notifications = [
        s3_event(message, system.captured_queue)  # type: ignore[arg-type]
        for message in received(system, system.captured_queue.url)
    ]
    keys = [record["s3"]["object"]["key"] for item in notifications for record in item.get("Records", [])]
    assert keys == [f"raw%2FVTI%2F{RUN}.html"]

    # When transform gets S3's event
    (result,) = system.transform(event("transform"), None)

    # Then the snapshot holds the fund's first hundred rows, as the portal gave them
    source = fund("VTI", TODAY)
    assert source is not None
    assert result["result"] == "ok"
    assert result["rows"] == 100
    served = json.loads(get(system, "/api/etfs/VTI")["body"])
    assert served["name"] == source.name
    assert served["holdings_as_of"] == source.holdings_as_of.isoformat()
    assert served["summary"]["last_price"] == float(source.quote.last_price)
    assert [
        (row["symbol"], row["name"], row["weight_pct"], row["shares"], row["market_value_usd"])
        for row in served["holdings"]
    ] == [
        (row.symbol.replace("/", "."), row.name, float(row.weight_pct or 0), row.shares, row.market_value)
        for row in source.rows[:100]
    ]
    assert served["totals"]["reported"] == len(source.rows)
    assert served["quality"]["complete"] is False

    # And the API's own event is answered with the stored bytes, marked as sample data
    answer = system.api(event("api"), None)
    stored = system.lake.read("processed/VTI/latest.json")
    assert answer["statusCode"] == 200
    assert answer["headers"]["X-Data-Source"] == "sample"
    assert answer["headers"]["ETag"] == f"W/{stored.etag}"
    assert answer["isBase64Encoded"]
    assert stored.body == system.lake.read(f"processed/VTI/{served['holdings_as_of']}.json").body


def test_raw_is_byte_for_byte_what_the_portal_sent(system: System, portal: SamplePortal, refresh: Refresh) -> None:
    refresh("QQQ")

    served = snapshot(system, "QQQ")["provenance"]
    page = system.lake.read(served["raw_key"]).body
    assert sha256(page) == served["raw_sha256"]
    assert [sha256(system.lake.read(part["key"]).body) for part in served["parts"]] == [
        part["sha256"] for part in served["parts"]
    ]
    assert page.decode().lower().startswith("<!doctype html>")


def test_all_rows_of_every_fund_arrive(system: System, refresh: Refresh) -> None:
    for symbol in DEFAULT_SYMBOLS:
        source = fund(symbol, TODAY)
        assert source is not None
        result = refresh(symbol)
        assert (symbol, result["result"], result["rows"]) == (symbol, "ok", len(source.rows))
        assert snapshot(system, symbol)["quality"]["complete"] is True
    assert json.loads(get(system, "/api/etfs")["body"]) == list(DEFAULT_SYMBOLS)


def test_the_portal_is_asked_in_whole_pages_with_token_cookie_and_referer(
    system: System, portal: SamplePortal, refresh: Refresh
) -> None:
    portal.options.token_text = "YYY101_a+b/c=d%2be|f~"
    portal.options.cookies_required = True

    refresh("VOO")

    page, *module = portal.requests
    assert [(r.module_args or {})["page"] for r in module] == [1, 2]
    assert {(r.module_args or {})["numRows"] for r in module} == {300}
    assert {request.query for request in module} == {"YYY101_a+b/c=d%2be|f~"}
    assert {request.headers["referer"] for request in module} == {portal.url + page.target}
    assert all(request.headers.get("cookie") for request in module)
    assert "+mailto:" in page.headers["user-agent"]


def test_the_api_explains_what_it_does_not_have(system: System) -> None:
    answers = {path: get(system, f"/api/etfs/{path}") for path in ("VTI", "NOPE", "V!I", "../config")}

    bodies = {path: json.loads(answer["body"]) for path, answer in answers.items()}
    assert {path: answer["statusCode"] for path, answer in answers.items()} == {
        "VTI": 404,
        "NOPE": 404,
        "V!I": 400,
        "../config": 404,
    }
    assert "not yet fetched" in bodies["VTI"]["message"]
    assert "not among the ETFs" in bodies["NOPE"]["message"]
    assert bodies["V!I"]["statusCode"] == 400
    assert json.loads(get(system, "/api/etfs")["body"]) == []


def test_health_does_not_touch_the_storage(system: System) -> None:
    system.aws.__exit__()
    try:
        assert get(system, "/api/health")["body"] == '{"status": "healthy"}'
    finally:
        system.aws = type(system.aws)(system.folder).__enter__()


def test_a_snapshot_that_the_caller_has_is_a_304(system: System, refresh: Refresh) -> None:
    refresh("GLD")
    etag = get(system, "/api/etfs/gld")["headers"]["ETag"]

    assert get(system, "/api/etfs/GLD", {"if-none-match": etag})["statusCode"] == 304
    assert get(system, "/api/etfs/GLD/holdings", {"if-none-match": etag})["statusCode"] == 200


def test_the_real_page_goes_through_to_the_api(system: System, real_folder: Path) -> None:
    # Given Schwab's own page of October 2026, of which only the date and the table were kept
    page = (real_folder / "schwab_spmo_2026-10-01.html").read_bytes()
    run = "20261005T203000Z"
    capture = Capture("SPMO", run, page, (), "https://www.schwab.wallst.com/", "2026-10-05T20:30:00Z", "schwab", 100)

    result = system.transform_capture(write_capture(system.lake, capture))

    # Then the API gives its rows, and says that they are not all
    assert (result["result"], result["rows"], result["reported"]) == ("page_only", 20, None)
    answer = get(system, "/api/etfs/SPMO")
    served = json.loads(answer["body"])
    assert answer["headers"]["X-Data-Source"] == "schwab"
    assert answer["headers"]["X-Data-Stale"] == "true"
    assert served["holdings_as_of"] == "2026-10-01"
    assert served["holdings"][0] == {
        "symbol": "MU",
        "name": "Micron Technology Inc",
        "weight_pct": 9.71,
        "shares": 2062488,
        "market_value_usd": 2263353706,
        "market_value_millions": 2263.353706,
        "weight_bps": 971.0,
        "asset_class": "equity",
    }
    assert "Johnson & Johnson" in [row["name"] for row in served["holdings"]]
    assert served["quality"]["complete"] is False
    assert (served["summary"]["last_price"], served["name"]) == (None, None)


def test_a_refresh_with_a_smaller_max_holdings_keeps_the_days_whole_list(system: System, refresh: Refresh) -> None:
    # Given the whole list of a day
    assert refresh("QQQ", "20261120T130000Z", "all")["result"] == "ok"
    keys = ["processed/QQQ/latest.json", *system.lake.keys("processed/QQQ/"), "downloads/QQQ.csv", "downloads/QQQ.xlsx"]
    before = {key: system.lake.read(key) for key in keys}

    # When the same day is refreshed with a smaller max_holdings
    answer = refresh("QQQ", RUN, 20)

    # Then the whole list stays in all three places, and the status says why
    assert (answer["result"], answer["error"]["code"], answer["rows"]) == ("kept_back", "fewer_lines", 20)
    assert {key: system.lake.read(key) for key in keys} == before
    attempt = status(system, "QQQ")["last_attempt"]
    assert (attempt["run"], attempt["result"], attempt["error"]) == (RUN, "kept_back", answer["error"])
    assert status(system, "QQQ")["last_success"]["run"] == "20261120T130000Z"

    # And the next whole list takes its place
    assert refresh("QQQ", "20261120T233000Z", "all")["result"] == "ok"
    for key in ("downloads/QQQ.csv", "downloads/QQQ.xlsx"):
        assert system.lake.head(key).metadata["run"] == "20261120T233000Z"
