"""Search, screen, similar funds and crowding: what is read, what is refused, and what is said where tables lack."""

import csv
import io
import json
from typing import Any, get_args

import pytest

from api.lake.queries import ALL_SECTORS, ASSET_CLASSES, LONGEST_SEARCH
from api.lake.search_index import SearchIndex, Words
from etf_analytics.reference import sectors
from etf_common.errors import DamagedObjectError
from etf_common.lake import CONFIG_KEY, StoredObject, latest_key
from etf_common.models import AssetClass
from etf_common.table_keys import NEWEST_KEY
from tests.unit.api_cases import ask, handler, told
from tests.unit.contract_cases import valid
from tests.unit.lake_cases import MemoryLake, answer, build, publish, random_lake, row, stored_fund, without_tables

NEW = ("/api/search", "/api/screen", "/api/similar/VTI", "/api/crowding")
ASKED = [
    ("/api/search", {"q": "apple"}),
    ("/api/screen", {"sector": "Energy", "holds": "AAPL", "max_expense_pct": "0.1", "sort": "top_10_pct"}),
    ("/api/screen", {"asset_class": "bond", "min_top_10_pct": "1", "complete": "true"}),
    ("/api/similar/F0", {}),
    ("/api/crowding", {"asset_class": "equity"}),
]


def three() -> MemoryLake:
    """Two funds of companies, one of them cut, and one of bonds, with their tables."""
    lake = MemoryLake()
    companies = [("AAPL", "Apple Inc", 60.0), ("NVDA", "NVIDIA Corp", 30.0), ("XOM", "Exxon Mobil Corp", 10.0)]
    rows = [row(*company) for company in companies]
    publish(lake, stored_fund("VTI", rows, name="Vanguard Total Stock Market ETF"))
    publish(lake, stored_fund("QQQ", rows[:2], reported=3, name="Invesco QQQ Trust"))
    publish(lake, stored_fund("BND", [row("912810TM0", "US Treasury 4.0% 11/15/2042", 100.0, "bond")]))
    lake.put(CONFIG_KEY, b"etf_symbols: [VTI, QQQ, BND]")
    build(lake)
    lake.calls.clear()
    return lake


def with_funds(funds: Any) -> bytes:
    """The newest state of a build, with something else as its funds."""
    return json.dumps({**json.loads(three().objects[NEWEST_KEY].body), "funds": funds}).encode()


def keys_read(lake: MemoryLake, path: str, **query: str) -> list[str]:
    """What a new process reads for a question: keys, and the prefix of each listing."""
    lake.calls.clear()
    assert ask(handler(lake), path, query)["statusCode"] == 200
    return [key for _, key in lake.calls]


class TestReads:
    @pytest.mark.parametrize(
        ("path", "query", "shared", "named"),
        [
            ("/api/etfs", {}, 2, 0),
            ("/api/status", {}, 3, 0),
            ("/api/holders/AAPL", {}, 3, 0),
            ("/api/portfolio", {"positions": "VTI:1,AAPL:1"}, 3, 1),
            ("/api/portfolio", {"positions": "AAPL:1"}, 3, 0),
            ("/api/search", {"q": "apple"}, 3, 0),
            ("/api/screen", {"sector": "Energy"}, 2, 0),
            ("/api/screen", {"holds": "AAPL"}, 3, 0),
            ("/api/crowding", {}, 3, 0),
        ],
    )
    def test_a_question_reads_few_objects_whatever_the_number_of_funds(
        self, path: str, query: dict[str, str], shared: int, named: int
    ) -> None:
        small, large = keys_read(three(), path, **query), keys_read(_many(40), path, **query)

        for read in (small, large):
            assert len(set(read)) == len(read), "nothing is read twice"
            assert sum(key.startswith("processed/") for key in read) == named
            assert len(read) == shared + named

    def test_similar_funds_read_one_object_more_and_the_funds_that_are_compared(self) -> None:
        read = keys_read(three(), "/api/similar/VTI")

        assert sorted(key for key in read if key.startswith("processed/")) == [
            latest_key(symbol) for symbol in ("BND", "QQQ", "VTI")
        ]
        assert len(read) == 6

    @pytest.mark.parametrize(("path", "query"), ASKED)
    def test_the_same_question_again_reads_nothing(self, path: str, query: dict[str, str]) -> None:
        lake = random_lake(1)
        asked = handler(lake)
        first = ask(asked, path, query)
        lake.calls.clear()

        assert ask(asked, path, query) == first
        assert lake.calls == []


