"""The analytics over the API: which funds a question needs, what is refused, and what the headers say."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from api.app import handler_of
from api.service import Api
from local.disk import DataFolder
from local.system import System
from sample_portal.server import SamplePortal
from tests.events import RUN, http_event, sqs_event
from tests.functional.conftest import TODAY, Refresh, snapshot

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def four_funds(tmp_path_factory: pytest.TempPathFactory, funds_only: Path) -> Path:
    """A data folder with VOO and QQQ whole, VTI and VEA cut at 100 rows."""
    folder = tmp_path_factory.mktemp("four_funds") / "lake"
    with SamplePortal(today=lambda: TODAY) as portal, System(DataFolder(folder), portal.url) as system:
        system.put_config(funds_only)
        for symbol, rows in (("VOO", "all"), ("QQQ", "all"), ("VTI", 100), ("VEA", 100)):
            system.transform_capture(system.extract(sqs_event(symbol, RUN, rows), None)["key"])
    return folder


@pytest.fixture
def folder(four_funds: Path, tmp_path: Path) -> DataFolder:
    """A copy of it for each test: to fetch the four takes longer than most tests."""
    return DataFolder(Path(shutil.copytree(four_funds, tmp_path / "lake")))


@pytest.fixture
def ask(system: System) -> Ask:
    """The parsed answer to a GET, or to a POST of `body`; of another status than 200, `(status, message)` in a dict."""

    def run(path: str, body: str | None = None, **query: str) -> Any:
        answer = system.api(http_event(path, query=query, body=body), None)
        if answer["statusCode"] != 200:
            return {answer["statusCode"]: json.loads(answer["body"])["message"]}
        return json.loads(answer["body"])

    return run


def weights(system: System, symbol: str) -> dict[str, float]:
    """The weights of a fund's companies."""
    rows = snapshot(system, symbol)["holdings"]
    return {row["symbol"]: row["weight_pct"] for row in rows if row["asset_class"] == "equity"}


def test_a_whole_funds_figures_are_plain_numbers(system: System, ask: Ask) -> None:
    found = ask("/api/etfs/qqq/analytics")

    listed = [row["weight_pct"] for row in snapshot(system, "QQQ")["holdings"] if row["asset_class"] == "equity"]
    assert found["complete"] is True
    assert found["concentration"]["hhi_points"] == pytest.approx(sum(weight**2 for weight in listed))
    assert found["concentration"]["top_pct"]["10"] == pytest.approx(sum(sorted(listed)[-10:]))
    assert found["assumptions"] == []
    assert (found["sectors"]["taxonomy"], found["cost"]["expense_ratio_pct"]) == ("gics-like", 0.18)
    assert found["sectors"]["weights"][0]["sector"] == "Information Technology"
    assert found["sectors"]["classified_pct"] > 90
    assert found["reasons"]["spread_bps"] == "quote_is_close"


def test_a_cut_lists_figures_are_bounds_around_the_truth(system: System, refresh: Refresh, ask: Ask) -> None:
    cut = ask("/api/etfs/VTI/analytics")["concentration"]["hhi_points"]
    refresh("VTI", run="20261120T233000Z", max_holdings="all")
    listed = [row for row in snapshot(system, "VTI")["holdings"] if row["asset_class"] in ("equity", "other")]
    truth = sum(row["weight_pct"] ** 2 for row in listed)
    assert cut["low"] <= truth <= cut["high"]


def test_figures_of_another_date(ask: Ask, system: System) -> None:
    day = snapshot(system, "QQQ")["holdings_as_of"]
    assert ask("/api/etfs/QQQ/analytics", as_of=day) == ask("/api/etfs/QQQ/analytics")
    assert "nearest" in ask("/api/etfs/QQQ/analytics", as_of="2020-01-02")[404]


def test_overlap_of_two_whole_funds_line_by_line(system: System, ask: Ask) -> None:
    found = ask("/api/overlap", symbols="voo,QQQ")

    a, b = weights(system, "VOO"), weights(system, "QQQ")
    common = {symbol: min(a[symbol], b[symbol]) for symbol in a if symbol in b and min(a[symbol], b[symbol]) > 0}
    (pair,) = found["pairs"]
    assert (pair["a"], pair["b"], pair["common_count"]) == ("VOO", "QQQ", len(common))
    assert pair["overlap_pct"] == pytest.approx(sum(common.values()))
    assert [row["overlap_pct"] for row in found["common"]] == sorted(common.values(), reverse=True)
    assert {row["symbol"] for row in found["only_b"]}.isdisjoint(a)
    assert found["lag_days"] == 1


