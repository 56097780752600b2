"""Securities from the filings and lists of many funds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etf_analytics import EvidenceGroup, SecurityEvidence, grouped_evidence, merged_securities, security_evidence
from etf_common.codes import ContradictionReason
from tests.unit.filed_lines import bond, line

APPLE, MICROSOFT, ACCENTURE, TREASURY = "US0378331005", "US5949181045", "IE00B4BNMY34", "US912810TM09"


def row(symbol: str | None, name: str, asset_class: str = "equity") -> dict[str, Any]:
    return {"symbol": symbol, "name": name, "asset_class": asset_class, "weight_pct": 1.0}


def said(ticker: str | None, isin: str | None, report_date: str = "2026-06-30", **values: Any) -> SecurityEvidence:
    standard: dict[str, Any] = {
        "cusip": None,
        "lei": None,
        "list_name": "Ampere Works Inc" if ticker else None,
        "filed_name": "AMPERE WORKS INC",
        "country": "US",
        "currency": "USD",
        "category": "equity",
        "filing": f"VTI {report_date}",
        "report_date": report_date,
    }
    return SecurityEvidence(ticker=ticker, isin=isin, **{**standard, **values})


def merged(*evidence: SecurityEvidence) -> Any:
    return merged_securities(grouped_evidence(evidence))


def tickers(securities: Any) -> dict[str, str | None]:
    return {one["isin"]: one["ticker"] for one in securities.rows}


# One fund -------------------------------------------------------------------------------------------------------------


def test_a_joined_line_gives_its_ticker_to_its_isin() -> None:
    lines = [line("Apple Inc", isin=APPLE, cusip="037833100", lei="HWUPKR0MPOU8FGXBT394"), line("Volt", isin=MICROSOFT)]

    first, second = security_evidence("VTI", "2026-06-30", [row("AAPL", "APPLE INC")], lines)

    assert first == SecurityEvidence(
        ticker="AAPL",
        isin=APPLE,
        cusip="037833100",
        lei="HWUPKR0MPOU8FGXBT394",
        list_name="APPLE INC",
        filed_name="Apple Inc",
        country="US",
        currency="USD",
        category="equity",
        filing="VTI 2026-06-30",
        report_date="2026-06-30",
    )
    assert (second.ticker, second.isin, second.list_name) == (None, MICROSOFT, None)


def test_a_bond_has_no_ticker_though_its_row_has_its_issuers() -> None:
    (one,) = security_evidence(
        "BND", "2026-06-30", [row("AMP", "Ampere Works Inc 4.25% 11/15/2034", "bond")],
        [bond("Ampere Works Inc", isin=TREASURY)],
    )  # fmt: skip

    assert (one.ticker, one.isin, one.category) == (None, TREASURY, "bond")
    assert one.list_name == "Ampere Works Inc 4.25% 11/15/2034"


def test_a_former_ticker_is_the_one_of_today() -> None:
    (one,) = security_evidence("VTI", "2026-06-30", [row("FB", "Facebook Inc")], [line("Facebook Inc", isin=APPLE)])

    assert one.ticker == "META"


@pytest.mark.parametrize(
    "filed",
    [
        line("Ampere Works Inc"),
        line("Ampere Works Inc", isin="US0000000000", cusip="000000000"),
        line("Ampere Works Inc", isin=APPLE, asset_class="derivative"),
        line("Ampere Works Inc", isin=APPLE, asset_class="cash"),
    ],
)
def test_lines_without_an_identifier_and_lines_that_are_no_security_say_nothing(filed: dict[str, Any]) -> None:
    assert security_evidence("VTI", "2026-06-30", [row("AMP", "Ampere Works Inc")], [filed]) == []


# All funds ------------------------------------------------------------------------------------------------------------


def test_tickers_are_kept_for_each_isin_though_one_stands_for_several() -> None:
    securities = merged(
        said("SAN", APPLE, list_name="Sanofi", country="FR"),
        said("SAN", MICROSOFT, list_name="Banco Santander SA", filing="VWO 2026-06-30", country="ES"),
        said(None, TREASURY),
    )

    assert securities.tickers == {APPLE: "SAN", MICROSOFT: "SAN"}
    assert [row["ticker"] for row in securities.rows] == [None, None, None]


def test_an_isin_with_two_tickers_at_one_time_has_none() -> None:
    securities = merged(said("AAPL", APPLE), said("APC", APPLE, filing="VWO 2026-06-30"))

    assert securities.tickers == {APPLE: None}


def test_what_filings_agree_on_is_one_row() -> None:
    securities = merged(
        said("AMP", APPLE, "2026-03-31", lei="L1", filing="VTI 2026-03-31"),
        said("AMP", APPLE, "2026-06-30", cusip="037833100", filing="VOO 2026-06-30"),
    )

    assert securities.rows == [
        {
            "ticker": "AMP",
            "isin": APPLE,
            "cusip": "037833100",
            "lei": "L1",
            "country": "US",
            "currency": "USD",
            "category": "equity",
            "differ": [],
            "names": ["AMPERE WORKS INC", "Ampere Works Inc"],
            "filings": 2,
            "by": ["VOO 2026-06-30", "VTI 2026-03-31"],
            "first_seen": "2026-03-31",
            "last_seen": "2026-06-30",
        }
    ]
    assert securities.contradictions == []


def test_what_filings_disagree_on_is_null_and_named() -> None:
    (one,) = merged(said("ACN", ACCENTURE, country="US"), said("ACN", ACCENTURE, country="IE")).rows

    assert (one["country"], one["differ"]) == (None, ["country"])
    assert one["ticker"] == "ACN"


def test_one_ticker_with_two_isins_at_one_time_is_dropped_and_listed() -> None:
    securities = merged(
        said("SAN", APPLE, filed_name="Sanofi", filing="VEA 2026-06-30"),
        said("SAN", MICROSOFT, filed_name="Banco Santander SA", filing="VXUS 2026-06-30"),
        said("ACN", ACCENTURE),
    )

    assert tickers(securities) == {APPLE: None, MICROSOFT: None, ACCENTURE: "ACN"}
    (contradiction,) = securities.contradictions
    assert contradiction["why"] is ContradictionReason.TICKER_WITH_SEVERAL_ISINS
    assert (contradiction["tickers"], contradiction["isins"]) == (["SAN"], [APPLE, MICROSOFT])
    assert contradiction["filings"] == ["VEA 2026-06-30", "VXUS 2026-06-30"]


def test_one_isin_with_two_tickers_at_one_time_is_dropped_and_listed() -> None:
    securities = merged(said("AMP", APPLE), said("AMPX", APPLE))

    assert tickers(securities) == {APPLE: None}
    assert [one["why"] for one in securities.contradictions] == [ContradictionReason.ISIN_WITH_SEVERAL_TICKERS]


@pytest.mark.parametrize(
    ("later", "names", "dropped"),
    [
        ("2026-06-30", ("Sanofi", "Banco Santander SA"), False),  # a ticker that another company has now
        ("2026-01-31", ("Sanofi", "Banco Santander SA"), True),  # filings of one quarter
        ("2026-01-31", ("Ampere Works Inc", "Ampere Works PLC"), True),  # an American and a foreign one
        ("2026-01-31", ("Ampere Works PLC", "AMPERE WORKS PLC"), False),  # a company with a new ISIN
        ("2025-12-31", ("Ampere Works PLC", "AMPERE WORKS PLC"), True),  # both on one day
    ],
)
def test_isins_one_after_the_other_contradict_nothing(later: str, names: tuple[str, str], *, dropped: bool) -> None:
    securities = merged(
        said("AMP", APPLE, "2025-12-31", filed_name=names[0], list_name=None),
        said("AMP", MICROSOFT, later, filed_name=names[1], list_name=None),
    )

    assert tickers(securities) == (dict.fromkeys((APPLE, MICROSOFT)) if dropped else {APPLE: "AMP", MICROSOFT: "AMP"})
    assert bool(securities.contradictions) is dropped


def test_a_new_ticker_of_one_isin_takes_the_place_of_the_old() -> None:
    securities = merged(said("OLD", APPLE, "2025-12-31"), said("NEW", APPLE, "2026-03-31"))

    assert tickers(securities) == {APPLE: "NEW"}


def test_a_filing_with_only_a_cusip_says_the_same_as_those_with_the_isin() -> None:
    securities = merged(
        said("AMP", None, cusip="037833100"),
        said("AMP", APPLE, cusip="037833100"),
        said(None, APPLE),
        said("VLT", None, cusip="594918104"),
    )

    assert [(one["isin"], one["cusip"], one["ticker"], one["filings"]) for one in securities.rows] == [
        (None, "594918104", "VLT", 1),
        (APPLE, "037833100", "AMP", 3),
    ]
    assert securities.contradictions == []


def test_groups_can_come_from_a_database() -> None:
    group = EvidenceGroup("AMP", APPLE, None, "2026-03-31", "2026-06-30", 2, filed_names={"Ampere"}, countries={"US"})

    (one,) = merged_securities([group]).rows

    assert (one["ticker"], one["names"], one["country"], one["filings"]) == ("AMP", ["Ampere"], "US", 2)


_EVIDENCE = st.lists(
    st.builds(
        said,
        st.sampled_from([None, "AMP", "VLT", "KLV"]),
        st.sampled_from([APPLE, MICROSOFT, ACCENTURE]),
        st.sampled_from(["2025-12-31", "2026-01-31", "2026-06-30"]),
        filed_name=st.sampled_from(["Ampere Inc", "Volt AG"]),
        country=st.sampled_from(["US", "IE", None]),
    ),
    max_size=12,
)


@given(_EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_decides_nothing(evidence: list[SecurityEvidence], random: Any) -> None:
    shuffled = [*evidence]
    random.shuffle(shuffled)

    assert merged(*evidence) == merged(*shuffled)


@given(_EVIDENCE)
def test_no_two_securities_of_one_time_share_a_ticker(evidence: list[SecurityEvidence]) -> None:
    rows = merged(*evidence).rows

    seen: dict[tuple[str, str], set[str]] = {}
    for one in evidence:
        if one.ticker:
            seen.setdefault((one.ticker, one.report_date), set()).add(one.isin or "")
    kept = {one["isin"]: one["ticker"] for one in rows if one["ticker"]}
    for (ticker, _), isins in seen.items():
        assert sum(kept.get(isin) == ticker for isin in isins) <= 1
    assert {one["isin"] for one in rows} == {one.isin for one in evidence}


class Counted(list[SecurityEvidence]):
    """Evidence that counts how often it is read."""

    reads = 0

    def __iter__(self) -> Any:
        for one in super().__iter__():
            self.reads += 1
            yield one


def test_the_evidence_of_many_funds_is_read_once() -> None:
    evidence = Counted(said(f"T{number % 500}", APPLE, f"2026-06-{number % 28 + 1:02}") for number in range(100_000))

    securities = merged_securities(grouped_evidence(evidence))

    assert evidence.reads == len(evidence)
    assert len(securities.rows) == 1
    assert len(securities.contradictions) == 1