def _many(count: int) -> MemoryLake:
    lake = three()
    for number in range(count):
        publish(lake, stored_fund(f"M{number}", [row("AAPL", "Apple Inc", 100.0)]))
    build(lake)
    return lake


class TestContract:
    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize(("path", "query"), ASKED)
    def test_every_answer_is_as_the_contract_has_it(self, path: str, query: dict[str, str], seed: int) -> None:
        valid(ask(handler(random_lake(seed)), path, query), path.replace("F0", "{symbol}"))

    def test_the_lists_of_allowed_names_are_the_products(self) -> None:
        assert get_args(AssetClass) == ASSET_CLASSES
        assert (*sectors.SECTORS, "Unclassified") == ALL_SECTORS

    @pytest.mark.parametrize(("path", "query"), ASKED)
    def test_a_table_has_the_same_rows_and_no_formula(self, path: str, query: dict[str, str]) -> None:
        lake = random_lake(2)
        publish(lake, stored_fund("EVIL", [row("AAPL", "=cmd()", 50.0), row("EEE", "+1", 50.0)], name="@SUM(1)"))
        build(lake, "EVIL")
        found = answer(lake, path, **query)
        rows = [entry for value in found.values() if isinstance(value, list) for entry in value]

        sent = ask(handler(lake), path, {**query, "format": "csv"})
        table = list(csv.DictReader(io.StringIO(sent["body"].removeprefix("\ufeff"))))

        assert sent["headers"]["Content-Type"].startswith("text/csv")
        assert [line["symbol"] for line in table] == [entry["symbol"] or "" for entry in rows]
        assert not [cell for line in table for cell in line.values() if cell[:1] in ("=", "+", "@")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("path", "query", "says"),
        [
            ("/api/search", {}, "q is ''"),
            ("/api/search", {"q": ""}, "such as q=nvidia"),
            ("/api/search", {"q": "-.-"}, "such as q=nvidia"),
            ("/api/search", {"q": "a" * (LONGEST_SEARCH + 1)}, f"1 to {LONGEST_SEARCH} characters"),
            ("/api/search", {"q": "x" * 1_000_000}, f"1 to {LONGEST_SEARCH} characters"),
            ("/api/search", {"q": "a", "limit": "0"}, "limit"),
            ("/api/search", {"q": "a", "limit": "101"}, "from 1 to 100"),
            ("/api/search", {"query": "a"}, "unknown query parameter"),
            ("/api/screen", {"sector": "Tech"}, "Information Technology, "),
            ("/api/screen", {"asset_class": "bonds"}, "equity, etf, bond, cash, derivative, other"),
            ("/api/screen", {"min_pct": "3"}, "min_pct needs sector"),
            ("/api/screen", {"max_asset_class_pct": "3"}, "needs asset_class"),
            ("/api/screen", {"min_holds_pct": "3"}, "needs holds"),
            ("/api/screen", {"holds": "../x"}, "is not a symbol"),
            ("/api/screen", {"sector": "Energy", "min_pct": "-1"}, "a number from 0 to"),
            ("/api/screen", {"sector": "Energy", "min_pct": "1e3"}, "a number from 0 to"),
            ("/api/screen", {"sector": "Energy", "min_pct": "nan"}, "a number from 0 to"),
            ("/api/screen", {"sector": "Energy", "min_pct": "30", "max_pct": "20"}, "exchange them"),
            ("/api/screen", {"complete": "yes"}, "true or false"),
            ("/api/screen", {"sort": "weight"}, "sector_pct, "),
            ("/api/screen", {"sort": "-sector_pct"}, "needs sector"),
            ("/api/screen", {"limit": "1001"}, "from 1 to 1000"),
            ("/api/screen", {"offset": "-1"}, "offset"),
            ("/api/crowding", {"asset_class": "cash"}, "equity, etf, bond, other"),
            ("/api/crowding", {"sector": ""}, "Energy"),
            ("/api/similar/VTI", {"limit": "31"}, "from 1 to 30"),
            ("/api/similar/..", {}, "is not a symbol"),
        ],
    )
    def test_a_wrong_parameter_is_refused_with_what_is_allowed(
        self, path: str, query: dict[str, str], says: str
    ) -> None:
        sent = ask(handler(three()), path, query)

        assert (sent["statusCode"], says in told(sent)) == (400, True), told(sent)
        assert len(told(sent)) <= 500

    @pytest.mark.parametrize("symbol", ["AAPL", "NOBODY", "WALMEX*"])
    def test_a_fund_that_is_not_here_is_unknown(self, symbol: str) -> None:
        assert ask(handler(three()), f"/api/similar/{symbol}")["statusCode"] == 404


