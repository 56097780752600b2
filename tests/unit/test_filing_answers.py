"""GET /filings and /filings/{date}: what they read, what they say where there is nothing, and what goes wrong."""

import csv
import io
from typing import Any

import pytest

from etf_common.codes import FilingReason
from etf_common.filing_keys import filing_key, filing_status_key
from etf_common.lake import CONFIG_KEY
from tests.unit.api_cases import ask, handler, told
from tests.unit.builders import FakeLake
from tests.unit.contract_cases import valid
from tests.unit.filing_snapshots import QUARTERS, filed_line, put_filing, put_filing_status, stored_filing
from tests.unit.lake_cases import MemoryLake

FILINGS = "/api/etfs/VTI/filings"
NEWEST = f"{FILINGS}/{QUARTERS[0]}"


def three_quarters(lake: FakeLake | None = None, symbol: str = "VTI", **told: Any) -> MemoryLake:
    """The filings of a fund without a Schwab list."""
    found = MemoryLake() if lake is None else lake
    lines = [
        filed_line("Apple Inc", 60.0, isin="US0378331005", cusip="037833100"),
        filed_line("=SUM(A1)", 30.0, country="CA", currency="CAD", exchange_rate=1.37),
        filed_line("Future Co", -0.5, unit="NC", asset_class="derivative", side=None, restricted=None),
    ]
    for number, day in enumerate(QUARTERS):
        put_filing(found, stored_filing(symbol, lines[: 3 - number], day, **told))
    assert isinstance(found, MemoryLake)
    return found


def answered(lake: FakeLake, path: str, **query: str) -> dict[str, Any]:
    """The parsed answer, which keeps to openapi.json."""
    template = "/api/etfs/{symbol}/filings" + ("" if path.endswith("/filings") else "/{date}")
    found: dict[str, Any] = valid(ask(handler(lake), path, query), template)
    return found


class TestList:
    def test_the_newest_comes_first_and_no_list_of_schwab_is_needed(self) -> None:
        found = answered(three_quarters(), FILINGS)

        assert [row["report_date"] for row in found["filings"]] == [*QUARTERS]
        assert (found["symbol"], found["reason"], found["message"]) == ("VTI", None, None)
        newest = found["filings"][0]
        assert (newest["filed"], newest["lag_days"], newest["accession"]) == ("2026-08-28", 59, "0001752724-26-063000")
        assert (newest["net_assets_usd"], newest["lines"], newest["complete"]) == (100_000_000.0, 3, True)
        assert [row["month"] for row in newest["returns"]] == ["2026-04", "2026-05", "2026-06"]
        assert newest["flows"][0]["net_usd"] == 500.0
        assert (newest["source"], newest["series"]) == ("sec", "verified")

    def test_it_reads_the_beginnings_only_and_each_once(self) -> None:
        lake = three_quarters()
        many = [filed_line(f"Company {number}", 0.01) for number in range(2000)]
        put_filing(lake, stored_filing("VTI", many, "2025-09-30"))
        asked = handler(lake)
        first = ask(asked, FILINGS)

        assert not [key for what, key in lake.calls if what == "read" and key.startswith("filings/")]
        lake.calls.clear()
        assert ask(asked, FILINGS)["body"] == first["body"]
        assert not [key for what, key in lake.calls if what == "beginning"]

    def test_a_fund_of_so_many_classes_that_its_lines_begin_late_is_read_whole(self) -> None:
        lake = MemoryLake()
        returns = [{"class_id": f"C{number:09d}", "month": "2026-06", "return_pct": 1} for number in range(2000)]
        put_filing(lake, stored_filing("VTI", [filed_line("Apple Inc", 99.0)], fund={"returns": returns}))

        assert len(answered(lake, FILINGS)["filings"][0]["returns"]) == 2000

    def test_a_file_that_was_taken_by_hand_says_so(self) -> None:
        lake = three_quarters(
            filed=None, source="file", accession="sha256-0123456789abcdef", fund={"series": "unverified"}
        )
        answer = ask(handler(lake), FILINGS)
        row = answered(lake, FILINGS)["filings"][0]

        assert answer["headers"]["X-Data-Source"] == "file"
        assert (row["filed"], row["lag_days"], row["series"]) == (None, None, "unverified")

    def test_a_damaged_filing_is_listed_by_what_stands_beside_it(self) -> None:
        lake = three_quarters()
        stored = lake.objects[filing_key("VTI", QUARTERS[1])]
        lake.put(filing_key("VTI", QUARTERS[1]), b'{"lines":[', metadata=stored.metadata)

        rows = answered(lake, FILINGS)["filings"]

        assert [row["report_date"] for row in rows] == [*QUARTERS]
        assert (rows[1]["lines"], rows[1]["returns"], rows[1]["flows"]) == (2, None, None)
        assert rows[1]["reasons"]["returns"] == FilingReason.FILING_DAMAGED

    def test_an_unchanged_list_is_a_304(self) -> None:
        asked = handler(three_quarters())
        etag = ask(asked, FILINGS)["headers"]["ETag"]

        assert ask(asked, FILINGS, headers={"if-none-match": etag})["statusCode"] == 304


