"""The status of filings: what fetch and parse know of each, bounded, and the keys of filings."""

import pytest

from etf_common.filing_keys import (
    filing_status_key,
    is_accession,
    parse_filing_status_key,
    parse_raw_filing_key,
    raw_filing_key,
)
from etf_common.filing_status import ACCESSIONS_KEPT, MAX_TRIES, Accession, FilingStatus
from tests.unit.filing_cases import ACCESSION

LATER = "0001752724-26-000002"


def test_what_is_told_of_one_filing_leaves_the_others_alone() -> None:
    status = FilingStatus(symbol="VTI").with_accession(ACCESSION, state="parsed", report_date="2026-03-31")
    status = status.with_accession(LATER, form="NPORT-P")

    assert status.accessions[ACCESSION] == Accession(state="parsed", report_date="2026-03-31")
    assert status.accessions[LATER] == Accession(state="fetched", form="NPORT-P")
    assert list(status.accessions) == [ACCESSION, LATER]


@pytest.mark.parametrize(
    ("known", "done"),
    [
        (Accession(state="fetched"), False),
        (Accession(state="failed"), False),
        (Accession(state="failed", tries=MAX_TRIES - 1), False),
        (Accession(state="failed", tries=MAX_TRIES), True),
        (Accession(state="failed", settled=True), True),
        (Accession(state="parsed"), True),
        (Accession(state="kept_back"), True),
    ],
)
def test_what_is_done_does_not_become_fetched_again(known: Accession, done: bool) -> None:
    status = FilingStatus(symbol="VTI", accessions={ACCESSION: known})

    found = status.with_accession(ACCESSION, state="fetched", error=None).accessions[ACCESSION]

    assert known.is_done == done
    assert found.state == (known.state if done else "fetched")


def test_the_oldest_filings_are_forgotten_at_last() -> None:
    status = FilingStatus(symbol="VTI")
    for number in range(ACCESSIONS_KEPT + 5):
        year, month = 1970 + number // 12, number % 12 + 1
        name = f"0001752724-26-{number:06}"
        status = status.with_accession(name, state="parsed", report_date=f"{year}-{month:02}-28")

    assert len(status.accessions) == ACCESSIONS_KEPT
    assert min(str(each.report_date) for each in status.accessions.values()) == "1970-06-28"


def test_keys_name_symbols_and_accessions_and_nothing_else() -> None:
    key = raw_filing_key("BRK.B", ACCESSION)
    assert parse_raw_filing_key(key) == ("BRK.B", ACCESSION)
    assert parse_raw_filing_key(raw_filing_key("VTI", "sha256-0123456789abcdef")) == ("VTI", "sha256-0123456789abcdef")
    assert parse_filing_status_key(filing_status_key("VTI")) == "VTI"
    for other in (
        key[:-1],
        f"{key}.tmp",
        key.replace("BRK.B", "brk"),
        key.replace("BRK.B", "../X"),
        f"x{key}",
        key * 9,
    ):
        assert parse_raw_filing_key(other) is None
    assert not any(map(is_accession, ("", "..", "1752724-26-1", "sha256-0123", f"{ACCESSION}\n", "sha256-" + "G" * 16)))