class TestScreen:
    def test_a_maximum_alone_leaves_no_negative_figure_out(self) -> None:
        lake = MemoryLake()
        publish(lake, stored_fund("SHORT", [row("XOM", "Exxon Mobil Corp", 105.5), row("TSLA", "Tesla Inc", -2.5)]))
        publish(
            lake, stored_fund("OWED", [row("XOM", "Exxon Mobil Corp", 103.0), row("USD", "US Dollar", -3.0, "cash")])
        )
        build(lake)

        sold = answer(lake, "/api/screen", holds="TSLA", max_holds_pct="5")
        owed = answer(lake, "/api/screen", asset_class="cash", max_asset_class_pct="5")

        assert [(fund["symbol"], fund["match"], fund["holds_pct"]) for fund in sold["funds"]] == [
            ("SHORT", "yes", -2.5)
        ]
        assert ("OWED", -3.0) in [(fund["symbol"], fund["asset_class_pct"]) for fund in owed["funds"]]

    def test_an_empty_limit_or_offset_is_none(self) -> None:
        empty = answer(three(), "/api/screen", sector="Information Technology", sort="-sector_pct", limit="", offset="")

        assert empty == answer(three(), "/api/screen", sector="Information Technology", sort="-sector_pct")


class TestWithoutTables:
    @pytest.mark.parametrize("path", NEW)
    def test_a_question_that_needs_them_says_so(self, path: str) -> None:
        sent = ask(handler(without_tables(three())), path, {"q": "apple"} if "search" in path else {})

        assert (sent["statusCode"], "are not built yet" in told(sent)) == (503, True)
        assert sent["headers"]["Retry-After"] == "60"

    @pytest.mark.parametrize(
        "newest",
        [
            *(b"{}", b"[]", b"\xff", b'{"schema_version": 1}', b'{"schema_version": 2, "funds": {}}', b"null"),
            *map(with_funds, ("x", 5, {"VTI": 5}, {"VTI": {}}, {"VTI": {"row": [], "metadata": {}, "state": {}}})),
        ],
    )
    @pytest.mark.parametrize("path", ["/api/etfs", "/api/status", "/api/holders/AAPL"])
    def test_tables_that_cannot_be_read_count_as_none(self, newest: bytes, path: str) -> None:
        lake = three()
        before = answer(without_tables(lake), path)
        lake.put(NEWEST_KEY, newest)

        assert answer(lake, path) == before

    def test_tables_whose_checksum_is_wrong_count_as_none_until_they_are_right(self) -> None:
        lake, seconds = three(), [0.0]
        stored = lake.objects[NEWEST_KEY]
        lake.objects[NEWEST_KEY] = Broken(b"", '"broken"')
        asked = handler(lake, clock=lambda: seconds[0])
        assert ask(asked, "/api/crowding")["statusCode"] == 503

        lake.objects[NEWEST_KEY] = stored
        seconds[0] += 5.0

        assert ask(asked, "/api/crowding")["statusCode"] == 200

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"\xff", b"", b'{"securities": [[1]]}', b'{"AAPL":[[1]]}'])
    @pytest.mark.parametrize(("path", "name"), [("/api/crowding", "securities"), ("/api/holders/AAPL", "holders")])
    def test_a_damaged_object_of_the_tables_is_not_quoted(self, body: bytes, path: str, name: str) -> None:
        lake = three()
        objects = json.loads(lake.objects[NEWEST_KEY].body)["objects"]
        (key,) = [objects[name]] if isinstance(objects[name], str) else objects[name]
        lake.put(key, body)

        sent = ask(handler(lake), path)

        if name == "holders" and body not in (b"\xff", b'{"AAPL":[[1]]}'):
            assert sent["statusCode"] == 200  # nothing is stored under the symbol
        else:
            assert (sent["statusCode"], "rebuild" in told(sent)) == (503, True)