class TestWithoutFilings:
    def test_a_symbol_that_nobody_knows_is_a_404_that_says_what_to_do(self) -> None:
        for path in (FILINGS, NEWEST, "/api/etfs/NOVO%20B/filings"):
            answer = ask(handler(MemoryLake()), path)
            assert answer["statusCode"] == 404
            assert "add it to etf_symbols" in told(answer)

    @pytest.mark.parametrize(
        ("config", "reason", "said"),
        [
            (b"etf_symbols: [VTI]", FilingReason.CONTACT_MISSING, "`contact: you@example.com`"),
            (b"etf_symbols: [VTI]\nfilings: none\ncontact: a@b.c", FilingReason.NOT_WANTED, "`filings: all`"),
            (b"etf_symbols: [VTI]\nfilings: [VOO]\ncontact: a@b.c", FilingReason.NOT_WANTED, "`filings`"),
            (b"etf_symbols: [VTI]\nfilings: [vti]\ncontact: a@b.c", FilingReason.NOT_ASKED_YET, "next weekly run"),
            (b"etf_symbols: [VTI]\ncontact: a@b.c", FilingReason.NOT_ASKED_YET, "next weekly run"),
        ],
    )
    def test_a_configured_fund_that_was_not_asked_about_says_why(
        self, config: bytes, reason: FilingReason, said: str
    ) -> None:
        lake = MemoryLake()
        lake.put(CONFIG_KEY, config)

        found = answered(lake, FILINGS)

        assert (found["filings"], found["result"], found["reason"]) == ([], None, reason)
        assert said in found["message"]

    def test_the_made_up_sec_of_the_sample_needs_no_contact(self) -> None:
        lake = MemoryLake()
        lake.put(CONFIG_KEY, b"etf_symbols: [VTI]", metadata={"source": "sample"})

        assert answered(lake, FILINGS)["reason"] == FilingReason.NOT_ASKED_YET
        assert ask(handler(lake), FILINGS)["headers"]["X-Data-Source"] == "sample"

    def test_what_went_wrong_is_told_with_its_code(self) -> None:
        lake = MemoryLake()
        error = {"code": "not_a_filer", "message": "GLD files no N-PORT: it is a grantor trust"}
        put_filing_status(lake, "VTI", "not_a_filer", error=error)

        found = answered(lake, FILINGS)

        assert (found["result"], found["reason"], found["message"]) == ("not_a_filer", *error.values())
        assert told(ask(handler(lake), NEWEST)) == error["message"]

    def test_a_failed_look_is_told_beside_the_filings_that_are_there(self) -> None:
        lake = three_quarters()
        put_filing_status(lake, "VTI", "failed", error={"code": "sec_busy", "message": "the SEC asks to wait"})

        found = answered(lake, FILINGS)

        assert (len(found["filings"]), found["result"], found["reason"]) == (3, "failed", "sec_busy")

    @pytest.mark.parametrize(
        ("accessions", "reason"),
        [
            ({}, FilingReason.NONE_PUBLIC),
            ({"0001752724-26-000001": {"state": "fetched"}}, FilingReason.BEING_READ),
            ({"0001752724-26-000001": {"state": "parsed"}}, FilingReason.BEING_READ),
            ({"1": {"state": "failed", "error": {"code": "bad_filing", "message": "no"}}}, "bad_filing"),
        ],
    )
    def test_a_good_look_without_a_filing_says_what_became_of_it(self, accessions: dict[str, Any], reason: str) -> None:
        lake = MemoryLake()
        lake.put(CONFIG_KEY, b"etf_symbols: [VTI]", metadata={"source": "sample"})
        put_filing_status(lake, "VTI", accessions=accessions)

        assert answered(lake, FILINGS)["reason"] == reason

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"result": 7}', b'{"error": "x"}', b'{"accessions": [1]}', b"\xff"])
    def test_a_status_that_cannot_be_read_counts_as_none(self, body: bytes) -> None:
        lake = three_quarters()
        lake.put(filing_status_key("VTI"), body)

        found = answered(lake, FILINGS)

        assert (len(found["filings"]), found["result"], found["reason"]) == (3, None, None)