def test_a_matrix_has_every_pair_once(ask: Ask) -> None:
    found = ask("/api/overlap", symbols="VTI,VOO,QQQ,VEA")
    assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == [
        *(("VTI", other) for other in ("VOO", "QQQ", "VEA")),
        *(("VOO", other) for other in ("QQQ", "VEA")),
        ("QQQ", "VEA"),
    ]
    assert "common" not in found


def test_share_classes_are_one_name_by_issuer(ask: Ask) -> None:
    by_security = ask("/api/etfs/QQQ/analytics")["concentration"]
    by_issuer = ask("/api/etfs/QQQ/analytics", by="issuer")
    names = ["Alphabet Inc Class A", "Alphabet Inc Class C"]
    assert by_issuer["merged"] == [{"symbol": "GOOGL", "symbols": ["GOOGL", "GOOG"], "names": names}]
    assert by_issuer["concentration"]["hhi"] > by_security["hhi"]


def test_a_portfolio_is_looked_through(system: System, ask: Ask) -> None:
    found = ask("/api/portfolio", positions="VOO:60,QQQ:25,AAPL:15")

    a, b = weights(system, "VOO"), weights(system, "QQQ")
    (apple,) = [row for row in found["exposures"] if row["symbol"] == "AAPL"]
    assert apple["weight_pct"] == pytest.approx(0.6 * a["AAPL"] + 0.25 * b["AAPL"] + 15)
    assert [part["symbol"] for part in apple["through"]] == ["VOO", "QQQ", "AAPL"]
    assert found["cost"]["bps"] == pytest.approx(0.6 * 3 + 0.25 * 18)
    assert found["exposures"][0] == apple
    assert [row["symbol"] for row in found["marginal"]] == ["VOO", "QQQ"]
    assert found["marginal"][1]["remove"]["cost_bps"] < 0


def test_amounts_in_usd_give_the_same_and_values(ask: Ask) -> None:
    positions = [{"symbol": symbol, "amount_usd": amount} for symbol, amount in (("voo", 7500), ("QQQ", 2500))]
    sent = ask("/api/portfolio", json.dumps({"positions": positions}))
    asked = ask("/api/portfolio", positions="VOO:3,QQQ:1")
    assert sent["concentration"] == asked["concentration"]
    first = sent["exposures"][0]
    assert first["value_usd"] == pytest.approx(first["weight_pct"] * 100, abs=0.01)
    assert sent["cost"]["usd_per_year"] == pytest.approx(7500 * 0.0003 + 2500 * 0.0018)


def test_a_symbol_given_twice_counts_with_both(ask: Ask) -> None:
    twice, once = (ask("/api/portfolio", positions=text) for text in ("VOO:1,QQQ:2,voo:1", "VOO:1,QQQ:1"))
    # Only what was given tells them apart: the weights are of its sum.
    assert (twice.pop("given_total"), once.pop("given_total")) == (4.0, 2.0)
    assert twice == once


def test_holders_largest_weight_first(system: System, ask: Ask) -> None:
    found = ask("/api/holders/nvda")
    assert [row["etf"] for row in found["holders"]] == ["QQQ", "VOO", "VTI"]
    assert found["holders"][0]["weight_pct"] == weights(system, "QQQ")["NVDA"]
    assert [row["etf"] for row in found["may_hold"]] == ["VEA"]


def test_a_security_that_nobody_holds_is_an_answer(ask: Ask) -> None:
    found = ask("/api/holders/ZZZZ")
    assert found["holders"] == []
    assert found["note"].startswith("no fund here lists ZZZZ")


def test_of_holders_only_the_holders_dates_matter(ask: Ask) -> None:
    # Given funds of two dates: VEA alone holds this one, nobody the next, and both dates hold the last
    assert [row["etf"] for row in ask("/api/holders/novo b", max_lag_days="0")["holders"]] == ["VEA"]
    assert ask("/api/holders/ZZZZ", max_lag_days="0")["holders"] == []
    refused = ask("/api/holders/NVDA", max_lag_days="0")[409]
    why = "the holdings of VOO are dated 2026-11-18, 1 day before those of QQQ"
    assert refused == f"{why}; max_lag_days allows 0: allow more"