class Broken(StoredObject):
    """An object whose bytes do not match their checksum."""

    @property
    def body(self) -> bytes:
        raise DamagedObjectError("tables/newest.json does not match its checksum")

    @body.setter
    def body(self, _value: bytes) -> None:
        pass


class TestChangingTables:
    def test_a_reader_of_the_old_state_reads_the_new_one_once_its_objects_are_gone(self) -> None:
        # Given an API that knows a state, and a build that has replaced and removed it since
        lake = three()
        asked = handler(lake)
        assert json.loads(ask(asked, "/api/etfs")["body"]) == ["VTI", "QQQ", "BND"]
        old = json.loads(lake.objects[NEWEST_KEY].body)["objects"]
        publish(lake, stored_fund("NEW", [row("AAPL", "Apple Inc", 100.0)]))
        build(lake, "NEW")
        for key in (*old["holders"], old["securities"]):
            lake.objects.pop(key)

        holders = json.loads(ask(asked, "/api/holders/AAPL")["body"])

        assert [holder["etf"] for holder in holders["holders"]] == ["NEW", "QQQ", "VTI"]

    @pytest.mark.parametrize("path", ["/api/holders/AAPL", "/api/crowding"])
    def test_objects_that_stay_away_are_told(self, path: str) -> None:
        lake = three()
        for key in [key for key in lake.objects if key.startswith("tables/newest/")]:
            lake.objects.pop(key)

        sent = ask(handler(lake), path)

        assert (sent["statusCode"], "being built anew" in told(sent)) == (503, True)

    def test_a_newer_snapshot_of_a_named_fund_is_told_and_used(self) -> None:
        lake = three()
        publish(lake, stored_fund("QQQ", [row("AAPL", "Apple Inc", 100.0)]))

        similar = answer(lake, "/api/similar/VTI")
        portfolio = answer(lake, "/api/portfolio", positions="QQQ:1,XOM:1")

        assert similar["newer_snapshots"] == portfolio["newer_snapshots"] == ["QQQ"]
        assert [(fund["symbol"], fund["overlap_pct"]) for fund in similar["similar"]] == [("QQQ", 60.0)]
        assert "newer_snapshots" not in answer(three(), "/api/similar/VTI")

    def test_a_fund_that_the_tables_do_not_have_yet_is_a_note(self) -> None:
        lake = three()
        publish(lake, stored_fund("NEW", [row("AAPL", "Apple Inc", 100.0)]))

        found = answer(lake, "/api/similar/NEW")

        assert (found["newer_snapshots"], "do not have NEW yet" in found["note"]) == (["NEW"], True)

    def test_a_configured_fund_that_the_tables_do_not_have_yet_is_looked_through(self) -> None:
        lake = three()
        lake.put(CONFIG_KEY, b"etf_symbols: [VTI, NEW]")
        publish(lake, stored_fund("NEW", [row("AAPL", "Apple Inc", 100.0)]))

        found = answer(lake, "/api/portfolio", positions="NEW:1,VTI:1")

        assert [position["kind"] for position in found["positions"]] == ["fund", "fund"]

    def test_answers_follow_the_tables_and_carry_another_etag(self) -> None:
        lake, seconds = three(), [0.0]
        asked = handler(lake, clock=lambda: seconds[0])
        before = ask(asked, "/api/crowding")
        publish(lake, stored_fund("NEW", [row("KO", "Coca-Cola Co", 100.0)]))
        build(lake, "NEW")
        seconds[0] += 5.0

        after = ask(asked, "/api/crowding")

        assert before["headers"]["ETag"] != after["headers"]["ETag"]
        assert "KO" in [line["symbol"] for line in json.loads(after["body"])["securities"]]
        known = ask(asked, "/api/crowding", headers={"If-None-Match": after["headers"]["ETag"]})
        assert known["statusCode"] == 304


