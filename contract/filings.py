"""The shapes of answers about filings with the SEC on Form N-PORT. Money is USD, weights per cent of net assets."""

from typing import Annotated, Literal

from pydantic import Field

from contract.models import Answer
from etf_common.codes import FilingReason
from etf_common.filing import FiledLine, FilingSnapshot, Flow, FundReturn, SeriesCheck, SourceKind

Accession = Annotated[
    str | None,
    Field(
        description="The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand "
        "without one.",
        examples=["0001752724-26-000001"],
    ),
]
ReportDate = Annotated[
    str | None, Field(description="The date of the holdings in the filing.", examples=["2026-06-30"])
]
Filed = Annotated[
    str | None,
    Field(description="When the SEC got it; null for a file that was taken by hand.", examples=["2026-08-28"]),
]
AgeDays = Annotated[int | None, Field(description="The days from the report date until now.", examples=[144])]
Source = Annotated[
    SourceKind | None,
    Field(description="`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."),
]


class NamedFiling(Answer):
    """A filing that an answer rests on."""

    symbol: str | None
    report_date: ReportDate
    filed: Filed
    accession: Accession
    age_days: AgeDays
    source: Source
    complete: bool
    """Whether it names all of the fund's securities."""


class OnFilings(Answer):
    """That an answer rests on filings alone, and on which."""

    source: Literal["filing"]
    filings: list[NamedFiling]


Basis = Annotated[
    OnFilings | None,
    Field(description="The filings that the whole answer rests on; left out where it rests on Schwab's lists."),
]


class ListedFiling(Answer):
    """One filing of a fund, without its lines."""

    report_date: ReportDate
    filed: Filed
    lag_days: Annotated[int | None, Field(examples=[59])]
    """The days from the report date to the filing."""
    accession: Accession
    form: Annotated[str | None, Field(examples=["NPORT-P"])]
    """`NPORT-P`, or `NPORT-P/A` for an amendment."""
    final: bool
    """Whether it is the fund's last filing."""
    net_assets_usd: float | None
    """Of the whole series: all its classes together."""
    lines: int | None
    """The count of lines."""
    complete: bool
    """Whether it has lines, and none of the assets are in securities that it does not name."""
    series: SeriesCheck | None
    class_id: Annotated[str | None, Field(examples=["C000092055"])]
    """The class that is the ETF, where the fund has several; null if that is not known."""
    returns: list[FundReturn] | None
    """By class, oldest month first."""
    flows: list[Flow] | None
    """What came in and went out each month, oldest first; the whole series."""
    source: Source
    reasons: Annotated[
        dict[str, FilingReason] | None, Field(description="Why a field is null; left out where the filing can be read.")
    ] = None


class Filings(Answer):
    """A fund's filings, newest first."""

    symbol: str
    result: Literal["ok", "not_a_filer", "failed"] | None
    """How the last look at the SEC ended; null where it was never asked."""
    reason: str | None
    """Why there are no filings, or why the last look failed: a code of filings, or an error's."""
    message: str | None
    """The same in words, and what to do."""
    filings: list[ListedFiling]


MODELS = (Filings, FilingSnapshot, FiledLine)
