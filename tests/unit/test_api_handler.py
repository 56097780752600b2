"""The handler over a lake in a dict: the token, origins, HEAD, symbols, staleness, and what it refuses to do."""

import hashlib
import json
import random
import threading
from typing import Any

import pytest

from api import analyses, portfolios, questions
from api.access import Access
from api.cors import Cors
from api.questions import Turns
from api.routes import ROUTES
from etf_analytics import fund_overlap
from tests.unit.api_cases import ask, handler, holding, put_fund, three_funds, told

TOKEN = "open sesame"
LOCK = Access(hashlib.sha256(TOKEN.encode()).hexdigest())
BEARER = {"Authorization": f"Bearer {TOKEN}"}
QUESTIONS: list[tuple[str, dict[str, str]]] = [
    ("/api/overlap", {"symbols": "VTI,VOO"}),
    ("/api/compare", {"symbols": "VTI,VOO"}),
    ("/api/holders/AAPL", {}),
    ("/api/portfolio", {"positions": "VTI:60,VOO:40"}),
    ("/api/portfolio", {"positions": "AOR:60,WALMEX*:40"}),
    ("/api/etfs/VTI/analytics", {}),
]


class TestAccess:
    @pytest.mark.parametrize("path", ["/api/etfs", "/api/etfs/VTI", "/api/status", "/api/openapi.json"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_no_shared_cache_keeps_what_needs_the_token(self, path: str, method: str) -> None:
        asked, token = handler(three_funds(), access=LOCK), {"authorization": f"bearer   {TOKEN}"}
        answer = ask(asked, path, headers=token, method=method)
        known = ask(
            asked, path, headers={**token, "if-none-match": f'"x", W/{answer["headers"]["ETag"]}'}, method=method
        )

        assert (answer["statusCode"], known["statusCode"]) == (200, 304)
        for headers in (answer["headers"], known["headers"]):
            assert headers["Cache-Control"].startswith("private, ")
            assert "Authorization" in headers["Vary"]

    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
    def test_a_locked_api_asks_for_its_token_on_every_route_that_is_not_open(self, route: Any) -> None:
        path = route.path.replace("{symbol}", "VTI")
        answer = ask(handler(three_funds(), access=LOCK), path, method=route.method)

        assert (answer["statusCode"] == 401) is not route.is_open
        if not route.is_open:
            # Feed readers send a password; they take the first challenge that they know.
            first = "Basic " if path.endswith(".atom") else "Bearer "
            assert answer["headers"]["WWW-Authenticate"].startswith(first)
            assert answer["headers"]["Cache-Control"] == "no-store"
            assert json.loads(answer["body"]).keys() == {"statusCode", "message"}

    def test_health_and_the_page_are_open(self) -> None:
        assert {route.path for route in ROUTES if route.is_open} == {"/api/health", "/api/docs"}

    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
    @pytest.mark.parametrize("path", ["/api/nothing", "/api/health/x", "/api/etfs/VTI/nothing"])
    def test_it_does_not_tell_strangers_which_routes_there_are(self, method: str, path: str) -> None:
        assert ask(handler(three_funds(), access=LOCK), path, method=method)["statusCode"] == 401

    def test_the_token_opens_it_and_no_shared_cache_keeps_the_answer(self) -> None:
        answer = ask(handler(three_funds(), access=LOCK), "/api/etfs/VTI", headers=BEARER)

        assert answer["statusCode"] == 200
        assert answer["headers"]["Cache-Control"] == "private, max-age=60"
        assert "Authorization" in answer["headers"]["Vary"]

    def test_a_caller_without_the_token_learns_nothing_by_an_etag(self) -> None:
        asked = handler(three_funds(), access=LOCK)
        etag = ask(asked, "/api/etfs/VTI", headers=BEARER)["headers"]["ETag"]

        assert ask(asked, "/api/etfs/VTI", headers={"If-None-Match": etag})["statusCode"] == 401

    def test_a_browser_may_ask_whether_it_may_ask(self) -> None:
        answer = ask(
            handler(three_funds(), access=LOCK), "/api/etfs", headers={"origin": "https://x"}, method="OPTIONS"
        )

        assert answer["statusCode"] == 204
        assert "Authorization" in answer["headers"]["Access-Control-Allow-Headers"]

    def test_a_page_of_another_origin_can_read_that_it_lacks_the_token(self) -> None:
        answer = ask(handler(three_funds(), access=LOCK), "/api/etfs", headers={"Origin": "https://x"})

        assert (answer["statusCode"], answer["headers"]["Access-Control-Allow-Origin"]) == (401, "*")

    def test_an_open_api_takes_any_token(self) -> None:
        assert ask(handler(three_funds()), "/api/etfs", headers={"Authorization": "Bearer x"})["statusCode"] == 200

    def test_the_page_asks_for_the_token(self) -> None:
        page = ask(handler(three_funds(), access=LOCK), "/api/docs")["body"]

        assert 'id="token"' in page
        assert '"Bearer " + token' in page


@pytest.mark.parametrize("path", ["/api/etfs", "/api/etfs/VTI", "/api/nothing"])
def test_where_origins_are_limited_answers_vary_by_origin(path: str) -> None:
    asked = handler(three_funds(), cors=Cors(("https://desk.example.com",)))

    for origin, allowed in (("https://desk.example.com", True), ("https://x", False), ("", False)):
        answer = ask(asked, path, headers={"Origin": origin} if origin else {})

        assert "Origin" in answer["headers"]["Vary"]
        assert ("Access-Control-Allow-Origin" in answer["headers"]) is allowed


@pytest.mark.parametrize("path", [*(path for path, _ in QUESTIONS), "/api/etfs", "/api/health", "/api/nothing"])
def test_head_is_get_without_a_body(path: str) -> None:
    asked, query = handler(three_funds()), dict(QUESTIONS).get(path, {})

    got, head = ask(asked, path, query), ask(asked, path, query, method="HEAD")

    assert head["statusCode"] == got["statusCode"]
    assert head["body"] == ""
    assert head["headers"] == {**got["headers"], "Content-Length": str(len(got["body"].encode()))}


@pytest.mark.parametrize("end", ["", "/holdings", "/history", "/analytics"])
@pytest.mark.parametrize("symbol", ["WALMEX*", "walmex%2A", "PTT-F", "VOLV B", "M&M", "BF%2FB", "BF/B"])
def test_a_security_that_is_no_etf_here_is_unknown_and_not_malformed(end: str, symbol: str) -> None:
    answer = ask(handler(three_funds()), f"/api/etfs/{symbol}{end}")

    assert (answer["statusCode"], "is not among the ETFs here" in told(answer)) == (404, True)


def test_a_security_is_found_however_its_symbol_is_written() -> None:
    asked = handler(three_funds())

    for symbol in ("WALMEX*", "walmex*", "WALMEX%2A", "walmex%2a"):
        found = json.loads(ask(asked, f"/api/holders/{symbol}")["body"])
        assert [row["etf"] for row in found["holders"]] == ["VTI"], symbol
    assert ask(asked, "/api/portfolio", {"positions": "VTI:1,walmex*:1"})["statusCode"] == 200
    assert ask(asked, "/api/overlap", {"symbols": "VTI,PTT-F"})["statusCode"] == 404


def test_a_tables_name_is_one_that_every_system_takes() -> None:
    answer = ask(handler(three_funds()), "/api/holders/WALMEX*", {"format": "csv"})

    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="holders-WALMEX_.csv"'


class TestStaleness:
    OLD = "2026-09-01"

    def lake(self) -> Any:
        fake = three_funds()
        put_fund(fake, "OLD", [holding("AAPL")], "2026-08-01")
        put_fund(fake, "OLD", [holding("AAPL")], self.OLD)
        return fake

    def test_as_of_the_newest_date_says_the_same_as_no_as_of(self) -> None:
        asked = handler(self.lake())
        for path in ("/api/etfs/OLD", "/api/etfs/OLD/holdings", "/api/etfs/OLD/analytics"):
            newest, dated = ask(asked, path)["headers"], ask(asked, path, {"as_of": self.OLD})["headers"]

            names = ("X-Data-Stale", "X-Data-Stale-Reason", "X-Data-Complete", "X-Data-Source")
            assert [newest[name] for name in names] == [dated[name] for name in names]
            assert newest["X-Data-Stale"] == "true"
            assert "more than 45 days ago" in newest["X-Data-Stale-Reason"]

    def test_status_says_the_same(self) -> None:
        status = json.loads(ask(handler(self.lake()), "/api/status")["body"])

        assert status["OLD"]["stale"] is True
        assert status["VTI"]["stale"] is False

    def test_an_older_date_is_what_it_is(self) -> None:
        headers = ask(handler(self.lake()), "/api/etfs/OLD", {"as_of": "2026-08-01"})["headers"]

        assert (headers["X-Data-Stale"], "X-Data-Stale-Reason" in headers) == ("false", False)

    def test_a_question_is_as_stale_as_its_stalest_fund_whether_or_not_the_caller_has_the_answer(self) -> None:
        asked, query = handler(self.lake()), {"symbols": "VTI,OLD"}
        first = ask(asked, "/api/overlap", query)
        again = ask(asked, "/api/overlap", query, {"if-none-match": first["headers"]["ETag"]})

        assert again["statusCode"] == 304
        assert first["headers"]["X-Data-Stale"] == again["headers"]["X-Data-Stale"] == "true"
        assert again["headers"]["X-Data-Stale-Reason"].startswith("OLD: ")

    def test_the_configured_age_counts(self) -> None:
        fake = self.lake()
        fake.put("config/etl_config.yaml", b"etf_symbols: [VTI]\nstale_after_days: 200")

        assert ask(handler(fake), "/api/etfs/OLD")["headers"]["X-Data-Stale"] == "false"


class TestWhoHasTheAnswer:
    @pytest.mark.parametrize(("path", "query"), QUESTIONS)
    def test_causes_no_computing(self, path: str, query: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        fake = three_funds()
        first = ask(handler(fake), path, query)
        assert first["statusCode"] == 200
        for name in ("analyze_fund", "compare_funds", "find_holders", "fund_overlap"):
            monkeypatch.setattr(analyses, name, None)
        monkeypatch.setattr(portfolios, "analyze_portfolio", None)

        # Of another process, which has no answer in memory
        again = ask(handler(fake), path, query, {"if-none-match": first["headers"]["ETag"]})

        assert (again["statusCode"], again["body"]) == (304, "")
        kept = [name for name in first["headers"] if name.startswith("X-Data") or name == "ETag"]
        assert [again["headers"][name] for name in kept] == [first["headers"][name] for name in kept]

    @pytest.mark.parametrize(("path", "query"), QUESTIONS)
    def test_gets_the_new_one_when_a_fund_changes(self, path: str, query: dict[str, str]) -> None:
        fake = three_funds()
        before = ask(handler(fake), path, query)["headers"]["ETag"]
        put_fund(fake, "VTI", [holding("AAPL"), holding("MSFT", weight_pct=2.0), holding("WALMEX*")])

        assert ask(handler(fake), path, query, {"if-none-match": before})["statusCode"] == 200

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/api/overlap", {"symbols": "VOO,VTI"}),
            ("/api/overlap", {"symbols": "VTI,VOO", "by": "issuer"}),
            ("/api/overlap", {"symbols": "VTI,VOO", "format": "csv"}),
            ("/api/compare", {"symbols": "VTI,VOO"}),
        ],
    )
    def test_is_not_sent_to_a_caller_with_another_answer(self, path: str, query: dict[str, str]) -> None:
        asked = handler(three_funds())
        other = ask(asked, "/api/overlap", {"symbols": "VTI,VOO"})["headers"]["ETag"]

        assert ask(asked, path, query, {"if-none-match": other})["statusCode"] == 200

    def test_however_the_symbols_were_written(self) -> None:
        asked = handler(three_funds())
        etag = ask(asked, "/api/overlap", {"symbols": "VTI,VOO"})["headers"]["ETag"]

        assert ask(asked, "/api/overlap", {"symbols": "vti, voo"}, {"if-none-match": etag})["statusCode"] == 304

    def test_is_told_what_is_wrong_all_the_same(self) -> None:
        asked, query = handler(three_funds()), {"symbols": "VTI,AOR"}
        etag = ask(asked, "/api/overlap", query)["headers"]["ETag"]

        refused = ask(asked, "/api/overlap", {**query, "max_lag_days": "1"}, {"if-none-match": etag})
        unknown = ask(asked, "/api/portfolio", {"positions": "VTI:1,ZZZZ:1"}, {"if-none-match": "*"})

        assert (refused["statusCode"], unknown["statusCode"]) == (409, 404)

    def test_loses_it_when_code_or_tables_change(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = handler(three_funds())
        before = ask(asked, *QUESTIONS[0])["headers"]["ETag"]
        monkeypatch.setattr(questions, "code_version", lambda: "another")

        assert ask(asked, *QUESTIONS[0], {"if-none-match": before})["statusCode"] == 200


class TestWork:
    @pytest.mark.parametrize(("path", "query"), QUESTIONS)
    def test_more_lines_than_a_question_may_read_are_a_413_that_says_what_to_ask(
        self, path: str, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(questions, "MOST_LINES", 2)

        answer = ask(handler(three_funds()), path, query)

        assert answer["statusCode"] == 413
        assert "one question may read 2: " in told(answer)

    def test_it_is_refused_before_anything_is_parsed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        fake = three_funds()
        put_fund(fake, "BIG", [], included=str(questions.MOST_LINES))
        monkeypatch.setattr(questions, "prepare", None)

        assert ask(handler(fake), "/api/overlap", {"symbols": "VTI,BIG"})["statusCode"] == 413

    def test_many_funds_with_many_lines_are_no_portfolio(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(questions, "MOST_PORTFOLIO_WORK", 9)

        answer = ask(handler(three_funds()), "/api/portfolio", {"positions": "VTI:60,VOO:40"})

        assert (answer["statusCode"], "name" in told(answer) or "fewer" in told(answer)) == (413, True)

    def test_while_one_analysis_computes_everything_else_is_answered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given an analysis that does not end
        asked, started, ended = handler(three_funds()), threading.Event(), threading.Event()
        overlap = fund_overlap

        def slow(funds: Any) -> Any:
            started.set()
            assert ended.wait(60)
            return overlap(funds)

        monkeypatch.setattr(analyses, "fund_overlap", slow)
        answers: list[dict[str, Any]] = []
        thread = threading.Thread(target=lambda: answers.append(ask(asked, *QUESTIONS[0])))
        thread.start()
        try:
            assert started.wait(60)
            # Then all that needs no analysis is answered
            for path in ("/api/health", "/api/etfs", "/api/etfs/VTI", "/api/etfs/VTI/holdings", "/api/status"):
                assert ask(asked, path)["statusCode"] == 200, path
        finally:
            ended.set()
            thread.join()
        assert [answer["statusCode"] for answer in answers] == [200]

    @pytest.mark.parametrize("turns", [Turns(most_waiting=0), Turns(most_waiting=1, seconds=0.01)])
    def test_where_too_many_analyses_wait_the_next_is_told_to_come_again(
        self, turns: Turns, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(analyses, "Turns", lambda: turns)
        asked = handler(three_funds())

        with turns.take():
            busy = ask(asked, *QUESTIONS[0])

        assert (busy["statusCode"], busy["headers"]["Retry-After"]) == (503, "1")
        assert "try again" in told(busy)
        assert ask(asked, *QUESTIONS[0])["statusCode"] == 200, "and then it has its turn"


@pytest.mark.parametrize("number", ["1e308", "-1e308", "1e999", "1e-300", "NaN", "Infinity"])
@pytest.mark.parametrize(("path", "query"), [*QUESTIONS, ("/api/etfs/VTI/holdings", {})])
def test_no_stored_number_leaves_as_what_json_does_not_have(path: str, query: dict[str, str], number: str) -> None:
    # Given what transform never writes, in two lines
    fake = three_funds()
    stored = fake.objects["processed/VTI/latest.json"]
    fake.put(
        "processed/VTI/latest.json", stored.body.replace(b"1.0,", number.encode() + b",", 3), '"x"', stored.metadata
    )

    answer = ask(handler(fake), path, query)

    assert answer["statusCode"] == 200
    json.loads(answer["body"], parse_constant=pytest.fail)


def test_what_does_not_fit_in_gzip_either_is_a_413_whose_advice_works() -> None:
    # Given 20,000 rows whose names do not shrink: 11 MB of Base64
    chance, fake = random.Random(0), three_funds()
    put_fund(fake, "VTI", [holding(f"S{n}", name=chance.randbytes(300).hex()) for n in range(20_000)])
    asked, zipped = handler(fake), {"accept-encoding": "gzip"}

    for path, query in [
        ("/api/etfs/VTI", {}),
        ("/api/etfs/VTI/holdings", {}),
        ("/api/etfs/VTI/holdings", {"format": "csv"}),
        ("/api/etfs/VTI/holdings", {"limit": "19000"}),
    ]:
        for headers in (zipped, {}):
            answer = ask(asked, path, query, headers)
            assert answer["statusCode"] == 413, (path, query)
            assert "limit=2000" in told(answer)
            assert "gzip" not in told(answer)

    # Then what it advises is answered
    advised = ask(asked, "/api/etfs/VTI/holdings", {"limit": "2000"}, zipped)
    assert advised["statusCode"] == 200
    assert len(json.dumps(advised)) < 6 * 1024 * 1024


def test_several_threads_get_each_their_own_answer() -> None:
    asked = handler(three_funds())
    wrong: list[str] = []

    def keep_asking(symbol: str) -> None:
        for _ in range(200):
            answer = ask(asked, f"/api/etfs/{symbol}")
            if json.loads(answer["body"])["symbol"] != symbol:
                wrong.append(symbol)

    threads = [threading.Thread(target=keep_asking, args=(symbol,)) for symbol in ("VTI", "VOO", "AOR") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