class TestCosts:
    CONFIG = b"""
etf_symbols: [VTI, QQQ, BND]
expense_ratios:
  VTI: {expense_ratio_pct: 0.5, as_of: 2026-11-01}
  qqq: {expense_ratio_pct: 0, as_of: "2026-11-02"}
"""

    def test_the_owners_costs_replace_and_extend_those_of_the_table(self) -> None:
        lake = three()
        lake.put(CONFIG_KEY, self.CONFIG)

        compared = answer(lake, "/api/compare", symbols="VTI,QQQ,BND")["funds"]
        costs = {fund["symbol"]: (fund["cost"]["expense_ratio_pct"], fund["cost"]["source"]) for fund in compared}

        assert costs == {"VTI": (0.5, "config"), "QQQ": (0.0, "config"), "BND": (0.03, "Vanguard fund page")}
        assert answer(lake, "/api/etfs/VTI/analytics")["cost"]["as_of"] == "2026-11-01"
        assert answer(lake, "/api/portfolio", positions="VTI:1,QQQ:1")["cost"]["bps"] == 25.0
        cheap = answer(lake, "/api/screen", max_expense_pct="0.2")["funds"]
        assert [(fund["symbol"], fund["match"], fund["expense_ratio_pct"]) for fund in cheap] == [
            ("BND", "yes", 0.03),
            ("QQQ", "yes", 0.0),
        ]
        (similar,) = answer(lake, "/api/similar/VTI")["similar"]
        assert similar["expense_ratio_pct"] == 0.0

    def test_an_unknown_cost_stays_unknown_and_open(self) -> None:
        lake = three()
        publish(lake, stored_fund("ZZZ", [row("AAPL", "Apple Inc", 100.0)]))
        build(lake, "ZZZ")

        (unknown,) = [f for f in answer(lake, "/api/screen", max_expense_pct="0")["funds"] if f["symbol"] == "ZZZ"]

        assert (unknown["match"], unknown["expense_ratio_pct"]) == ("maybe", None)
        assert unknown["reasons"] == {"expense_ratio_pct": "expense_ratio_unknown"}

    @pytest.mark.parametrize(
        "entry",
        [
            *(
                "0.1",
                "[]",
                "null",
                "x",
                "{}",
                "{expense_ratio_pct: 0.1}",
                "{expense_ratio_pct: 0.1, as_of: 2026-13-01}",
            ),
            *(f"{{expense_ratio_pct: {ratio}, as_of: 2026-11-01}}" for ratio in ("-1", ".nan", "26", "true", "x")),
        ],
    )
    def test_a_cost_that_is_not_one_is_none(self, entry: str) -> None:
        lake = three()
        lake.put(CONFIG_KEY, f"expense_ratios: {{ZZZ: {entry}}}".encode())
        publish(lake, stored_fund("ZZZ", [row("AAPL", "Apple Inc", 100.0)]))

        assert answer(lake, "/api/etfs/ZZZ/analytics")["cost"]["expense_ratio_pct"] is None

    def test_another_cost_is_another_answer(self) -> None:
        lake = three()
        before = ask(handler(lake), "/api/etfs/VTI/analytics")["headers"]["ETag"]
        lake.put(CONFIG_KEY, self.CONFIG)

        assert ask(handler(lake), "/api/etfs/VTI/analytics")["headers"]["ETag"] != before