def test_companies_that_share_a_ticker_are_told_apart(refresh: Refresh, ask: Ask) -> None:
    refresh("VEA", run="20261120T230000Z")

    found = ask("/api/holders/SAN")
    assert [(row["etf"], row["name"]) for row in found["holders"]] == [
        ("VEA", "Banco Santander SA"),
        ("VEA", "Sanofi SA"),
    ]
    assert (found["name"], found["note"]) == (None, "several companies have the symbol SAN: see the name of each line")
    assert "SAN can be Banco Santander SA or Sanofi SA here" in ask("/api/portfolio", positions="VEA:1,SAN:1")[404]
    # Allianz, which VEA holds, is not what a trader in New York calls ALV.
    assert (
        "ALV: no ETF here lists Autoliv; what they list as ALV is Allianz SE"
        in ask("/api/portfolio", positions="VEA:1,ALV:1")[404]
    )
    exposures = ask("/api/portfolio", positions="VEA:1,NOVO B:1")["exposures"]
    assert exposures[0]["name"].startswith("Novo Nordisk")


def test_compare_puts_funds_side_by_side(system: System, ask: Ask) -> None:
    found = ask("/api/compare", symbols="QQQ,VTI")
    whole, cut = found["funds"]
    values = [row["market_value_usd"] for row in snapshot(system, "QQQ")["holdings"]]
    assert whole["listed_value"]["market_value_usd"] == pytest.approx(sum(value for value in values if value))
    assert whole["quote"]["last_price"] == snapshot(system, "QQQ")["summary"]["last_price"]
    assert (whole["complete"], cut["complete"]) == (True, False)
    assert cut["listed_value"]["coverage_pct"] < 90


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/api/overlap", {}, 400, "symbols names 0 funds"),
        ("/api/overlap", {"symbols": "VTI"}, 400, "allowed are 2 to 30"),
        ("/api/overlap", {"symbols": ",".join(f"A{i}" for i in range(31))}, 400, "symbols names 31 funds"),
        ("/api/overlap", {"symbols": "VTI,vti"}, 400, "names VTI twice"),
        ("/api/overlap", {"symbols": "VTI,NOPE"}, 404, "NOPE is not among the ETFs"),
        ("/api/overlap", {"symbols": "VTI,SPY"}, 404, "SPY is configured but not yet fetched"),
        ("/api/overlap", {"symbols": "VTI,$"}, 400, "'$' is not a symbol"),
        ("/api/compare", {"symbols": "VTI"}, 400, "allowed are 2 to 30"),
        ("/api/overlap", {"symbols": "VTI,VOO", "by": "name"}, 400, "by is 'name'; allowed is security or issuer"),
        ("/api/overlap", {"symbols": "VTI,VOO", "max_lag_days": "-1"}, 400, "max_lag_days is '-1'"),
        (
            "/api/overlap",
            {"symbols": "VTI,QQQ", "max_lag_days": "0"},
            409,
            "1 day before those of QQQ; max_lag_days allows 0: allow more, or leave VTI out",
        ),
        ("/api/portfolio", {"positions": "VTI:1,QQQ:1", "max_lag_days": "0"}, 409, "VTI are dated 2026-11-18"),
        ("/api/overlap", {"symbols": "VTI,VOO", "format": "xml"}, 400, "format is 'xml'"),
        ("/api/overlap", {"symbols": "VTI,VOO", "sort": "a"}, 400, "unknown query parameter 'sort'"),
        ("/api/etfs/VTI", {"format": "csv"}, 400, "unknown query parameter 'format'"),
        ("/api/etfs/NOPE/analytics", {}, 404, "NOPE is not among the ETFs"),
        ("/api/holders/$", {}, 400, "'$' is not a symbol: give 1 to 12 letters"),
        ("/api/portfolio", {}, 400, "positions is missing; give symbol:proportion"),
        ("/api/portfolio", {"positions": "VTI:1,"}, 400, "position '' is invalid: give symbol:proportion"),
        ("/api/portfolio", {"positions": "VTI:60,USD:40"}, 404, "leave cash out"),
        ("/api/portfolio", {"positions": "VTI"}, 400, "position 'VTI' is invalid"),
        ("/api/portfolio", {"positions": "VTI:0"}, 400, "the amount of 'VTI' is 0.0; allowed is a number above 0"),
        ("/api/portfolio", {"positions": "VTI:-5"}, 400, "position 'VTI:-5' is invalid"),
        ("/api/portfolio", {"positions": "VTI:1e5"}, 400, "position 'VTI:1e5' is invalid"),
        ("/api/portfolio", {"positions": "VTI:60,ZZZZ:40"}, 404, "ZZZZ: neither an ETF here nor listed by one"),
        ("/api/portfolio", {"positions": "VTI:60,SPY:40"}, 404, "SPY (configured, not yet fetched)"),
        ("/api/portfolio", {"positions": ",".join(["VTI:1"] * 10_000)}, 400, "there are 10000 positions"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(
    ask: Ask, path: str, query: dict[str, str], status: int, says: str
) -> None:
    answer = ask(path, **query)
    assert list(answer) == [status]
    assert says in answer[status]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("VTI:60", "the body is not JSON"),
        ("", "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
        ("[]", "the body is []; give"),
        ('{"positions": []}', "there are 0 positions"),
        ('{"positions": {}}', "the body is"),
        ('{"positions": [], "by": "issuer"}', "the body is"),
        ('{"positions": ["VTI"]}', "position 'VTI' is invalid: give"),
        ('{"positions": [{"symbol": "VTI"}]}', "position {'symbol': 'VTI'} is invalid"),
        ('{"positions": [{"symbol": 5, "amount_usd": 1}]}', "is invalid: give"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": "60000"}]}', "the amount of 'VTI' is '60000'"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": 0}]}', "the amount of 'VTI' is 0"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": -1.5}]}', "the amount of 'VTI' is -1.5"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": NaN}]}', "the amount of 'VTI' is nan"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": 1e999}]}', "the amount of 'VTI' is inf"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": ' + "9" * 401 + "}]}", "the amount of 'VTI' is 999"),
        ('{"positions": [{"symbol": "VTI", "amount_usd": true}]}', "the amount of 'VTI' is True"),
        (json.dumps({"positions": [{"symbol": "VTI", "amount_usd": 1}] * 10_000}), "there are 10000 positions"),
    ],
)
def test_a_body_that_is_no_portfolio_says_why(ask: Ask, body: str, says: str) -> None:
    answer = ask("/api/portfolio", body)
    assert list(answer) == [400]
    assert says in answer[400]


