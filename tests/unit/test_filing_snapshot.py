"""A filing becomes a snapshot: whose it is, its figures, and what it is refused for."""

from typing import Any

import pytest

from etf_common.errors import EmptyAmendmentError, FilingError, FilingWithoutLinesError, LayoutError, OtherSeriesError
from etf_common.filing import FilingSnapshot
from filings.parse.head import read_head
from filings.parse.snapshot import filing_snapshot
from tests.unit.filing_cases import bond, equity, filing_xml, issues, line_xml, snapshot, source, tag


def test_a_filing_says_whose_it_is_and_of_when() -> None:
    found = snapshot()

    assert (found.symbol, found.report_date, found.filed, found.form) == ("VTI", "2026-06-30", "2026-08-27", "NPORT-P")
    assert (found.fund.name, found.fund.cik) == ("Made-up Total Market Index Fund", "0000999999")
    assert (found.fund.series_id, found.fund.class_ids) == ("S000099999", ("C000099999",))
    assert found.fund.class_id == "C000099999"
    assert found.fund.series_lei is None
    assert found.fund.fiscal_year_end == "2026-12-31"
    assert (found.complete, found.final, found.quality.issues) == (True, False, ())
    assert found.provenance.raw_key == "raw-filings/VTI/0001752724-26-000001.xml"


def test_the_stored_form_reads_as_the_same_snapshot_and_is_the_same_each_time() -> None:
    found = snapshot([equity("Acme Corp", 60), bond("Acme Corp", 40, "4.25", "2035-01-15")])

    assert FilingSnapshot.model_validate_json(found.to_bytes()) == found
    again = snapshot([equity("Acme Corp", 60), bond("Acme Corp", 40, "4.25", "2035-01-15")])
    assert again.to_bytes() == found.to_bytes()


def test_the_document_can_be_cut_anywhere() -> None:
    xml = filing_xml([equity("Acm\u00e9 & Co", 100)])
    whole = filing_snapshot([xml], source())

    assert whole.lines[0]["name"] == "Acm\u00e9 & Co"
    assert filing_snapshot((xml[n : n + 1] for n in range(len(xml))), source()) == whole


@pytest.mark.parametrize("lead", [b"\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \r\n", b" " * 200_000])
def test_blanks_and_a_byte_order_mark_may_stand_in_front(lead: bytes) -> None:
    xml = filing_xml([equity("Acme Corp", 100)])

    assert filing_snapshot([lead + xml], source()).lines == filing_snapshot([xml], source()).lines


def test_prefixed_elements_are_the_same_elements() -> None:
    plain_xml = filing_xml([equity("Acme Corp", 100)])
    prefixed = plain_xml.replace(b"</", b"<&").replace(b"<", b"<n:").replace(b"<n:&", b"</n:").replace(b"<n:?", b"<?")
    prefixed = prefixed.replace(b"xmlns=", b"xmlns:n=")

    assert filing_snapshot([prefixed], source()).lines == filing_snapshot([plain_xml], source()).lines


def test_returns_are_by_class_and_month() -> None:
    stated = tag("monthlyTotReturn", classId="C000099999", rtn1="1.5", rtn2="N/A", rtn3="-2.25")
    stated += tag("monthlyTotReturn", classId="C000000000", rtn1="1", rtn2="2", rtn3="3")
    found = snapshot(more_fund=tag("returnInfo", tag("monthlyTotReturns", stated)), repPdDate="2026-01-30")

    assert [(each.class_id, each.month, each.return_pct) for each in found.fund.returns] == [
        ("C000099999", "2025-11", 1.5),
        ("C000099999", "2025-12", None),
        ("C000099999", "2026-01", -2.25),
        (None, "2025-11", 1),
        (None, "2025-12", 2),
        (None, "2026-01", 3),
    ]


def test_redemptions_take_money_out_whichever_way_the_filer_writes_them() -> None:
    flows = "".join(
        tag(f"mon{number}Flow", sales="100.50", reinvestment="-0.50", redemption=redemption)
        for number, redemption in enumerate(("40", "-40", "N/A"), 1)
    )
    found = snapshot(more_fund=flows)

    assert [(each.month, each.redeemed_usd, each.net_usd) for each in found.fund.flows] == [
        ("2026-04", 40, 60),
        ("2026-05", 40, 60),
        ("2026-06", None, None),
    ]


def test_a_bond_funds_risks_are_by_currency_and_period() -> None:
    periods = {f"period{each}": str(number) for number, each in enumerate(("3Mon", "1Yr", "5Yr", "10Yr", "30Yr"))}
    metric = tag("curCd", "EUR") + tag("intrstRtRiskdv01", **periods) + tag("intrstRtRiskdv100", **periods)
    more = tag("curMetrics", tag("curMetric", metric)) + tag("creditSprdRiskInvstGrade", **periods)
    fund = snapshot(more_fund=more).fund

    assert fund.interest_rate_risk is not None
    assert fund.credit_spread_risk is not None
    assert [(each.currency, each.period, each.dv01_usd, each.dv100_usd) for each in fund.interest_rate_risk][3] == (
        ("EUR", "10Yr", 3, 3)
    )
    assert [(each.grade, each.period, each.cs01_usd) for each in fund.credit_spread_risk][1] == ("investment", "1Yr", 1)
    assert snapshot().fund.interest_rate_risk is None