class TestSearch:
    ENTRIES = (
        ("BRK.B", "Berkshire Hathaway Inc Class B"),
        ("NVDA", "NVIDIA Corp"),
        ("KO", "Coca-Cola Co"),
        ("MCO", "Moody's Corp"),
        ("NESN", "Nestl\u00e9 SA"),
        ("NVD", "GraniteShares 2x Short NVDA Daily ETF"),
        (None, "Convidia Labs"),
        ("COKE", "Coca Cola Consolidated Inc"),
        ("T", "AT&T Inc"),
        (None, None),
        ("ABC", "First\nSecond"),
    )

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("nvda", ["NVDA", "NVD"]),
            ("NVD", ["NVD", "NVDA"]),
            ("nvidia", ["NVDA", None]),
            ("Brk b", ["BRK.B"]),
            ("brk/b", ["BRK.B"]),
            ("coca cola", ["KO", "COKE"]),
            ("cocacola", ["KO", "COKE"]),
            ("COCA-COLA", ["KO", "COKE"]),
            ("moodys", ["MCO"]),
            ("moody's corp", ["MCO"]),
            ("corp moody", ["MCO"]),
            ("nestle", ["NESN"]),
            ("NESTL\u00c9", ["NESN"]),
            ("t", ["T"]),
            ("at&t", ["T"]),
            ("first second", ["ABC"]),
            ("moody berkshire", []),
            ("\n", []),
        ],
    )
    def test_the_best_comes_first_whatever_case_accents_and_punctuation(
        self, query: str, found: list[str | None]
    ) -> None:
        words = Words.of(query)
        places = SearchIndex(self.ENTRIES).find(words, 10) if words.words else []

        assert [self.ENTRIES[place][0] for place in places][: max(len(found), 1)] == found[:10]

    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_of_equally_good_ones_the_first_are_found(self, most: int) -> None:
        index = SearchIndex([(f"S{number}", "Same Name Inc") for number in range(9)])

        assert index.find(Words.of("same inc"), most) == list(range(most))

    def test_securities_of_more_funds_come_first(self) -> None:
        found = answer(three(), "/api/search", q="corp")

        assert [(line["symbol"], line["funds"]) for line in found["securities"]] == [
            ("NVDA", 2),
            ("XOM", {"low": 1, "high": 2}),
        ]
        assert found["tables_as_of"] == "2026-11-21T11:00:00Z"

    def test_funds_are_found_by_name_and_in_parts(self) -> None:
        lake = three()

        assert answer(lake, "/api/search", q="vanguard stock")["funds"] == [
            {"symbol": "VTI", "name": "Vanguard Total Stock Market ETF", "basis": "list"}
        ]
        one, other = (answer(lake, "/api/search", q="a", limit="1", offset=at)["funds"] for at in ("0", "1"))
        assert one + other == answer(lake, "/api/search", q="a")["funds"][:2]


def test_an_empty_lake_has_tables_of_nothing() -> None:
    lake = MemoryLake()
    build(lake)

    for path, query in ASKED[:3] + ASKED[4:]:
        found: Any = answer(lake, path, **query)
        assert [value for value in found.values() if isinstance(value, list)] in ([[]], [[], []])
    assert answer(lake, "/api/holders/AAPL")["holders"] == []
    assert answer(lake, "/api/etfs") == []