def test_tables_for_a_spreadsheet(system: System) -> None:
    def rows(path: str, **query: str) -> list[dict[str, str]]:
        answer = system.api(http_event(path, query={**query, "format": "csv"}), None)
        assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["headers"]["Content-Disposition"].startswith("attachment; filename=")
        return list(csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"))))

    (pair, *_) = rows("/api/overlap", symbols="VTI,VOO,QQQ")
    assert (pair["a"], pair["b"], pair["jaccard_low"]) == ("VTI", "VOO", "")
    assert float(pair["overlap_pct_low"]) < float(pair["overlap_pct_high"])
    common = rows("/api/overlap", symbols="VOO,QQQ")
    assert (common[0]["symbol"], common[0]["overlap_pct_low"]) == ("NVDA", common[0]["overlap_pct_high"])
    assert rows("/api/portfolio", positions="VOO:1,QQQ:1")[0]["through"] == "VOO QQQ"
    holding = rows("/api/holders/NVDA")
    assert [(row["etf"], row["listed"]) for row in holding] == [
        *((etf, "true") for etf in ("QQQ", "VOO", "VTI")),
        ("VEA", "false"),
    ]
    assert (holding[3]["weight_pct_low"], float(holding[3]["weight_pct_high"]) > 0) == ("0.0", True)
    compared = rows("/api/compare", symbols="VOO,VTI")
    assert [row["expense_ratio_pct"] for row in compared] == ["0.03", "0.03"]
    assert [row["complete"] for row in compared] == ["true", "false"]


def test_headers_speak_for_all_funds_of_an_answer(system: System) -> None:
    def headers(**query: str) -> dict[str, str]:
        found: dict[str, str] = system.api(http_event("/api/overlap", query=query), None)["headers"]
        return found

    whole, partly = headers(symbols="VOO,QQQ"), headers(symbols="VOO,QQQ,VTI")
    assert (whole["X-Data-Complete"], partly["X-Data-Complete"]) == ("true", "false")
    assert whole["X-Data-Source"] == "sample"
    again = system.api(
        http_event("/api/overlap", query={"symbols": "VOO,QQQ"}, headers={"if-none-match": whole["ETag"]}), None
    )
    assert again["statusCode"] == 304


def test_an_answer_to_a_post_is_kept_by_nobody(system: System) -> None:
    body = '{"positions": [{"symbol": "VOO", "amount_usd": 1000}]}'
    first = system.api(http_event("/api/portfolio", body=body), None)
    assert first["headers"]["Cache-Control"] == "no-store"
    again = system.api(http_event("/api/portfolio", body=body, headers={"if-none-match": "*"}), None)
    assert again["statusCode"] == 200


def test_answers_keep_to_the_contract(system: System, ask: Ask) -> None:
    contract = ask("/api/openapi.json")
    asked: dict[str, list[dict[str, str]]] = {
        "/api/etfs/{symbol}/analytics": [{}, {"by": "issuer"}],
        "/api/overlap": [{"symbols": "VOO,QQQ"}, {"symbols": "VOO,QQQ,VTI,VEA", "by": "issuer"}],
        "/api/compare": [{"symbols": "VOO,QQQ,VTI,VEA"}],
        "/api/holders/{symbol}": [{}, {"by": "issuer"}],
        "/api/portfolio": [{"positions": "VOO:60,QQQ:25,AAPL:15"}, {"positions": "VTI:60,VEA:25"}],
    }
    for path, queries in asked.items():
        for symbol in ("QQQ", "VTI") if "{" in path else ("",):
            for query in queries:
                schema = contract["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
                found = ask(path.replace("{symbol}", symbol), **query)
                jsonschema.validate(found, {**schema, "components": contract["components"]})


def test_a_new_snapshot_gives_new_figures(system: System, refresh: Refresh, ask: Ask) -> None:
    before = ask("/api/overlap", symbols="VOO,VTI")["pairs"][0]
    refresh("VTI", run="20261120T233000Z", max_holdings="all")
    system.api = handler_of(Api(system.lake))  # as after the cache's few seconds
    after = ask("/api/overlap", symbols="VOO,VTI")["pairs"][0]
    assert before["overlap_pct"]["low"] <= after["overlap_pct"] <= before["overlap_pct"]["high"]


def test_funds_inside_funds_are_fetched_and_opened(system: System, ask: Ask) -> None:
    # Given a fund of funds, of which one is not here
    body = snapshot(system, "QQQ")
    held = [
        ("VOO", "Vanguard S&P 500 ETF", 60.0),
        ("VTI", "Vanguard Total Stock Market", 30.0),
        ("XYZ", "Xyz ETF", 10.0),
    ]
    body["holdings"] = [
        {**body["holdings"][0], "symbol": symbol, "name": name, "weight_pct": weight, "asset_class": "etf"}
        for symbol, name, weight in held
    ]
    body |= {"symbol": "FOF", "totals": {"reported": 3, "included": 3, "weight_pct": 100.0}}
    system.lake.write("processed/FOF/latest.json", json.dumps(body).encode(), "application/json", {"source": "sample"})

    found = ask("/api/portfolio", positions="FOF:1")

    (nvidia,) = [row for row in found["exposures"] if row["symbol"] == "NVDA"]
    inside = 0.6 * weights(system, "VOO")["NVDA"] + 0.3 * weights(system, "VTI")["NVDA"]
    assert nvidia["weight_pct"] == pytest.approx(inside)
    assert [part["symbol"] for part in nvidia["through"]] == ["FOF"]
    assert [(row["symbol"], row["weight_pct"], row["why"]) for row in found["unresolved"]] == [
        ("XYZ", 10, "no_snapshot")
    ]
    assert found["unresolved_pct"]["low"] == 10
    # VTI is cut, so what it hides may be anything.
    assert found["unresolved_pct"]["high"] > 10
    assert found["holdings_as_of"].keys() == {"FOF", "VOO", "VTI"}


def test_only_opened_funds_speak_for_a_portfolio(system: System, ask: Ask) -> None:
    # Given a stock held directly, which any fund may describe, QQQ of another day among them
    answer = system.api(http_event("/api/portfolio", query={"positions": "VOO:85,AAPL:15", "max_lag_days": "0"}), None)
    assert answer["statusCode"] == 200
    assert answer["headers"]["X-Data-Complete"] == "true"
    # And a stock alone is described by funds, which then vouch for the answer.
    alone = system.api(http_event("/api/portfolio", query={"positions": "AAPL:1"}), None)
    assert alone["headers"]["X-Data-Source"] == "sample"
    assert json.loads(alone["body"])["holdings_as_of"] == {}