class TestOne:
    def test_its_bytes_are_those_that_are_stored(self) -> None:
        lake = three_quarters()
        answered(lake, NEWEST)
        answer = ask(handler(lake), NEWEST)

        assert answer["body"].encode() == lake.objects[filing_key("VTI", QUARTERS[0])].body
        assert answer["headers"]["X-Data-Source"] == "sec"
        assert answer["headers"]["X-Data-Complete"] == "true"
        assert answer["headers"]["X-Data-Stale"] == "false"

    def test_an_unchanged_filing_is_a_304(self) -> None:
        asked = handler(three_quarters())
        for query in ({}, {"format": "csv"}):
            etag = ask(asked, NEWEST, query)["headers"]["ETag"]
            assert ask(asked, NEWEST, query, {"if-none-match": etag})["statusCode"] == 304

    def test_the_csv_has_a_row_for_each_line_and_no_formula(self) -> None:
        answer = ask(handler(three_quarters()), NEWEST, {"format": "csv"})
        rows = [*csv.DictReader(io.StringIO(answer["body"].removeprefix("\ufeff"), newline=""))]

        assert answer["headers"]["Content-Disposition"] == 'attachment; filename="VTI-filing-2026-06-30.csv"'
        assert [row["name"] for row in rows] == ["Apple Inc", "'=SUM(A1)", "Future Co"]
        assert [row["restricted"] for row in rows] == ["false", "false", ""]
        assert (rows[0]["isin"], rows[0]["weight_pct"], rows[1]["exchange_rate"]) == ("US0378331005", "60.0", "1.37")
        assert {(row["report_date"], row["filed"], row["source"]) for row in rows} == {
            ("2026-06-30", "2026-08-28", "sec")
        }

    @pytest.mark.parametrize(
        ("day", "near"),
        [
            ("2026-05-01", "2026-03-31 and 2026-06-30"),
            ("2030-01-01", "2026-06-30"),
            ("2019-01-01", "2025-12-31"),
        ],
    )
    def test_an_unknown_date_names_the_nearest(self, day: str, near: str) -> None:
        answer = ask(handler(three_quarters()), f"{FILINGS}/{day}")

        assert answer["statusCode"] == 404
        assert f"nearest: {near};" in told(answer)

    @pytest.mark.parametrize("day", ["2026-6-30", "20260630", "latest", "2026-02-30", "x%2Fy", "..", "%00"])
    def test_what_is_no_date_is_a_400(self, day: str) -> None:
        answer = ask(handler(three_quarters()), f"{FILINGS}/{day}")

        assert answer["statusCode"] == 400
        assert "2026-06-30" in told(answer)

    def test_a_share_class_after_a_slash_is_taken_here_too(self) -> None:
        lake = three_quarters(symbol="BRK.B")

        for path in ("/api/etfs/BRK/B/filings", "/api/etfs/BRK%2FB/filings", "/api/etfs/brk.b/filings"):
            assert answered(lake, path)["symbol"] == "BRK.B"
            assert answered(lake, f"{path}/{QUARTERS[0]}")["symbol"] == "BRK.B"

    def test_only_the_newest_filing_can_be_overdue_and_a_final_one_never(self) -> None:
        lake = MemoryLake()
        for day in ("2026-03-31", "2025-12-31"):
            put_filing(lake, stored_filing("VTI", [filed_line("Apple Inc", 99.0)], day))
            put_filing(lake, stored_filing("OLD", [], day, final=True))
        stale = {
            (symbol, day): ask(handler(lake), f"/api/etfs/{symbol}/filings/{day}")["headers"]
            for symbol in ("VTI", "OLD")
            for day in ("2026-03-31", "2025-12-31")
        }

        assert [place for place, headers in stale.items() if headers["X-Data-Stale"] == "true"] == [
            ("VTI", "2026-03-31")
        ]
        assert "235 days ago" in stale["VTI", "2026-03-31"]["X-Data-Stale-Reason"]
        assert stale["OLD", "2026-03-31"]["X-Data-Complete"] == "false"

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{}", b'{"symbol": "VTI", "report_date": "2026-06-30", "accession": "1", "lines": 7}']
    )
    def test_a_damaged_filing_is_a_503_that_names_it(self, body: bytes) -> None:
        lake = three_quarters()
        lake.put(filing_key("VTI", QUARTERS[0]), body)

        for query in ({}, {"format": "csv"}):
            answer = ask(handler(lake), NEWEST, query)
            assert answer["statusCode"] == 503
            assert told(answer).startswith(filing_key("VTI", QUARTERS[0]))

    def test_a_filing_under_another_name_is_not_served(self) -> None:
        lake = three_quarters()
        lake.objects[filing_key("VOO", QUARTERS[0])] = lake.objects[filing_key("VTI", QUARTERS[0])]

        assert ask(handler(lake), NEWEST.replace("VTI", "VOO"))["statusCode"] == 503

    def test_unknown_parameters_are_refused(self) -> None:
        for path in (FILINGS, NEWEST):
            assert ask(handler(three_quarters()), path, {"limit": "1"})["statusCode"] == 400