def test_undisclosed_securities_make_the_list_incomplete() -> None:
    found = snapshot(fund={"assetsAttrMiscSec": "10.5"})

    assert not found.complete
    assert issues(found) == {"miscellaneous_securities": (1, ())}
    assert snapshot(fund={"assetsAttrMiscSec": None}).complete


def test_a_final_filing_may_list_nothing() -> None:
    final = filing_snapshot([filing_xml(None, isFinalFiling="Y")], source())

    assert (final.final, final.complete, final.totals.lines, final.totals.weight_pct) == (True, False, 0, None)
    assert issues(final) == {"no_lines": (1, ())}


@pytest.mark.parametrize("lines", [None, ()])
def test_a_fund_with_net_assets_that_lists_nothing_is_an_error(lines: tuple[str, ...] | None) -> None:
    with pytest.raises(FilingWithoutLinesError, match="lists nothing and is not its last one") as raised:
        filing_snapshot([filing_xml(lines)], source())
    assert raised.value.code == "filing_without_lines"
    assert isinstance(raised.value, LayoutError)

    assert filing_snapshot([filing_xml(lines, fund={"netAssets": "0.00"})], source()).totals.lines == 0


def test_an_amendment_that_lists_nothing_takes_nothing_from_what_it_amends() -> None:
    with pytest.raises(EmptyAmendmentError, match="what the fund filed before it stays") as raised:
        filing_snapshot([filing_xml(None, form="NPORT-P/A")], source())

    assert raised.value.code == "fewer_lines"
    assert raised.value.told == {"form": "NPORT-P/A", "filed": source().filed, "report_date": "2026-06-30"}


def test_lines_outside_their_place_are_no_lines() -> None:
    xml = filing_xml([equity("Acme Corp", 100)])
    stray = xml.replace(
        b"</fundInfo>", b"<invstOrSecs>" + line_xml(name="Stray").encode() + b"</invstOrSecs></fundInfo>"
    )

    assert [line["name"] for line in filing_snapshot([stray], source()).lines] == ["Acme Corp"]


def test_new_elements_of_the_form_are_passed_over() -> None:
    xml = filing_xml([equity("Acme Corp", 100, newThing="<a><b>1</b></a>")], newInfo="x")
    more = xml.replace(b"</formData>", b"<newPart><genInfo/></newPart></formData>")

    assert filing_snapshot([more], source()).lines == snapshot([equity("Acme Corp", 100)]).lines


def test_totals_are_exact_sums() -> None:
    found = snapshot([equity("A", 0.1), equity("B", 0.2), equity("C", 99.7)])

    assert (found.totals.lines, found.totals.weight_pct, found.totals.value_usd) == (3, 100, 1000)


def test_a_sibling_funds_filing_is_refused() -> None:
    xml = filing_xml([equity("Acme Corp", 100)])

    assert filing_snapshot([xml], source(series_id="S000099999")).fund.series == "verified"
    with pytest.raises(OtherSeriesError, match="S000099999 and not of S000000001"):
        filing_snapshot([xml], source(series_id="S000000001"))


def test_a_single_fund_registrant_has_no_series() -> None:
    xml = filing_xml([equity("Acme Corp", 100)], seriesId=None, seriesName="N/A", class_ids=())
    found = filing_snapshot([xml], source(series="single_fund"))

    assert (found.fund.series, found.fund.series_id, found.fund.class_id) == ("single_fund", None, None)
    assert found.fund.name == "Made-up Index Funds"


@pytest.mark.parametrize(
    ("general", "why"),
    [
        ({"repPdDate": None}, "repPdDate, is None: not a date"),
        ({"repPdDate": "2026-06-31"}, "repPdDate, is '2026-06-31': not a date"),
        ({"repPdDate": "2026-09-02"}, "2026-09-02, lies after the fetch"),
        ({"form": "N-CEN"}, "is form 'N-CEN'; read are NPORT-P and NPORT-P/A"),
    ],
)
def test_a_filing_without_its_date_or_of_another_form_is_refused(general: dict[str, Any], why: str) -> None:
    with pytest.raises(FilingError, match=why):
        snapshot(**general)


def test_the_head_is_read_from_the_first_bytes_alone() -> None:
    xml = filing_xml([equity("Acme Corp", 100)], form="NPORT-P/A")
    taken: list[int] = []

    def pieces() -> Any:
        for start in range(0, len(xml), 100):
            taken.append(start)
            yield xml[start : start + 100]

    head = read_head(pieces())

    assert (head.form, head.series_id, head.report_date) == ("NPORT-P/A", "S000099999", "2026-06-30")
    assert (head.cik, head.name, head.final) == ("0000999999", "Made-up Total Market Index Fund", False)
    assert taken[-1] < xml.index(b"</fundInfo>")


def test_a_document_without_head_is_told() -> None:
    xml = filing_xml([equity("Acme Corp", 100)]).replace(b"genInfo", b"infoGen")

    with pytest.raises(FilingError, match="no genInfo, so nobody can tell whose filing it is"):
        read_head([xml])
    with pytest.raises(FilingError, match="the filing has no genInfo"):
        filing_snapshot([xml], source())
