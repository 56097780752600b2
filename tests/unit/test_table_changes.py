"""What the keys of the lake mean for the tables, and what the tables have missed of filings."""

from datetime import UTC, datetime

from etf_common.filing_keys import filing_key, raw_filing_key
from etf_common.lake import Listed, latest_key, status_key
from etf_common.newest import Newest
from etf_common.table_changes import Built, Changes, Stored, behind, changes_of, outdated

WRITTEN = datetime(2026, 11, 20, tzinfo=UTC)


def listed(*entries: tuple[str, str]) -> Stored:
    return Stored.of(Listed(key, etag, WRITTEN) for key, etag in entries)


def built(funds: dict[str, str], filings: dict[str, tuple[str, str | None]]) -> Built:
    """Tables of lists with these ETags, and of filings with their own and that of the list they were joined with."""
    newest = Newest(
        tables_as_of="",
        funds={symbol: {"etag": etag} for symbol, etag in funds.items()},
        statuses={},
        filings={symbol: {"etag": etag, "list_etag": joined} for symbol, (etag, joined) in filings.items()},
        made_with="another",
        securities_key="",
        similar_key="",
        holder_keys=(),
        holdings_key="",
        funds_key="",
        exceptions_key="",
        kinds_key="",
        candidates_key="",
    )
    return Built(newest, {})


def test_a_written_filing_is_a_change_of_its_symbol_and_its_document_is_none() -> None:
    keys = [
        filing_key("VTI", "2026-06-30"),
        raw_filing_key("VOO", "0001752724-26-000001"),
        "filings-status/QQQ.json",
        "filings/SPY/2026-13-01.json",
        status_key("BND"),
    ]

    found = changes_of(keys)

    assert found == Changes({}, frozenset({"BND"}), frozenset({"VTI"}))
    assert found.symbols == {"BND", "VTI"}
    assert found.only(frozenset({"VTI"})) == Changes(filings=frozenset({"VTI"}))
    assert Changes(filings=frozenset({"VTI"}))
    assert Changes.together([found, Changes(filings=frozenset({"SPY"}))]).filings == {"SPY", "VTI"}


def test_the_filing_of_the_newest_report_date_stands_for_its_symbol() -> None:
    stored = listed(
        (filing_key("VTI", "2026-06-30"), "b"), (filing_key("VTI", "2026-03-31"), "a"), (latest_key("VTI"), "l")
    )

    assert stored.filings["VTI"].etag == "b"
    assert stored.changes == Changes({}, frozenset({"VTI"}), frozenset({"VTI"}))


def test_filings_that_are_new_changed_gone_or_not_joined_with_the_list_are_missed() -> None:
    lists = {symbol: f"l-{symbol}" for symbol in ("SAME", "NEW", "MORE", "GONE", "APART")}
    stored = listed(
        *((latest_key(symbol), etag) for symbol, etag in lists.items()),
        *((filing_key(symbol, "2026-06-30"), "f") for symbol in ("SAME", "NEW", "APART", "ALONE")),
        (filing_key("MORE", "2026-09-30"), "g"),
    )
    known = {symbol: ("f", f"l-{symbol}") for symbol in ("SAME", "MORE", "GONE")}

    missed = behind(stored, built(lists, {**known, "APART": ("f", "another"), "ALONE": ("f", None)}))

    assert missed == Changes({}, frozenset(), frozenset({"NEW", "MORE", "GONE", "APART"}))


def test_tables_of_other_code_are_outdated_with_all_their_filings() -> None:
    stored = listed((filing_key("VTI", "2026-06-30"), "f"))

    assert outdated(stored, built({}, {"SPY": ("f", None)})).filings == {"SPY", "VTI"}
