"""OpenBB Workspace: what widgets.json and apps.json promise, and that the API keeps it."""

import json
from itertools import combinations
from typing import Any

import pytest

from api.access import Access
from api.app import Handler
from api.cors import Cors
from api.site.openbb import WIDGETS
from api.site.openbb_files import header_of, widget_id
from tests.unit.api_cases import ask, handler, told
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

OPENBB = "https://pro.openbb.co"
LOCKED = Access("0" * 64)
TYPES = {"text", "number", "date", "endpoint"}
"""The kinds of parameters that OpenBB documents, of those that are used here."""


@pytest.fixture(scope="module")
def asked() -> Handler:
    """Three funds with tables, one of them cut, each of two dates."""
    lake = MemoryLake()
    rows = [
        row("AAPL", "Apple Inc", 60.0, shares=600),
        row("NVDA", "NVIDIA Corp", 30.0, shares=300),
        row("XOM", "Exxon Mobil Corp", 10.0, shares=100),
    ]
    for day in ("2026-11-17", "2026-11-18"):
        publish(lake, stored_fund("VTI", rows, day=day))
        publish(lake, stored_fund("VOO", rows[:2], reported=3, day=day))
        publish(lake, stored_fund("QQQ", rows[1:], day=day))
    lake.put("config/etl_config.yaml", b"etf_symbols: [VTI, VOO, QQQ]")
    build(lake)
    return handler(lake)


@pytest.fixture(scope="module")
def widgets(asked: Handler) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(asked, "/widgets.json")["body"])
    return found


def first_query(widget: dict[str, Any]) -> dict[str, str]:
    """What OpenBB sends for a widget that nobody has touched: parameters without a value too, and its theme."""
    query = {each["paramName"]: "" if each["value"] is None else str(each["value"]) for each in widget["params"]}
    return {**query, "theme": "dark"}


def columns_of(answer: dict[str, Any]) -> list[str]:
    return [each.split(" ")[0] for each in answer["headers"]["X-Table-Columns"].split(", ")]


@pytest.mark.parametrize("path", ["/widgets.json", "/apps.json"])
def test_both_files_are_open_to_openbb_even_where_the_api_is_locked(asked: Handler, path: str) -> None:
    answer = ask(handler(MemoryLake(), access=LOCKED), path, headers={"origin": OPENBB})

    assert (answer["statusCode"], answer["headers"]["Content-Type"]) == (200, "application/json")
    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", WIDGETS)
def test_a_widget_is_described_in_the_documented_fields(widgets: dict[str, Any], name: str) -> None:
    widget = widgets[widget_id(name)]

    assert widget["endpoint"] == f"api/openbb/{name}"
    assert widget["type"] == "table"
    assert widget["name"]
    assert widget["description"].count(".") >= 2
    assert 10 <= widget["gridData"]["w"] <= 40
    for each in widget["params"]:
        assert each["type"] in TYPES
        assert each["description"]
        assert (each["type"] == "endpoint") is ("optionsEndpoint" in each)
    assert not {"format", "offset", "date"} & {each["paramName"] for each in widget["params"]}


@pytest.mark.parametrize("name", WIDGETS)
def test_every_widget_is_filled_as_it_is_first_shown(asked: Handler, widgets: dict[str, Any], name: str) -> None:
    widget = widgets[widget_id(name)]
    answer = ask(asked, f"/{widget['endpoint']}", first_query(widget))

    assert answer["statusCode"] == 200, told(answer)
    rows, names = json.loads(answer["body"]), columns_of(answer)
    assert all([*each] == names and not any(isinstance(cell, dict | list) for cell in each.values()) for each in rows)
    shown = [column["field"] for column in widget["data"]["table"].get("columnsDefs", [])]
    # Two funds have what they share, more have pairs: OpenBB takes these columns from the rows.
    assert shown == ([] if name == "overlap" else names)
    along = widget["data"]["table"].get("chartView", {}).get("cellRangeCols", {})
    assert {column for columns in along.values() for column in columns} <= set(names)


def test_columns_have_the_kind_that_the_table_gives_them(asked: Handler, widgets: dict[str, Any]) -> None:
    answer = ask(asked, "/api/openbb/holders", {"symbol": "AAPL"})
    columns = widgets[widget_id("holders")]["data"]["table"]["columnsDefs"]

    described = ", ".join(f"{column['field']} {column['cellDataType']}" for column in columns)
    assert answer["headers"]["X-Table-Columns"] == described


@pytest.mark.parametrize(
    ("column", "header"),
    [
        ("symbol", "Symbol"),
        ("weight_pct", "Weight (%)"),
        ("weight_pct_low", "Weight, at least (%)"),
        ("hhi_points_high", "HHI, at most (points)"),
        ("market_value_usd", "Market value (USD)"),
        ("low", "Low"),
        ("spread_bps", "Spread (bps)"),
    ],
)
def test_a_header_has_its_unit(column: str, header: str) -> None:
    assert header_of(column) == header


def test_the_funds_to_choose_from_come_with_label_and_value(asked: Handler) -> None:
    answer = ask(asked, "/api/openbb/symbols", {"theme": "dark"})

    assert json.loads(answer["body"]) == [{"label": name, "value": name} for name in ("VTI", "VOO", "QQQ")]
    assert answer["headers"]["X-Data-Source"] == "schwab"


def test_what_is_chosen_reaches_the_route(asked: Handler) -> None:
    rows = json.loads(
        ask(asked, "/api/openbb/holdings", {"symbol": "qqq", "limit": "1", "sort": "-weight_pct"})["body"]
    )

    assert [(each["etf"], each["symbol"]) for each in rows] == [("QQQ", "NVDA")]


def test_rows_of_one_kind_have_a_validator_of_their_own(asked: Handler) -> None:
    sectors, all_rows = (ask(asked, f"/api/openbb/{name}", {"symbol": "VTI"}) for name in ("sectors", "analytics"))

    rows = json.loads(sectors["body"])
    assert {(each["group"], each["figure"]) for each in rows} == {("sectors", "weight_pct")}
    assert {each["name"] for each in rows} >= {"Information Technology", "Energy"}
    assert sectors["headers"]["ETag"] != all_rows["headers"]["ETag"]


@pytest.mark.parametrize(
    ("request_line", "query", "status", "says"),
    [
        ("GET holdings", {}, 400, "symbol is missing"),
        ("GET holdings", {"symbol": "A/../B"}, 400, "'A/../B'"),
        ("GET holdings", {"symbol": "\ud800"}, 400, "is not a symbol"),
        ("GET holdings", {"symbol": "NOPE"}, 404, "NOPE is not among"),
        ("GET holdings", {"symbol": "VTI", "limit": "many"}, 400, "limit is 'many'"),
        ("GET nothing", {}, 404, "/widgets.json lists"),
        ("GET ", {}, 404, "/widgets.json lists"),
        ("GET holdings/VTI", {}, 404, "/widgets.json lists"),
        ("POST portfolio", {}, 405, "GET and HEAD"),
    ],
)
def test_what_cannot_be_answered_says_why(
    asked: Handler, request_line: str, query: dict[str, str], status: int, says: str
) -> None:
    method, name = request_line.split(" ")
    answer = ask(asked, f"/api/openbb/{name}", query, method=method)

    assert answer["statusCode"] == status
    assert says in told(answer)


@pytest.mark.parametrize("name", ["holdings", "symbols", "nothing"])
def test_the_data_of_widgets_needs_the_token_of_a_locked_api(name: str) -> None:
    assert ask(handler(MemoryLake(), access=LOCKED), f"/api/openbb/{name}")["statusCode"] == 401


@pytest.mark.parametrize("path", ["/widgets.json", "/apps.json", "/llms.txt", "/api/openbb/holdings"])
def test_a_browser_may_send_the_token_from_openbb_s_page(path: str) -> None:
    sent = {"origin": OPENBB, "access-control-request-headers": "authorization", "access-control-request-method": "GET"}
    answer = ask(handler(MemoryLake(), access=LOCKED, cors=Cors((OPENBB,))), path, headers=sent, method="OPTIONS")

    assert answer["statusCode"] == 204
    assert answer["headers"]["Access-Control-Allow-Origin"] == OPENBB
    assert "Authorization" in answer["headers"]["Access-Control-Allow-Headers"]
    assert answer["headers"]["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_no_answer_invites_pages_of_the_internet_into_a_private_network() -> None:
    sent = {"origin": OPENBB, "access-control-request-private-network": "true"}
    answer = ask(handler(MemoryLake()), "/widgets.json", headers=sent, method="OPTIONS")

    assert "access-control-allow-private-network" not in {name.lower() for name in answer["headers"]}


class TestApp:
    def test_it_shows_every_widget_once(self, asked: Handler, widgets: dict[str, Any]) -> None:
        (app,) = json.loads(ask(asked, "/apps.json")["body"])
        placed = [place["i"] for tab in app["tabs"].values() for place in tab["layout"]]

        assert sorted(placed) == sorted(widgets)
        assert all(key == tab["id"] and tab["name"] for key, tab in app["tabs"].items())

    def test_no_two_widgets_overlap_or_stand_out(self, asked: Handler) -> None:
        (app,) = json.loads(ask(asked, "/apps.json")["body"])
        for tab in app["tabs"].values():
            assert all(place["x"] + place["w"] <= 40 for place in tab["layout"])
            for a, b in combinations(tab["layout"], 2):
                apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or a["y"] != b["y"]
                assert apart, (a["i"], b["i"])

    def test_the_widgets_of_one_fund_follow_one_choice(self, asked: Handler, widgets: dict[str, Any]) -> None:
        (app,) = json.loads(ask(asked, "/apps.json")["body"])
        (group,) = app["groups"]

        assert (group["name"], group["paramName"], group["defaultValue"]) == ("Group 1", "symbol", "VTI")
        for name in group["widgetIds"]:
            assert [each["type"] for each in widgets[name]["params"] if each["paramName"] == "symbol"] == ["endpoint"]
        grouped = {place["i"] for tab in app["tabs"].values() for place in tab["layout"] if place.get("groups")}
        assert grouped == set(group["widgetIds"])
