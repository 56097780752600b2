"""The API's answers and bodies as types, for checkers and editors; nothing of it runs.

Written by `python -m tools.client` from openapi.json. A field that is not required may be left out by the API.
"""

from typing import Literal, NotRequired, TypedDict


class Amount(TypedDict):
    """A position in USD."""

    symbol: "str"
    amount_usd: "float"
    """USD."""


class Analytics(TypedDict):
    """The figures of one fund."""

    symbol: "str"
    name: "str | None"
    by: 'Literal["security", "issuer"]'
    holdings_as_of: "str"
    complete: "bool"
    listed: "Listed"
    implied_rows: "int | Bounds | None"
    """A count of lines, of a portfolio one of securities; null for a partial list."""
    contracts_pct: "float | None"
    """Sum of the absolute weights of the listed futures, swaps and options, which do not count. Per cent."""
    counted_pct: "float | Bounds | None"
    """Sum of the weights that count: above 0, of class equity, etf, bond or other. Per cent."""
    unseen_pct: "float | Bounds | None"
    """What unlisted lines that count can weigh together. Per cent."""
    concentration: "Concentration"
    asset_classes: "list[AssetClassWeight]"
    sectors: "Sectors"
    sector_holdings: "list[SectorHoldings]"
    """By sector, the one of the largest security first; empty where the weights support no figure."""
    gross_pct: "float | None"
    """Sum of absolute weights of the whole fund; null for a partial list. Per cent."""
    net_pct: "float | None"
    """Sum of weights of the whole fund; null for a partial list. Per cent."""
    excluded_pct: "float | None"
    """Cash, derivatives, and lines at or below 0; null for a partial list. Per cent."""
    spread_bps: "float | None"
    """(ask - bid) / mid while the market is open. Basis points."""
    cost: "Cost"
    merged: "list[Merged]"
    countries: "Countries | None"
    """Of the fund's newest filing with the SEC, with `as_of` of the newest on or before it, like the next ones."""
    currencies: "Currencies | None"
    maturities: "Maturities | None"
    liquidity: "Liquidity | None"
    duration: "Duration | None"
    ratings: "None"
    """Credit ratings, which the form does not ask for: always null."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    basis: NotRequired["OnFilings | None"]
    """The filings that the whole answer rests on; left out where it rests on Schwab's lists."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class AssetClassContribution(TypedDict):
    """What the lines of one asset class brought together."""

    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    weight_from_pct: "float"
    """On the earlier date. Per cent."""
    return_pct: "float | None"
    """Per cent."""
    contribution_pct: "float"
    """Percentage points. Per cent of the fund."""


class AssetClassWeight(TypedDict):
    """What the lines of one asset class weigh together."""

    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    weight_pct: "float | Bounds | None"
    """Per cent."""
    count: "int | Bounds | None"
    """A count of lines, of a portfolio one of securities; null for a partial list."""
    counted: "bool"
    """Whether its lines count in the other figures: cash and derivatives do not."""


class Attempt(TypedDict):
    """How the last refresh of a symbol ended."""

    run: "str"
    """The refresh, by the time it was scheduled for: `20261120T223000Z`."""
    at: "str"
    """UTC: the fetch, or when it failed."""
    result: "ResultCode"
    error: "AttemptError | None"


class AttemptError(TypedDict):
    """Why an attempt failed."""

    code: "str"
    """See the table of error codes."""
    message: "str"
    """What happened, in one line of at most 500 characters."""


Attribution = TypedDict(
    "Attribution",
    {
        "symbol": "str",
        "name": "str | None",
        "from": "str",
        "to": "str",
        "complete": "bool",
        "covered_pct": "float | None",
        "return_pct": "float | None",
        "quote_return_pct": "float | None",
        "residual_pct": "float | None",
        "securities": "list[Contribution]",
        "sectors": "list[SectorContribution]",
        "asset_classes": "list[AssetClassContribution]",
        "not_covered": "list[NotCovered]",
        "notes": "AttributionNotes",
        "doubts": "list[Doubt]",
        "flaws": "dict[str, str]",
        "basis": NotRequired["OnFilings | None"],
        "note": NotRequired["str | None"],
        "reasons": "dict[str, str]",
    },
)
"""What drove a fund's return between two dates. No price feed is used."""


class AttributionNotes(TypedDict):
    """What the returns are, and are not."""

    returns: "str"


class Basket(TypedDict):
    """Lines that creations and redemptions moved by one factor."""

    factor: "float"
    """Shares after / shares before."""
    lines: "int"
    """The count of lines that moved with it."""
    lines_pct: "float"
    """Of the lines that are on both dates. Per cent."""


class Bounds(TypedDict):
    """What a figure is at least and at most: how far unlisted lines, and lines that are in doubt, can move it."""

    low: "float"
    """In the figure's own unit."""
    high: "float"
    """In the figure's own unit."""


class Change(TypedDict):
    """By how much figures of the portfolio change."""

    hhi: "float | Bounds | None"
    """Of an index of 0 to 1."""
    hhi_points: "float | Bounds | None"
    """Of 10,000 points."""
    top_10_pct: "float | Bounds | None"
    """Per cent."""
    largest_pct: "float | Bounds | None"
    """Per cent."""
    cost_bps: "float | Bounds | None"
    """Basis points."""


class ChangedLine(TypedDict):
    """A security that was bought or sold, or of which that cannot be told. Prices are market value / shares."""

    symbol: "str | None"
    name: "str | None"
    shares_from: "float | None"
    """Shares, or par value; restated where the line was split."""
    shares_to: "float | None"
    """Shares, or par value."""
    weight_from_pct: "float | None"
    """Per cent."""
    weight_to_pct: "float | None"
    """Per cent."""
    price_from_usd: "float | None"
    """Restated where the line was split. USD."""
    price_to_usd: "float | None"
    """USD."""
    traded_shares: "float | None"
    """Shares bought beyond the flow, below 0 if sold."""
    traded_usd: "float | None"
    """At the later price; what was sold whole, at the earlier one. USD."""
    drift_pct: "float | None"
    """The change of the weight that prices alone explain; with `trade_pct` it is the whole change. Per cent."""
    trade_pct: "float | None"
    """The change of the weight by trades and flow. Per cent."""
    split: NotRequired["float | None"]
    """New shares for each old one; left out without a split."""
    price_assumed: NotRequired["Literal[True] | None"]
    """True where a price is missing, and the drift takes it as unchanged."""
    weight_implied: NotRequired["Literal[True] | None"]
    """True where a weight is implied by the market value, at least in part."""
    traded_shares_range: NotRequired["SharesRange | None"]
    """Where several baskets leave open how much of the change is flow."""
    reasons: NotRequired["dict[str, str] | None"]
    """Why a value of the row is null; left out where none is."""


class Compare(TypedDict):
    """2 to 30 funds side by side."""

    symbols: "list[str]"
    holdings_as_of: "dict[str, str]"
    """The holdings date of each fund, by symbol."""
    lag_days: "int | None"
    """The days between the oldest and the newest of these dates."""
    basis: NotRequired["OnFilings | None"]
    """The filings that the whole answer rests on; left out where it rests on Schwab's lists."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    funds: "list[ComparedFund]"
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class ComparedFund(TypedDict):
    """One fund's column."""

    symbol: "str"
    name: "str | None"
    by: 'Literal["security", "issuer"]'
    holdings_as_of: "str"
    complete: "bool"
    unseen_pct: "float | Bounds | None"
    """What unlisted lines that count can weigh together. Per cent."""
    contracts_pct: "float | None"
    """Sum of the absolute weights of the listed futures, swaps and options, which do not count. Per cent."""
    listed_value: "ListedValue"
    quote: "ComparedQuote"
    cost: "Cost"
    top_10_pct: "float | Bounds | None"
    """Per cent."""
    concentration: "Concentration"
    sectors: "Sectors"
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class ComparedQuote(TypedDict):
    """The quote of a fund."""

    last_price: "float | None"
    """USD."""
    change_abs: "float | None"
    """USD, since the close before."""
    change_pct: "float | None"
    """Per cent of the close before."""
    bid: "float | None"
    """USD."""
    ask: "float | None"
    """USD."""
    session: 'Literal["close", "intraday"] | None'
    as_of: "str | None"
    """New York time."""
    spread_bps: "float | None"
    """Basis points."""


class Concentration(TypedDict):
    """How concentrated the weights that count are."""

    hhi: "float | Bounds | None"
    """Herfindahl-Hirschman index: sum of squared weights as fractions, 0 to 1."""
    hhi_points: "float | Bounds | None"
    """The same of weights in per cent: points of 0 to 10,000."""
    effective_holdings: "float | Bounds | None"
    """1 / sum of p squared: the count of equal holdings that is as concentrated."""
    top_pct: "dict[str, float | Bounds | None]"
    """Per cent in so many of the largest."""
    names_to_half: "int | Bounds | None"
    """The count of the largest that make up half of the counted weight."""
    gini: "float | Bounds | None"
    """0 to 1: 0 for equal weights, towards 1 for one that has all."""
    entropy: "float | Bounds | None"
    """-sum of p ln p, in nats."""
    effective_entropy: "float | Bounds | None"
    """exp(entropy): a count, never below effective_holdings."""
    scaled_to_one: "list[str]"
    """Figures over p = w / sum of w; all others take the weights as they are."""


class Contribution(TypedDict):
    """What one security brought."""

    symbol: "str | None"
    name: "str | None"
    weight_from_pct: "float"
    """On the earlier date. Per cent."""
    return_pct: "float"
    """Of its implied price, splits taken out. Per cent."""
    contribution_pct: "float"
    """Percentage points: weight x return. Per cent of the fund."""


class Cost(TypedDict):
    """What a fund takes a year; null where it is not known."""

    expense_ratio_pct: "float | None"
    """Per cent a year."""
    source: "str | None"
    as_of: "str | None"
    """A day on which it held."""


class Countries(TypedDict):
    """Countries, largest first."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    counted_pct: "float | None"
    """Per cent of net assets in lines that count: equity, funds, bonds and other above 0."""
    cash_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """The marks of derivatives, which say nothing of the exposure behind them. Per cent."""
    short_pct: "float | None"
    """Lines of securities below 0. Per cent."""
    funds_pct: "float | None"
    """In other funds, which are in the rows by the fund's own country and currency. Per cent."""
    undisclosed_pct: "float | None"
    """What the filing does not name: miscellaneous securities. Per cent; null if that is not known."""
    rows: "list[CountryWeight]"


class CountryWeight(TypedDict):
    """What the issuers of one country weigh."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    country: "str"
    """ISO 3166, two letters; `unknown` where the filing names none. Mostly where the issuer is organised."""
    lines: "int"
    """The count of the filing's lines."""


class CreditSpreadRisk(TypedDict):
    """How the fund's value changes with a credit spread that is one basis point wider, USD."""

    grade: 'Literal["investment", "non_investment"]'
    period: "str"
    """`3Mon`, `1Yr`, `5Yr`, `10Yr` or `30Yr`."""
    cs01_usd: "int | float | None"
    """USD."""


class CrowdedSecurity(TypedDict):
    """A security with what all funds hold of it."""

    symbol: "str | None"
    name: "str | None"
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    sector: "str"
    funds: "int | Bounds"
    """The count of funds that list it; its high end counts partial lists that may hide it."""
    weight_sum_pct: "float | Bounds | None"
    """The weights in all funds added up, per cent of a fund; its high end counts what partial lists may hide."""
    listed_weight_sum_pct: "float | None"
    """The listed weights added up, per cent of a fund."""
    market_value_usd: "float | None"
    """The values added up, USD; null where a fund does not give one, or where partial lists may hold more."""
    listed_market_value_usd: "float | None"
    """The listed values added up, USD; null where a fund does not give one."""
    in_doubt: NotRequired["DoubtReason | None"]
    """Why it may be one security with another row; left out where that is certain."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Crowding(TypedDict):
    """The securities that most funds hold, then by their listed weights added up."""

    securities: "list[CrowdedSecurity]"
    total: "int"
    """The count of all such securities."""
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""


class Currencies(TypedDict):
    """Currencies, largest first."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    counted_pct: "float | None"
    """Per cent of net assets in lines that count: equity, funds, bonds and other above 0."""
    cash_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """The marks of derivatives, which say nothing of the exposure behind them. Per cent."""
    short_pct: "float | None"
    """Lines of securities below 0. Per cent."""
    funds_pct: "float | None"
    """In other funds, which are in the rows by the fund's own country and currency. Per cent."""
    undisclosed_pct: "float | None"
    """What the filing does not name: miscellaneous securities. Per cent; null if that is not known."""
    rows: "list[CurrencyWeight]"


class CurrencyWeight(TypedDict):
    """What the lines in one currency weigh."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    currency: "str"
    """ISO 4217; `unknown` where the filing names none."""
    lines: "int"
    """The count of the filing's lines."""


class DatedSector(TypedDict):
    """What the companies of one sector weigh together, as in /analytics."""

    sector: "str"
    weight_pct: "float | Bounds | None"
    """Per cent."""


DatesOfLists = TypedDict(
    "DatesOfLists",
    {
        "from": "dict[str, str]",
        "to": "dict[str, str]",
    },
)
"""By fund: the date of its list on each date."""


DaysOfCloses = TypedDict(
    "DaysOfCloses",
    {
        "from": "str",
        "to": "str",
    },
)
"""The sessions whose closing quotes value the positions: the last ones on or before the two dates."""


class DigestSplit(TypedDict):
    """A share split between the two dates."""

    symbol: "str | None"
    name: "str | None"
    ratio: "float"
    """New shares for one old share, a plain number."""


class DigestTrade(TypedDict):
    """One of the largest trades."""

    kind: 'Literal["added", "removed", "increased", "decreased"]'
    symbol: "str | None"
    name: "str | None"
    traded_shares: "float | None"
    """Shares bought, or below 0 sold."""
    traded_usd: "float | None"
    """USD."""
    weight_from_pct: "float | None"
    """Per cent."""
    weight_to_pct: "float | None"
    """Per cent."""
    trade_pct: "float | None"
    """The part of the change of the weight that the trade made, in percentage points; not what prices moved.
    Per cent of the fund.
    """


class Doubling(TypedDict):
    """The two funds that hold most of the same securities, and the portfolio without either one."""

    symbols: "list[str]"
    overlap_pct: "float | Bounds | None"
    """The sum of the smaller weights, in per cent of the funds; funds inside them are opened."""
    doubled_pct: "float | Bounds | None"
    """The same in per cent of the portfolio, each fund by its part of it: what is held twice."""
    without: "list[WithoutFund]"
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Doubt(TypedDict):
    """Lines of which it is in doubt whether they are one security. Figures are low with them apart, high
    together.
    """

    symbol: "str | None"
    names: "list[str | None]"
    """As the lists write them."""
    funds: "list[str]"
    """The funds that list any of them."""
    why: "DoubtReason"


DoubtReason = Literal[
    "names_differ",
    "legal_forms_differ",
    "name_missing",
    "conflicting_evidence",
    "bond_not_identified",
    "name_not_unique",
    "prices_differ",
    "class_changed",
    "rename_suspected",
    "too_many_descriptions",
]
"""Why it is in doubt whether lines are one security: `why` in `doubts`."""


Drift = TypedDict(
    "Drift",
    {
        "from": "str",
        "to": "str",
        "by": 'Literal["security", "issuer"]',
        "closes_of": "DaysOfCloses",
        "holdings_as_of": "DatesOfLists",
        "complete": "bool",
        "positions": "list[DriftedPosition]",
        "value_from_usd": "float | None",
        "value_to_usd": "float | None",
        "return_pct": "float | None",
        "moved_pct": "float | None",
        "securities": "list[DriftedSecurity] | None",
        "assumptions": "list[str]",
        "doubts": "list[Doubt]",
        "flaws": "PortfolioFlaws",
        "notes": "dict[str, str]",
        "note": "str",
        "reasons": "dict[str, str]",
    },
)
"""How far a portfolio has moved between two dates by the prices of its funds, nothing traded."""


DriftBody = TypedDict(
    "DriftBody",
    {
        "positions": "list[Amount | Shares] | list[Proportion]",
        "targets": NotRequired["dict[str, float] | None"],
        "from": NotRequired["str | None"],
        "to": NotRequired["str | None"],
    },
)
"""What POST /api/drift takes."""


class DriftedPosition(TypedDict):
    """A position on both dates, or a target that is not held."""

    symbol: "str"
    name: "str | None"
    kind: 'Literal["fund", "security"]'
    weight_from_pct: "float | None"
    """Per cent of the portfolio."""
    weight_to_pct: "float | None"
    """Per cent of the portfolio."""
    drift_pct: "float | None"
    """The later weight less the earlier one, percentage points. Per cent."""
    return_pct: "float | None"
    """The change of the closing quote, without distributions. Per cent."""
    target_pct: NotRequired["float | None"]
    """As it was given; left out where the body has no targets. Per cent."""
    from_target_pct: NotRequired["float | None"]
    """The later weight less the target, percentage points. Per cent."""
    price_from_usd: "float | None"
    """The closing quote of the earlier date. USD."""
    price_to_usd: "float | None"
    """The closing quote of the later date. USD."""
    value_from_usd: "float | None"
    """USD."""
    value_to_usd: "float | None"
    """USD."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class DriftedSecurity(TypedDict):
    """A security that the portfolio holds through its funds or directly, on both dates."""

    symbol: "str | None"
    name: "str | None"
    weight_from_pct: "float | Bounds | None"
    """Per cent of the portfolio."""
    weight_to_pct: "float | Bounds | None"
    """Per cent of the portfolio."""
    drift_pct: "float | Bounds | None"
    """The later weight less the earlier one, percentage points. Per cent."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Duration(TypedDict):
    """Effective duration, which the form asks of funds with much debt; derivatives are in it."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    years: "float | None"
    """Per cent that the fund loses where all rates rise by one percentage point."""
    dv01_usd: "float | None"
    """What it loses for one basis point. USD."""


class Error(TypedDict):
    """The body of every error."""

    statusCode: "int"
    message: "str"
    """What happened, then what to do."""


class Exposure(TypedDict):
    """What the portfolio holds of one security, all ways together."""

    in_doubt: NotRequired["bool | None"]
    """True where it may be one security with another line; the bounds say how much."""
    weight_implied: NotRequired["Literal[True] | None"]
    """True where a weight is implied by the market value, at least in part; left out elsewhere."""
    symbol: "str | None"
    name: "str | None"
    weight_pct: "float | Bounds | None"
    """Per cent of the portfolio."""
    value_usd: "float | Bounds | None"
    """USD."""
    through: "list[Through]"


class FactorTilt(TypedDict):
    """What a fund, or a portfolio, has in common with the reference fund of one factor."""

    factor: "str"
    """Its name in the config: value, growth and so on."""
    reference: "str"
    """The symbol of its reference fund."""
    reference_as_of: "str | None"
    """The holdings date of the reference's newest list."""
    in_reference_pct: "float | Bounds | None"
    """Weight in securities that the reference lists. Per cent."""
    market_in_reference_pct: "float | Bounds | None"
    """The same of the market fund. Per cent."""
    overlap_pct: "float | Bounds | None"
    """With the reference, as /api/overlap has it. Per cent."""
    tilt_pct: "float | Bounds | None"
    """`in_reference_pct` minus `market_in_reference_pct`, percentage points. Per cent."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Factors(TypedDict):
    """What a fund has in common with the reference funds of factors. Funds inside it stay closed, as in an
    overlap.
    """

    symbol: "str"
    market: "str | None"
    """The symbol of the market fund, against which tilts are measured."""
    by: 'Literal["security", "issuer"]'
    holdings_as_of: "str"
    complete: "bool"
    """Whether the fund's list is."""
    factors: "list[FactorTilt]"
    """In the config's order; empty where it names no factors."""
    note: "str"
    """What a factor is here, and what it is not."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class FiledFund(TypedDict):
    """The fund as the filing describes it: the whole series, all its classes together."""

    name: "str | None"
    """The series; the registrant where it has one fund only."""
    registrant: "str | None"
    cik: "str | None"
    """The registrant's, ten digits."""
    series_id: "str | None"
    series_lei: "str | None"
    series: 'Literal["verified", "single_fund", "unverified"]'
    class_ids: "list[str]"
    class_id: "str | None"
    """The ETF's own class, where it is known."""
    fiscal_year_end: "str | None"
    """Mostly in the future; not the date of the holdings."""
    total_assets_usd: "int | float | None"
    """USD."""
    liabilities_usd: "int | float | None"
    """USD."""
    net_assets_usd: "int | float | None"
    """USD."""
    miscellaneous_securities_usd: "int | float | None"
    """Assets in securities that the public filing does not list; above 0 the list is not complete. USD."""
    cash_not_reported_usd: "int | float | None"
    """Cash that no line lists. USD."""
    returns: "list[FundReturn]"
    """By class, oldest month first."""
    flows: "list[Flow]"
    """Oldest month first."""
    interest_rate_risk: "list[InterestRateRisk] | None"
    """Bond funds only."""
    credit_spread_risk: "list[CreditSpreadRisk] | None"
    """Bond funds only."""


class FiledLine(TypedDict):
    """One line of the filing's Part C. Every key is there; what is absent, `N/A` or masked is null. A
    dictionary and not a model, as a holding is: a bond fund has ten thousand and more.
    """

    name: "str | None"
    """The issuer; of a derivative often null or its counterparty."""
    title: "str | None"
    """The issue: often with the share class, or a bond's full text."""
    isin: "str | None"
    """As filed; an issue tells where its check digit is wrong."""
    cusip: "str | None"
    """As filed, nine characters; null for all zeros."""
    lei: "str | None"
    """The issuer's, as filed."""
    ticker: "str | None"
    """Most filers give none; some give codes of their own."""
    country: "str | None"
    """ISO 3166 alpha-2, mostly of the issuer's organisation; `XX` is the form's code for unknown."""
    currency: "str | None"
    """ISO 4217, of the line; the values are in USD all the same."""
    exchange_rate: "int | float | None"
    """Units of `currency` per USD."""
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    """Derived from the filing's codes."""
    filed_category: "str | None"
    """The form's code, such as `EC`, `DBT` or `ABS-MBS`; a code that is not in the form's table stands as it
    is.
    """
    filed_category_detail: "str | None"
    """The filer's words for `OTHER`."""
    issuer_category: "str | None"
    """The form's code, such as `CORP`, `UST` or `RF`; `OTHER` without its words."""
    balance: "int | float | None"
    """Shares, principal or contracts, by `unit`."""
    unit: "str | None"
    """`NS` shares, `PA` principal in `currency`, `NC` contracts, `OU` another unit."""
    value_usd: "int | float | None"
    """USD; can be negative. Of a derivative its mark, not its exposure."""
    weight_pct: "int | float | None"
    """Per cent of net assets; can be negative."""
    side: 'Literal["long", "short"] | None'
    """Null for derivatives."""
    fair_value_level: "Literal[1, 2, 3] | None"
    """The level of the fair value hierarchy."""
    restricted: "bool | None"
    coupon_pct: "int | float | None"
    """Per cent a year."""
    coupon_kind: "str | None"
    """`Fixed`, `Floating`, `Variable` or `None`, which is a coupon of none."""
    maturity: "str | None"
    """Of debt, or of a repurchase agreement."""
    in_default: "bool | None"
    derivative_kind: "str | None"
    """The form's code: `FUT`, `FWD`, `SWP`, `OPT`, `SWO`, `WAR` or another."""
    counterparty: "str | None"
    """The first one of a derivative or a repurchase agreement."""
    notional: "int | float | None"
    """In its own unit, `notional_currency`; null for a currency forward, which has two amounts, and where none
    is given.
    """
    notional_currency: "str | None"
    expiry: "str | None"
    """When a derivative expires, settles or terminates."""


class FiledQuality(TypedDict):
    """What is odd about the filing."""

    issues: "list[Issue]"


class FiledTotals(TypedDict):
    """What the lines come to."""

    lines: "int"
    """The count of lines."""
    weight_pct: "int | float | None"
    """Sum of the lines' weights, per cent of net assets; null if no line has one."""
    value_usd: "int | float | None"
    """Sum of the lines' values, USD; null if no line has one."""


class FilingError(TypedDict):
    """Why there is no filing, or no newer one, and what to do."""

    code: "str"
    message: "str"


class FilingOfFund(TypedDict):
    """The filing of a fund in a portfolio."""

    symbol: "str"
    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""


class FilingOfSymbol(TypedDict):
    """A symbol's newest filing with the SEC, and how the last look for one ended; null where there is none."""

    report_date: "str | None"
    """The date of the holdings in it."""
    filed: "str | None"
    """When the SEC got it."""
    accession: "str | None"
    complete: "bool | None"
    source: 'Literal["sec", "sample", "file"] | None'
    age_days: "int | None"
    """The days from the report date until now."""
    checked_at: "str | None"
    """When the SEC was last asked, UTC."""
    result: 'Literal["ok", "not_a_filer", "failed"] | None'
    error: "FilingError | None"
    note: "str | None"
    """Why the filing that came last does not stand, which is no failure: an amendment can list nothing."""


class FilingProvenance(TypedDict):
    """Where the filing came from, and when."""

    source: 'Literal["sec", "sample", "file"]'
    url: "str"
    fetched_at: "str"
    """UTC, `2026-11-20T22:30:04Z`."""
    raw_key: "str"
    raw_sha256: "str"
    """Hex."""


FilingReason = Literal["contact_missing", "not_wanted", "not_asked_yet", "none_public", "being_read", "filing_damaged"]
"""Why there is no filing of a fund, or not all of one: `reason` of a list of filings, besides the error
codes.
"""


class FilingSnapshot(TypedDict):
    """What a fund held on `report_date`, as it reported it to the SEC."""

    schema_version: NotRequired["Literal[1]"]
    symbol: "str"
    report_date: "str"
    """The date of the holdings."""
    filed: "str | None"
    """When the SEC got it; null if nobody knows."""
    accession: "str"
    """The SEC's number, or `sha256-` and 16 hex digits for a file without one."""
    form: "str"
    """`NPORT-P`, or `NPORT-P/A` for an amendment."""
    final: "bool"
    """Whether it is the fund's last filing, which mostly has no lines."""
    complete: "bool"
    """Whether it has lines, and none of the fund's assets are in undisclosed miscellaneous securities."""
    fund: "FiledFund"
    totals: "FiledTotals"
    lines: "list[FiledLine]"
    quality: "FiledQuality"
    provenance: "FilingProvenance"


class Filings(TypedDict):
    """A fund's filings, newest first."""

    symbol: "str"
    result: 'Literal["ok", "not_a_filer", "failed"] | None'
    """How the last look at the SEC ended; null where it was never asked."""
    reason: "str | None"
    """Why there are no filings, or why the last look failed: a code of filings, or an error's."""
    message: "str | None"
    """The same in words, and what to do."""
    filings: "list[ListedFiling]"


class Flow(TypedDict):
    """What came into the whole series and what left it in one month, USD."""

    month: "str"
    """`2026-04`."""
    sales_usd: "int | float | None"
    """Shares sold; an ETF's creations in kind count. USD."""
    reinvested_usd: "int | float | None"
    """Distributions reinvested. USD."""
    redeemed_usd: "int | float | None"
    """At least 0, however the filer writes it. USD."""
    net_usd: "int | float | None"
    """Sales and reinvestments less redemptions; null where one of them is missing. USD."""


class FoundFund(TypedDict):
    """A fund."""

    symbol: "str"
    name: "str | None"
    basis: 'Literal["list", "filing"]'
    """`filing` where only filings with the SEC are here and no list: such a fund is not in `/api/etfs`."""


class FoundSecurity(TypedDict):
    """A security that funds list."""

    symbol: "str | None"
    name: "str | None"
    """As the first fund by symbol calls it."""
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    funds: "int | Bounds"
    """The count of funds that list it; its high end counts partial lists that may hide it."""


class FoundSplit(TypedDict):
    """A line that was split, as both lists give it."""

    symbol: "str | None"
    name: "str | None"
    ratio: "float"
    """New shares for each old one."""
    shares_from: "float | None"
    """Shares."""
    shares_to: "float | None"
    """Shares."""
    price_from_usd: "float | None"
    """USD."""
    price_to_usd: "float | None"
    """USD."""


FundChange = TypedDict(
    "FundChange",
    {
        "title": "str",
        "symbol": "str",
        "name": "str | None",
        "from": "str",
        "to": "str",
        "source": "str",
        "fetched_at": "str | None",
        "complete": "bool",
        "included": "int | None",
        "reported": "int | None",
        "flow_factor": "float | None",
        "flow_reason": "str | None",
        "baskets": "int",
        "turnover_pct": "float | None",
        "added_count": "int | None",
        "removed_count": "int | None",
        "increased_count": "int | None",
        "decreased_count": "int | None",
        "entered_count": "int | None",
        "left_count": "int | None",
        "undetermined_count": "int | None",
        "unchanged_count": "int",
        "splits": "list[DigestSplit]",
        "max_trade_pct": "float | None",
        "largest_trades": "list[DigestTrade]",
        "flaws": "dict[str, str]",
        "reasons": "dict[str, str]",
    },
)
"""What one fund bought and sold between a holdings date and the one before, in short."""


FundChanges = TypedDict(
    "FundChanges",
    {
        "symbol": "str",
        "name": "str | None",
        "from": "str",
        "to": "str",
        "lag_days": "int | None",
        "complete": "bool",
        "flow": "FundFlow",
        "turnover_pct": "float | None",
        "unpriced_pct": "float | None",
        "unchanged_count": "int",
        "added": "list[ChangedLine] | None",
        "removed": "list[ChangedLine] | None",
        "increased": "list[ChangedLine] | None",
        "decreased": "list[ChangedLine] | None",
        "entered_the_list": "list[ChangedLine] | None",
        "left_the_list": "list[ChangedLine] | None",
        "undetermined": "list[ChangedLine]",
        "splits": "list[FoundSplit]",
        "renamed": "list[Renamed]",
        "doubts": "list[Doubt]",
        "flaws": "dict[str, str]",
        "basis": NotRequired["OnFilings | None"],
        "note": NotRequired["str | None"],
        "reasons": "dict[str, str]",
    },
)
"""What a fund bought and sold between two dates."""


class FundFlow(TypedDict):
    """Creations and redemptions of the fund's own shares."""

    factor: "float | None"
    """Shares after / shares before of the largest basket; 1 without a flow."""
    baskets: "list[Basket]"
    reason: "Reason | None"
    """Why there is no factor."""


class FundReturn(TypedDict):
    """The total return of one class in one month."""

    class_id: "str | None"
    """Null for a fund without classes, such as SPY."""
    month: "str"
    """`2026-04`."""
    return_pct: "int | float | None"
    """Per cent."""


class Health(TypedDict):
    """The function is running; the storage is not checked."""

    status: 'Literal["healthy"]'


class HistoryEntry(TypedDict):
    """A holdings date for which there is a snapshot."""

    holdings_as_of: "str"
    rows: "int | None"
    weight_pct: "float | None"
    """Sum of the listed weights, per cent."""
    last_price: "float | None"
    """USD."""
    complete: "bool"
    fetched_at: "str | None"
    """UTC."""
    source: 'Literal["schwab", "sample"] | None'
    top_10_pct: "float | Bounds | None"
    """Per cent in the ten largest."""
    hhi_points: "float | Bounds | None"
    """The Herfindahl-Hirschman index, 0 to 10,000 points."""
    largest: "LargestLine | None"
    sectors: "list[DatedSector] | None"
    """Largest first."""
    added_count: "int | None"
    """The count of securities that were not in the list of the holdings date before."""
    removed_count: "int | None"
    """The count of securities of the holdings date before that are not in this list."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Holder(TypedDict):
    """A fund that lists the security."""

    weight_implied: NotRequired["Literal[True] | None"]
    """True where a weight is implied by the market value, at least in part; left out elsewhere."""
    etf: "str"
    name: "str | None"
    """What the fund calls it; companies that only share the ticker are holders' lines of their own."""
    weight_pct: "float | Bounds | None"
    """Per cent of the fund."""
    shares: "float | None"
    """Shares, contracts or par value; null where unlisted share classes of the issuer can add to them."""
    market_value_usd: "float | None"
    """USD."""
    symbols: "list[str | None]"
    holdings_as_of: "str"
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Holders(TypedDict):
    """The funds that hold a security, largest weight first."""

    symbol: "str"
    name: "str | None"
    """Null where several companies go by the ticker."""
    holdings_as_of: "dict[str, str]"
    """The holdings date of each fund, by symbol."""
    lag_days: "int | None"
    """The days between the oldest and the newest of these dates."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    holders: "list[Holder]"
    may_hold: "list[MayHold]"
    note: NotRequired["str | None"]
    """Said when no fund lists it, when several companies go by the ticker, and when that is in doubt."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Holding(TypedDict):
    """One row of the portal's table, in its order: cash, futures and lines without symbol are rows too. A
    dictionary and not a model: a fund has thousands, and checking them takes a fifth of the time.
    """

    symbol: "str | None"
    """Class shares with a dot: `BRK.B`."""
    name: "str | None"
    weight_pct: "float | None"
    """Per cent of the fund; can be 0 or negative."""
    shares: "int | float | None"
    """Shares, contracts or par value."""
    market_value_usd: "int | float | None"
    """USD; can be negative."""
    market_value_millions: "float | None"
    """Millions of USD."""
    weight_bps: "float | None"
    """Basis points: 100 times `weight_pct`."""
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    """In doubt `other`."""
    weight_implied_pct: NotRequired["float"]
    """Only where `weight_pct` reads 0.00 and the market value implies more: market value times (sum of weights
    / sum of values over the lines above 0.05 %), per cent of the fund.
    """


class InterestRateRisk(TypedDict):
    """How the fund's value changes with the interest rate of one currency at one maturity, USD."""

    currency: "str | None"
    period: "str"
    """`3Mon`, `1Yr`, `5Yr`, `10Yr` or `30Yr`."""
    dv01_usd: "int | float | None"
    """For one basis point. USD."""
    dv100_usd: "int | float | None"
    """For a hundred basis points. USD."""


class Issue(TypedDict):
    """Something odd in the source."""

    code: "IssueCode"
    detail: "str"
    count: NotRequired["int"]
    """How many rows it concerns, 1 if it concerns the whole."""
    rows: NotRequired["list[int]"]
    """The first rows that it concerns, counted from 1."""


IssueCode = Literal[
    "module_unavailable",
    "total_unknown",
    "row_count",
    "total_changed",
    "page_cut_short",
    "slipped_between_pages",
    "weight_sum",
    "order_broken",
    "implied_weight_too_large",
    "value_against_weight",
    "page_against_parts",
    "repeated_symbol",
    "symbol_missing",
    "name_missing",
    "weight_missing",
    "shares_missing",
    "value_missing",
    "unreadable_number",
    "number_out_of_range",
    "rounded_value",
    "name_cut",
    "symbol_cut",
    "quote_missing",
    "price_missing",
    "bid_missing",
    "ask_missing",
    "volume_missing",
    "quote_out_of_range",
    "change_unreadable",
    "change_contradictory",
    "change_cut",
    "quote_time_missing",
    "quote_before_close",
    "quote_time_in_future",
    "quote_time_invalid",
    "quote_crossed",
    "fund_name_missing",
    "fund_name_cut",
    "unreadable_date",
    "unknown_code",
    "check_digit_wrong",
    "miscellaneous_securities",
    "no_lines",
]
"""What is odd about a source: the codes of `quality.issues`."""


JoinedBy = Literal["identifier", "name", "share_class", "ticker", "bond"]
"""How a row of a list was joined with a line of a filing: `by` of a pair."""


class LargestHolding(TypedDict):
    """A security, looked through."""

    symbol: "str | None"
    name: "str | None"
    weight_pct: "float | Bounds | None"
    """Per cent of positions and cash."""


class LargestLine(TypedDict):
    """The line with the largest weight."""

    symbol: "str | None"
    name: "str | None"
    weight_pct: "float"
    """Per cent."""


class LargestSecurity(TypedDict):
    """One of the largest securities of a portfolio."""

    symbol: "str | None"
    name: "str | None"
    weight_pct: "float | Bounds | None"
    """Per cent."""


class LevelWeight(TypedDict):
    """What the lines of one level of the fair value hierarchy weigh."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    level: "Literal[1, 2, 3]"
    """1 for quoted prices, 2 for observed ones of the like, 3 for estimates."""


class Liquidity(TypedDict):
    """How what the fund holds is valued, and what it may not sell freely; cash counts, derivatives do not."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    levels: "list[LevelWeight]"
    unclassified_pct: "float | None"
    """Without a level. Per cent."""
    restricted_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """Per cent."""
    undisclosed_pct: "float | None"
    """What the filing does not name: miscellaneous securities. Per cent; null if that is not known."""


class Listed(TypedDict):
    """What the listed rows say, whether they are all or not."""

    rows: "int"
    """All listed lines."""
    counted_rows: "int"
    """Those that count in the figures: no cash, no contract, and a weight above 0, given or implied."""
    zero_rows: "int"
    """Those of classes that count whose weight reads 0.00 and cannot be implied; they do not count."""
    reported: "int | None"
    """How many lines the portal says there are."""
    gross_pct: "float | None"
    """Sum of the absolute listed weights. Per cent."""
    net_pct: "float | None"
    """Sum of the listed weights. Per cent."""
    excluded_pct: "float | None"
    """The listed weight that does not count: cash, derivatives, and lines at or below 0. Per cent."""


class ListedFiling(TypedDict):
    """One filing of a fund, without its lines."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    lag_days: "int | None"
    """The days from the report date to the filing."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    form: "str | None"
    """`NPORT-P`, or `NPORT-P/A` for an amendment."""
    final: "bool"
    """Whether it is the fund's last filing."""
    net_assets_usd: "float | None"
    """Of the whole series: all its classes together. USD."""
    lines: "int | None"
    """The count of lines."""
    complete: "bool"
    """Whether it has lines, and none of the assets are in securities that it does not name."""
    series: 'Literal["verified", "single_fund", "unverified"] | None'
    class_id: "str | None"
    """The class that is the ETF, where the fund has several; null if that is not known."""
    returns: "list[FundReturn] | None"
    """By class, oldest month first."""
    flows: "list[Flow] | None"
    """What came in and went out each month, oldest first; the whole series."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    reasons: NotRequired["dict[str, FilingReason] | None"]
    """Why a field is null; left out where the filing can be read."""


class ListedValue(TypedDict):
    """The listed market values, summed: the fund's size only at a coverage of about 100 %."""

    market_value_usd: "float | None"
    """USD."""
    coverage_pct: "float | None"
    """Per cent."""


class Marginal(TypedDict):
    """What one fund does to the portfolio."""

    symbol: "str"
    weight_pct: "float"
    """Per cent."""
    remove: "Change"
    """Without it, the others scaled up to 100 %."""
    add: "Change"
    """With 1 % of the portfolio more of it, all that is there scaled to 99 %."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Matched(TypedDict):
    """What is certainly one security in both."""

    lines: "int"
    """The count of securities in both."""
    list_weight_pct: "float | None"
    """Their weight in the list. Per cent."""
    filing_weight_pct: "float | None"
    """Their weight in the filing. Per cent."""
    by: "dict[str, int]"
    """The count of securities by what told that they are one."""


class Maturities(TypedDict):
    """The bonds by the years to their maturity."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    bonds_pct: "float | None"
    """Per cent of net assets in bonds."""
    rows: "list[MaturityWeight]"
    average_maturity_years: "float | None"
    """Years, weighted. A count of years, over bonds that are not past due."""
    average_maturity_of_pct: "float | None"
    """The weight of the bonds that it is made of. Per cent."""
    average_coupon_pct: "float | None"
    """Per cent a year, weighted."""
    average_coupon_of_pct: "float | None"
    """The weight of the bonds that it is made of. Per cent."""
    in_default_pct: "float | None"
    """Per cent."""
    undisclosed_pct: "float | None"
    """What the filing does not name: miscellaneous securities. Per cent; null if that is not known."""


class MaturityWeight(TypedDict):
    """What the bonds of a range of maturities weigh."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    years: "str"
    """Years from the report date to the maturity, or `past_due`, or `unknown`."""
    lines: "int"
    """The count of the filing's lines."""


class MayHold(TypedDict):
    """A fund whose list is partial and does not show the security."""

    etf: "str"
    at_most_pct: "float | None"
    """Per cent."""
    holdings_as_of: "str"
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Merged(TypedDict):
    """A security whose weight is that of several lines."""

    symbol: "str"
    symbols: "list[str | None]"
    names: "list[str | None]"


class NamedFiling(TypedDict):
    """A filing that an answer rests on."""

    symbol: "str | None"
    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""


class NotCompared(TypedDict):
    """Cash and derivatives, which are not matched."""

    list_lines: "int"
    """The count of the list's lines."""
    list_weight_pct: "float | None"
    """Per cent."""
    filing_lines: "int"
    """The count of the filing's lines."""
    filing_weight_pct: "float | None"
    """Per cent."""


class NotCovered(TypedDict):
    """A line of the earlier date of which no return is known."""

    symbol: "str | None"
    name: "str | None"
    weight_from_pct: "float | None"
    """Per cent."""
    reason: "Reason"


class OfBothLists(TypedDict):
    """A count of funds for each list."""

    cheaper: "int"
    """The count for this list."""
    similar_exposure: "int"
    """The count for this list."""


class OnFilings(TypedDict):
    """That an answer rests on filings alone, and on which."""

    source: 'Literal["filing"]'
    filings: "list[NamedFiling]"


class OnlyInFiling(TypedDict):
    """A line of the filing that the list does not have, or of which that is open."""

    name: "str | None"
    title: "str | None"
    isin: "str | None"
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    country: "str | None"
    weight_pct: "float | None"
    """Per cent."""
    balance_filed: "float | None"
    """Shares, contracts or par value."""
    why: "OpenReason"


class OnlyInList(TypedDict):
    """A line of the list that the filing does not have, or of which that is open."""

    symbol: "str | None"
    name: "str | None"
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    weight_pct: "float | None"
    """Per cent."""
    shares: "float | None"
    """Shares, contracts or par value."""
    why: "OpenReason"


class OpenInFiling(TypedDict):
    """A line of the filing of which nobody can tell whether the list has it."""

    name: "str | None"
    title: "str | None"
    isin: "str | None"
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    country: "str | None"
    weight_pct: "float | None"
    """Per cent."""
    balance_filed: "float | None"
    """Shares, contracts or par value."""
    why: "OpenReason"
    side: 'Literal["filing"]'


class OpenInList(TypedDict):
    """A line of the list of which nobody can tell whether the filing has it."""

    symbol: "str | None"
    name: "str | None"
    asset_class: 'Literal["equity", "etf", "bond", "cash", "derivative", "other"]'
    weight_pct: "float | None"
    """Per cent."""
    shares: "float | None"
    """Shares, contracts or par value."""
    why: "OpenReason"
    side: 'Literal["list"]'


OpenReason = Literal[
    "not_compared",
    "no_counterpart",
    "name_missing",
    "several_candidates",
    "share_class_differs",
    "identifier_differs",
    "bond_not_identified",
    "too_many_candidates",
]
"""Why a row of a list, or a line of a filing, is joined with none of the other source."""


class Overlap(TypedDict):
    """All pairs of 2 to 30 funds; for two also their securities."""

    symbols: "list[str]"
    by: 'Literal["security", "issuer"]'
    holdings_as_of: "dict[str, str]"
    """The holdings date of each fund, by symbol."""
    lag_days: "int | None"
    """The days between the oldest and the newest of these dates."""
    merged: "dict[str, list[Merged]]"
    notes: "dict[str, str]"
    """`cosine`: what it is; `zero_rows`: lines that do not count; `contracts`: the part of a fund that does
    not.
    """
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    common: NotRequired["list[OverlapLine] | None"]
    """Of two funds: in both, largest overlap first."""
    only_a: NotRequired["list[OverlapLine] | None"]
    only_b: NotRequired["list[OverlapLine] | None"]
    pairs: "list[OverlapPair]"
    basis: NotRequired["OnFilings | None"]
    """The filings that the whole answer rests on; left out where it rests on Schwab's lists."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class OverlapLine(TypedDict):
    """One security in two funds."""

    in_doubt: NotRequired["bool | None"]
    """True where it may be one security with another line; the bounds say how much."""
    weight_implied: NotRequired["Literal[True] | None"]
    """True where a weight is implied by the market value, at least in part; left out elsewhere."""
    symbol: "str | None"
    name: "str | None"
    weight_a_pct: "float | Bounds | None"
    """Per cent."""
    weight_b_pct: "float | Bounds | None"
    """Per cent."""
    overlap_pct: "float | Bounds | None"
    """Per cent."""


class OverlapPair(TypedDict):
    """How much of two funds is the same."""

    a: "str"
    b: "str"
    overlap_pct: "float | Bounds | None"
    """Sum over common securities of the smaller weight. Per cent."""
    active_share_pct: "float | Bounds | None"
    """Half the sum of absolute differences (Cremers and Petajisto 2009). Per cent."""
    coverage_a_pct: "float | Bounds | None"
    """Weight of `a` in securities that `b` holds too. Per cent."""
    coverage_b_pct: "float | Bounds | None"
    """Per cent."""
    common_count: "int | Bounds | None"
    """A count of lines, of a portfolio one of securities; null for a partial list."""
    common_of_a_pct: "float | Bounds | None"
    """Per cent."""
    common_of_b_pct: "float | Bounds | None"
    """Per cent."""
    jaccard: "float | Bounds | None"
    """Common securities over those in either, 0 to 1."""
    cosine: "float | Bounds | None"
    """Of the weight vectors, 0 to 1: `notes` says what it is and is not."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Part(TypedDict):
    """One answer of the module API, as kept in raw/."""

    key: "str"
    sha256: "str"
    """Hex."""


class Portfolio(TypedDict):
    """A portfolio looked through."""

    by: 'Literal["security", "issuer"]'
    positions: "list[PortfolioPosition]"
    given_total: "float"
    """What the positions sum to as they were given: USD, or the unit of the proportions. All weights are of
    that.
    """
    holdings_as_of: "dict[str, str]"
    """The holdings date of each fund, by symbol."""
    lag_days: "int | None"
    """The days between the oldest and the newest of these dates."""
    complete: "bool"
    contracts_pct: "float | None"
    """Sum of the absolute weights of futures, swaps and options in the funds, which do not count. Per cent."""
    counted_pct: "float | Bounds | None"
    """Sum of the exposures. Per cent."""
    unseen_pct: "float | Bounds | None"
    """Per cent."""
    unresolved_pct: "float | Bounds | None"
    """In funds inside funds that stay closed; its high end counts every unlisted line as such a fund. Per cent."""
    concentration: "Concentration"
    sectors: "Sectors"
    asset_classes: "list[AssetClassWeight]"
    cost: "PortfolioCost"
    unresolved: "list[Unresolved]"
    merged: "dict[str, list[Merged]]"
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    exposures: "list[Exposure] | None"
    """Largest first."""
    marginal: "list[Marginal]"
    doubling: "Doubling | None"
    """Null where the portfolio has fewer than two funds, or no two that list the same security."""
    countries: "PortfolioCountries | None"
    """Of the filings of the funds that are positions, by their weights, like the next ones."""
    currencies: "PortfolioCurrencies | None"
    maturities: "PortfolioMaturities | None"
    liquidity: "PortfolioLiquidity | None"
    filing_assumptions: "list[str]"
    """What these four rest on."""
    factors: "PortfolioFactors | None"
    """Null with a reason where the lists are too large, and with `basis=filing`."""
    basis: NotRequired["OnFilings | None"]
    """The filings that the whole answer rests on; left out where it rests on Schwab's lists."""
    newer_snapshots: NotRequired["list[str] | None"]
    """Opened funds whose newest snapshot the tables do not have yet, where securities are held directly."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class PortfolioBody(TypedDict):
    """What POST /api/portfolio takes."""

    positions: "list[Amount] | list[Proportion]"
    """A symbol that is given twice counts with both. All positions are in USD, or all are proportions."""


PortfolioChanges = TypedDict(
    "PortfolioChanges",
    {
        "by": 'Literal["security", "issuer"]',
        "positions": "list[PortfolioWeight]",
        "given_total": "float",
        "from": "dict[str, str]",
        "to": "dict[str, str]",
        "complete": "bool",
        "active_share_pct": "float | None",
        "unchanged_count": "int | None",
        "added": "list[PortfolioLine] | None",
        "removed": "list[PortfolioLine] | None",
        "increased": "list[PortfolioLine] | None",
        "decreased": "list[PortfolioLine] | None",
        "entered_the_list": "list[PortfolioLine] | None",
        "left_the_list": "list[PortfolioLine] | None",
        "undetermined": "list[PortfolioLine] | None",
        "assumptions": "list[str]",
        "doubts": "list[Doubt]",
        "flaws": "PortfolioFlaws",
        "notes": "dict[str, str]",
        "reasons": "dict[str, str]",
        "basis": NotRequired["OnFilings | None"],
    },
)
"""The same positions, looked through on two dates."""


class PortfolioCost(TypedDict):
    """What the funds of the portfolio take a year; a nested fund's is inside its holder's."""

    bps: "float | None"
    """Null unless every position's is known. Basis points."""
    usd_per_year: "float | None"
    """USD a year."""
    covered_pct: "float"
    """Per cent of the portfolio whose cost is known."""
    known_bps: "float | None"
    """Of the positions whose cost is known. Basis points."""
    known_usd_per_year: "float | None"
    """USD a year."""


class PortfolioCountries(TypedDict):
    """Countries of the funds' filings, largest first. Direct stocks are not in them: no filing describes them."""

    covered_pct: "float | None"
    """Per cent of the portfolio in funds whose filings have the figure."""
    filings: "list[FilingOfFund]"
    counted_pct: "float | None"
    """Per cent."""
    cash_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """Per cent."""
    funds_pct: "float | None"
    """Per cent."""
    rows: "list[PortfolioCountry]"


class PortfolioCountry(TypedDict):
    """What the issuers of one country weigh in the portfolio."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    country: "str"


class PortfolioCurrencies(TypedDict):
    """Currencies of the funds' filings, largest first."""

    covered_pct: "float | None"
    """Per cent of the portfolio in funds whose filings have the figure."""
    filings: "list[FilingOfFund]"
    counted_pct: "float | None"
    """Per cent."""
    cash_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """Per cent."""
    funds_pct: "float | None"
    """Per cent."""
    rows: "list[PortfolioCurrency]"


class PortfolioCurrency(TypedDict):
    """What the lines in one currency weigh in the portfolio."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    currency: "str"


class PortfolioFactors(TypedDict):
    """The same of a portfolio, looked through."""

    market: "str | None"
    """The symbol of the market fund, against which tilts are measured."""
    factors: "list[FactorTilt]"
    """In the config's order; empty where it names no factors."""
    note: "str"
    """What a factor is here, and what it is not."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


PortfolioFlaws = TypedDict(
    "PortfolioFlaws",
    {
        "from": "dict[str, str]",
        "to": "dict[str, str]",
    },
)
"""What is wrong with the lists, on each date by fund."""


class PortfolioLine(TypedDict):
    """A security whose weight in the portfolio changed."""

    symbol: "str | None"
    name: "str | None"
    weight_from_pct: "float | Bounds | None"
    """Per cent of the portfolio."""
    weight_to_pct: "float | Bounds | None"
    """Per cent of the portfolio."""
    change_pct: "float | Bounds | None"
    """Per cent."""
    reasons: NotRequired["dict[str, str] | None"]
    """Why a value of the row is null; left out where none is."""


class PortfolioLiquidity(TypedDict):
    """How what the funds hold is valued."""

    covered_pct: "float | None"
    """Per cent of the portfolio in funds whose filings have the figure."""
    filings: "list[FilingOfFund]"
    levels: "list[LevelWeight]"
    unclassified_pct: "float | None"
    """Per cent."""
    restricted_pct: "float | None"
    """Per cent."""
    derivatives_pct: "float | None"
    """Per cent."""


class PortfolioMaturities(TypedDict):
    """The bonds of the funds' filings."""

    covered_pct: "float | None"
    """Per cent of the portfolio in funds whose filings have the figure."""
    filings: "list[FilingOfFund]"
    bonds_pct: "float | None"
    """Per cent."""
    rows: "list[PortfolioMaturity]"
    average_maturity_years: "float | None"
    """Years, weighted. A count of years."""
    average_maturity_of_pct: "float | None"
    """Per cent."""
    average_coupon_pct: "float | None"
    """Per cent."""
    average_coupon_of_pct: "float | None"
    """Per cent."""


class PortfolioMaturity(TypedDict):
    """What the bonds of a range of maturities weigh in the portfolio."""

    weight_pct: "float | None"
    """Per cent of net assets."""
    weight_pct_low: NotRequired["float | None"]
    """Left out where the filing is complete, as `weight_pct` is certain then. Per cent."""
    weight_pct_high: NotRequired["float | None"]
    """With all securities that the filing does not name, or that positions without a filing can hold; null
    where nobody knows how many. Per cent.
    """
    years: "str"


class PortfolioPosition(TypedDict):
    """A position as it was given."""

    symbol: "str"
    name: "str | None"
    kind: 'Literal["fund", "security"]'
    weight_pct: "float"
    """Per cent."""
    value_usd: "float | None"
    """USD."""


class PortfolioWeight(TypedDict):
    """A position, by its part of the portfolio on both dates."""

    symbol: "str"
    weight_pct: "float"
    """Per cent."""


class PositionInShares(TypedDict):
    """A position in shares of a fund that has a quote here."""

    symbol: "str"
    shares: "float"
    """Shares."""


class PositionInUsd(TypedDict):
    """A position in USD."""

    symbol: "str"
    amount_usd: "float"
    """USD."""


class Proportion(TypedDict):
    """A position as a part of the whole."""

    symbol: "str"
    proportion: "float"
    """In any unit, such as per cent: weights are of the sum."""


class Provenance(TypedDict):
    """Where the numbers came from, and when."""

    source: 'Literal["schwab", "sample"]'
    """`sample` is made-up data of the bundled portal."""
    url: "str"
    fetched_at: "str"
    """UTC, `2026-11-20T22:30:04Z`."""
    fresh_until: "str"
    """UTC: the first New York close after the fetch. From then on a newer capture is due."""
    raw_key: "str"
    """The page in raw/."""
    raw_sha256: "str"
    """Hex."""
    parts: "list[Part]"


class Quality(TypedDict):
    """How good the list is."""

    complete: "bool"
    """True exactly when every reported row is here and none is suspected of being there twice."""
    issues: "list[Issue]"


Reason = Literal[
    "partial_list",
    "total_unknown",
    "weight_missing",
    "weight_impossible",
    "no_reference_line",
    "shares_missing",
    "value_missing",
    "factors_not_configured",
    "reference_not_there",
    "market_not_there",
    "reference_damaged",
    "not_on_filings",
    "not_compared_yet",
    "too_many_lines",
    "date_unreadable",
    "order_broken",
    "slipped_between_pages",
    "no_lines",
    "no_counted_lines",
    "nothing_left",
    "one_fund",
    "nothing_in_common",
    "unclassified",
    "sectors_unknown",
    "quote_is_close",
    "quote_time_unknown",
    "quote_missing",
    "quote_crossed",
    "expense_ratio_unknown",
    "not_finite",
    "value_unknown",
    "value_rounded",
    "no_common_factor",
    "baskets_disagree",
    "not_held",
    "lines_in_doubt",
    "split_suspected",
    "same_date",
    "list_repeated",
    "derivative",
    "price_jumped",
    "no_quote_of_date",
    "no_quote_of_security",
    "fund_split_suspected",
    "position_unpriced",
    "no_target",
    "not_a_position",
    "quotes_differ",
    "not_built_yet",
    "no_earlier_date",
    "snapshot_damaged",
    "not_in_tables",
    "no_filing",
    "not_in_filing",
    "no_bond_lines",
    "undisclosed_securities",
    "nothing_known",
    "sign_unclear",
]
"""Why a figure is null: the values of `reasons` in an answer."""


class Rebalance(TypedDict):
    """The trades: bought = sold + cash_usd - cash_left_usd. No advice."""

    feasible: "bool"
    """Whether all caps and all targets are met."""
    trades: "list[Trade]"
    """Sales first."""
    turnover_usd: "float"
    """Bought and sold together. USD."""
    turnover_pct: "float"
    """The same, per cent of positions and cash."""
    cost_usd: "float"
    """USD."""
    before: "RebalanceSide"
    after: "RebalanceSide"
    binding: "list[str]"
    """Caps; of `security` and `fund` with the one that is meant."""
    excess: "dict[str, float]"
    """Caps that cannot be met, and by how much at the high end, per cent of positions and cash."""
    decided_by_high_end: "list[str]"
    """Caps; of `security` and `fund` with the one that is meant."""
    target_distance_pct: "float"
    """Half the sum of absolute differences from the targets. Per cent."""
    cash_usd: "float"
    """USD."""
    cash_left_usd: "float"
    """What whole shares, or the least trade, leave over. USD."""
    total_usd: "float"
    """Positions and cash. USD."""
    untradeable: "list[Untradeable]"
    stale_prices: "list[StalePrice]"
    by: 'Literal["security", "issuer"]'
    holdings_as_of: "dict[str, str]"
    """The holdings date of each fund, by symbol."""
    lag_days: "int | None"
    """The days between the oldest and the newest of these dates."""
    complete: "bool"
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    doubts: "list[Doubt]"
    """What may be one security or several; empty if that changes no figure."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""
    notes: "list[str]"


class RebalanceBody(TypedDict):
    """What POST /api/rebalance takes. Per cents are of positions and cash together."""

    positions: "list[PositionInUsd | PositionInShares]"
    """What is held, each symbol once; may be empty where there is cash."""
    cash_usd: NotRequired["float"]
    """USD to invest."""
    targets: NotRequired["dict[str, float] | None"]
    """Per cent by fund, at most 100 together; what is left to 100 is free."""
    max: NotRequired["dict[str, float] | None"]
    """Caps, per cent each: `security`, a symbol, `sector:NAME`, `country:NAME`, `asset_class:NAME`, `fund`,
    `fund:SYMBOL`.
    """
    candidates: NotRequired["list[str] | None"]
    """The funds that may be bought, besides those with a target; by default those that are held."""
    no_sell: NotRequired["bool | list[str]"]
    """Nothing is sold, or nothing of these positions."""
    whole_shares: NotRequired["bool"]
    """Only whole shares are traded."""
    min_trade_usd: NotRequired["float"]
    """No trade is smaller, USD."""
    costs: NotRequired["RebalanceCosts | None"]


class RebalanceCosts(TypedDict):
    """What a trade costs. Costs decide between trades that meet the same, and are not taken out of the money."""

    pct_of_trade: NotRequired["float"]
    """Per cent of each trade."""
    usd_per_trade: NotRequired["float"]
    """USD for each trade."""
    half_spread: NotRequired["bool"]
    """Counts half of each fund's spread too, where its quote has one."""


class RebalancePosition(TypedDict):
    """A position before or after the trades."""

    symbol: "str"
    name: "str | None"
    kind: 'Literal["fund", "security"]'
    value_usd: "float"
    """USD."""
    weight_pct: "float"
    """Per cent of positions and cash."""
    shares: "float | None"
    """Shares, as far as the price tells."""


class RebalanceSector(TypedDict):
    """A sector, looked through; `Unclassified` is everything that is not in the table."""

    sector: "str"
    weight_pct: "float | Bounds | None"
    """Per cent."""


class RebalanceSide(TypedDict):
    """The portfolio before or after the trades."""

    positions: "list[RebalancePosition]"
    """Largest first."""
    largest: "list[LargestHolding] | None"
    """The ten largest securities."""
    sectors: "list[RebalanceSector] | None"
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class RecentChanges(TypedDict):
    """What all funds bought and sold since a date, newest first, then by symbol."""

    since: "str"
    """The first holdings date that the answer can have."""
    dates: "list[str]"
    """The holdings dates that it has changes of, newest first: at most 40."""
    changes: "list[FundChange]"
    next_offset: "int | None"
    """The count of rows to skip, `offset`, for the next part; null where there is none."""
    unreadable_dates: NotRequired["list[str] | None"]
    """Dates whose changes are damaged and missing here; left out where there are none."""
    note: NotRequired["str | None"]
    """Said where older dates are left out, and where nothing is built yet."""


class ReconciledFiling(TypedDict):
    """The filing."""

    report_date: "str | None"
    """The date of the holdings in the filing."""
    filed: "str | None"
    """When the SEC got it; null for a file that was taken by hand."""
    accession: "str | None"
    """The SEC's number of the filing, or `sha256-` and 16 hex digits for a file that was taken by hand without
    one.
    """
    age_days: "int | None"
    """The days from the report date until now."""
    source: 'Literal["sec", "sample", "file"] | None'
    """`sec`; `sample` for made-up data, `file` for a filing that was taken by hand; null if unknown."""
    complete: "bool"
    """Whether it names all of the fund's securities."""
    lines: "int"
    """The count of the filing's lines."""


class ReconciledList(TypedDict):
    """Schwab's list."""

    holdings_as_of: "str"
    lines: "int"
    """The count of lines."""
    complete: "bool"
    source: 'Literal["schwab", "sample"] | None'


class ReconciledSplit(TypedDict):
    """A security that was split between the two dates."""

    symbol: "str | None"
    name: "str | None"
    isin: "str | None"
    ratio: "float"
    """New shares for each old one."""


class Reconciliation(TypedDict):
    """Schwab's list of a fund held against the fund's filing. Both are months apart, so differences can be
    trades.
    """

    symbol: "str"
    list: "ReconciledList"
    filing: "ReconciledFiling"
    days_apart: "int | None"
    """The days between the two dates."""
    matched: "Matched"
    not_compared: "NotCompared"
    compared_shares: "int"
    """The count of securities with shares in both."""
    flow_factor: "float | None"
    """Shares in the list for each one in the filing, splits taken out: creations and redemptions."""
    splits: "list[ReconciledSplit]"
    share_differences: "list[ShareDifference] | None"
    """More than 2 % from what is expected, largest first."""
    only_in_list: "list[OnlyInList] | None"
    only_in_filing: "list[OnlyInFiling] | None"
    open: "list[OpenInList | OpenInFiling]"
    """Of which nobody can tell whether the other source has them."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path."""


class Renamed(TypedDict):
    """A line that goes by another symbol on the later date."""

    symbol_from: "str"
    symbol_to: "str"
    name: "str | None"


ResultCode = Literal["ok", "page_only", "kept_back", "not_an_etf", "failed"]
"""How an attempt ended: `result` in a status."""


class Screen(TypedDict):
    """The funds that fit a description, and those that may."""

    funds: "list[ScreenedFund]"
    total: "int"
    """The count of all that fit or may fit."""
    maybe: "int"
    """The count of those that only may fit."""
    note: NotRequired["str | None"]
    """Said where it is in doubt which security `holds` means."""
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""


class ScreenedFund(TypedDict):
    """A fund that fits, with the figures asked for; others are left out."""

    symbol: "str"
    name: "str | None"
    match: 'Literal["yes", "maybe"]'
    """`maybe` where the bounds of a figure, or one that is not known, leave it open."""
    complete: "bool"
    holdings_as_of: "str"
    sector_pct: NotRequired["float | Bounds | None"]
    """Per cent of the fund in the sector."""
    asset_class_pct: NotRequired["float | Bounds | None"]
    """Per cent of the fund in the asset class."""
    holds_pct: NotRequired["float | Bounds | None"]
    """Per cent of the fund in the security."""
    holds_name: NotRequired["str | None"]
    """What the fund calls the security; null where only its unlisted lines may hold it."""
    top_10_pct: NotRequired["float | Bounds | None"]
    """Per cent in the ten largest."""
    expense_ratio_pct: NotRequired["float | None"]
    """Per cent a year."""
    factor_tilt_pct: NotRequired["dict[str, float | Bounds | None] | None"]
    """By factor that was asked for: the tilt, as /api/etfs/{symbol}/factors has it. Percentage points. Per
    cent.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Search(TypedDict):
    """Funds and securities, best first: the symbol itself, symbols that begin so, names with words that begin
    so, names that contain it; of equally good ones those that more funds hold.
    """

    funds: "list[FoundFund]"
    securities: "list[FoundSecurity]"
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""


class SectorContribution(TypedDict):
    """What the lines of one sector brought together; cash is the sector `Cash`."""

    sector: "str"
    weight_from_pct: "float"
    """On the earlier date. Per cent."""
    return_pct: "float | None"
    """Per cent."""
    contribution_pct: "float"
    """Percentage points. Per cent of the fund."""


class SectorDifference(TypedDict):
    """A sector that weighs more in one of the two funds."""

    sector: "str"
    weight_a_pct: "float | Bounds | None"
    """Per cent of the fund that was asked for."""
    weight_b_pct: "float | Bounds | None"
    """Per cent of the similar fund."""


class SectorHolding(TypedDict):
    """A listed security, as it weighs in its sector."""

    weight_implied: NotRequired["Literal[True] | None"]
    """True where a weight is implied by the market value, at least in part; left out elsewhere."""
    symbol: "str | None"
    name: "str | None"
    weight_pct: "float"
    """Per cent."""


class SectorHoldings(TypedDict):
    """The largest listed securities of one sector, at most 20, largest weight first."""

    sector: "str"
    holdings: "list[SectorHolding]"


class SectorWeight(TypedDict):
    """What the companies of one sector weigh together; `Unclassified` is everything that is not in the table."""

    sector: "str"
    weight_pct: "float | Bounds | None"
    """Per cent."""
    count: "int | Bounds | None"
    """A count of lines, of a portfolio one of securities; null for a partial list."""


class Sectors(TypedDict):
    """Sectors after the project's own table: like GICS, and not GICS."""

    taxonomy: "str | None"
    source: "str | None"
    as_of: "str | None"
    """The table's date."""
    classified_pct: "float | Bounds | None"
    """Per cent that has a sector."""
    weights: "list[SectorWeight]"
    """Any sector that is not among these, `Unclassified` too, can weigh as much as `unseen_pct`."""
    gini: "float | Bounds | None"
    """Over the classified sectors, 0 to 1."""
    entropy: "float | Bounds | None"
    """Over the classified sectors, in nats."""
    effective_entropy: "float | Bounds | None"
    """exp(entropy): a count of sectors."""
    scaled_to_one: "list[str]"
    """Figures over p = w / sum of w; all others take the weights as they are."""


class SecurityDifference(TypedDict):
    """A security that weighs more in one of the two funds."""

    symbol: "str | None"
    name: "str | None"
    weight_a_pct: "float | Bounds | None"
    """Per cent of the fund that was asked for."""
    weight_b_pct: "float | Bounds | None"
    """Per cent of the similar fund."""
    overlap_pct: "float | Bounds | None"
    """Per cent."""
    weight_implied: NotRequired["Literal[True] | None"]
    in_doubt: NotRequired["bool | None"]


class ShareDifference(TypedDict):
    """A security of which list and filing have other numbers of shares than flow and splits explain."""

    symbol: "str | None"
    name: "str | None"
    isin: "str | None"
    shares_list: "float | None"
    """Shares, or par value, in the list."""
    balance_filed: "float | None"
    """Shares, or par value, in the filing."""
    expected: "float"
    """Shares that the filing lets one expect on the list's date."""
    difference_pct: "float"
    """By how much the list has more, per cent of `expected`."""
    split_suspected: NotRequired["bool | None"]
    """True where a split may explain it."""


class Shares(TypedDict):
    """A position in shares."""

    symbol: "str"
    shares: "float"
    """Shares, valued at the closing quote of the earlier date."""


class SharesRange(TypedDict):
    """What can have been traded where the fund has several baskets."""

    low: "float"
    """Shares."""
    high: "float"
    """Shares."""


class Similar(TypedDict):
    """The funds most like one, largest certain overlap first."""

    symbol: "str"
    name: "str | None"
    similar: "list[SimilarFund]"
    compared: "int"
    """The count of funds that were compared: those with the largest sums of smaller weights."""
    note: NotRequired["str | None"]
    """Said where the tables do not have the fund yet."""
    newer_snapshots: NotRequired["list[str] | None"]
    """Funds whose newest snapshot the tables do not have yet; left out where there are none."""
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""


class SimilarFund(TypedDict):
    """A fund like the one that was asked for. Its figures are those of /api/overlap for the two."""

    symbol: "str"
    name: "str | None"
    holdings_as_of: "str"
    complete: "bool"
    overlap_pct: "float | Bounds | None"
    """Per cent."""
    active_share_pct: "float | Bounds | None"
    """Per cent."""
    common_count: "int | Bounds | None"
    """The count of securities in both."""
    expense_ratio_pct: "float | None"
    """Per cent a year."""
    sector_differences: "list[SectorDifference] | None"
    """The sectors that differ most."""
    largest_differences: "list[SecurityDifference] | None"
    """The securities that differ most."""
    in_doubt: NotRequired["bool | None"]
    """True where lines may be one security or several; /api/overlap says which."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Snapshot(TypedDict):
    """What an ETF held on `holdings_as_of`, as one capture tells it."""

    schema_version: NotRequired["Literal[1]"]
    symbol: "str"
    name: "str | None"
    summary: "Summary"
    holdings: "list[Holding]"
    holdings_as_of: "str"
    """The date of the holdings, `2026-11-18`; not the quote's."""
    totals: "SnapshotTotals"
    quality: "Quality"
    provenance: "Provenance"


class StalePrice(TypedDict):
    """A fund whose price is too old to trade at."""

    symbol: "str"
    price_as_of: "str | None"
    """New York time."""


class Substitute(TypedDict):
    """A fund that may stand in for the one that was asked for."""

    symbol: "str"
    name: "str | None"
    holdings_as_of: "str"
    complete: "bool"
    overlap_pct: "float | Bounds | None"
    """Of /api/overlap for the two funds. Per cent."""
    expense_ratio_pct: "float | None"
    """Per cent a year."""
    saving_pct: "float | None"
    """By how much less it costs, per cent a year; below 0 where it costs more, null where a cost is not known."""
    sector_distance_pct: "float | Bounds | None"
    """Half the sum of the absolute differences of the weights by sector, in percentage points. Per cent."""
    in_doubt: NotRequired["bool | None"]
    """True where lines may be one security or several; /api/overlap says which."""
    flaws: "dict[str, str]"
    """What is wrong: by fund the codes of its list, separated by commas, and by dotted path `beyond_possible`
    for a figure that is larger than it can be. `reasons` says which figures are null.
    """
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Substitutes(TypedDict):
    """Funds that may stand in for one. No tax or investment advice."""

    symbol: "str"
    name: "str | None"
    holdings_as_of: "str"
    complete: "bool"
    expense_ratio_pct: "float | None"
    """Per cent a year."""
    cheaper: "list[Substitute] | None"
    """Those that overlap with it at least by min_overlap_pct for certain and cost less, largest saving first."""
    similar_exposure: "list[Substitute] | None"
    """Those that overlap with it at most by max_overlap_pct for certain, and whose sectors are near: nearest
    first.
    """
    totals: "SubstitutesTotals"
    considered: "int"
    """The count of funds that were compared line by line."""
    left_out: "OfBothLists"
    """The count of funds that may belong to a list by what the tables say, and were not compared."""
    undecided: "OfBothLists"
    """The count of compared funds that may belong to a list, since bounds leave it open."""
    cost_unknown: "int"
    """The count of funds among those most like it whose cost is not known: they are not among the cheaper ones."""
    note: "str"
    """That this is no advice, and where to be careful."""
    assumptions: "list[str]"
    """What the bounds rest on; empty where all lists are complete."""
    newer_snapshots: NotRequired["list[str] | None"]
    """Funds whose newest snapshot the tables do not have yet; left out where there are none."""
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Success(TypedDict):
    """The newest run that was published in full."""

    run: "str"
    fetched_at: "str"
    """UTC."""
    holdings_as_of: "str"


class Summary(TypedDict):
    """The quote. What the portal does not give is null."""

    symbol: "str"
    last_price: NotRequired["float | None"]
    """USD."""
    change: NotRequired["str | None"]
    """The portal's own text, such as `+1.23 (+0.50%)`."""
    volume: NotRequired["int | None"]
    """Shares traded in the session."""
    as_of: NotRequired["str | None"]
    """When the quote held: New York time, `2026-11-20 16:00:00`."""
    session: NotRequired['Literal["close", "intraday"] | None']
    """Whether it is a closing quote."""
    change_abs: NotRequired["float | None"]
    """Change since the previous close, USD."""
    change_pct: NotRequired["float | None"]
    """Change since the previous close, per cent."""
    bid: NotRequired["float | None"]
    """USD."""
    bid_size: NotRequired["int | None"]
    """Shares."""
    ask: NotRequired["float | None"]
    """USD."""
    ask_size: NotRequired["int | None"]
    """Shares."""


class SymbolStatus(TypedDict):
    """The data of one symbol: its times, completeness, freshness and last refresh; null where there is no
    snapshot, as for a symbol that has filings alone.
    """

    configured: "bool"
    """Whether `etf_symbols` has it."""
    reference_for: "str | None"
    """The factor that its holdings stand for, by `factors` in the config: `value`; null for none."""
    source: 'Literal["schwab", "sample"] | None'
    quote_as_of: "str | None"
    """New York time."""
    holdings_as_of: "str | None"
    fetched_at: "str | None"
    """UTC."""
    rows: "int | None"
    reported: "int | None"
    """Rows that the portal reports."""
    complete: "bool | None"
    stale: "bool"
    """No snapshot, or older than the last close in New York, or holdings older than `stale_after_days`."""
    stale_reasons: "list[str]"
    last_attempt: "Attempt | None"
    last_success: "Success | None"
    filing: "FilingOfSymbol"


class TableColumn(TypedDict):
    """A column of a table."""

    name: "str"
    type: "str"
    """DuckDB's, as SQL has it."""
    unit: "str | None"
    meaning: "str | None"
    """Null where the unit or the column before says all."""


class Tables(TypedDict):
    """The tables over all ETFs that can be had whole, at /api/tables/{name}."""

    tables: "list[WholeTable]"
    tables_as_of: "str"
    """When the tables that the answer rests on were built, UTC."""


class Through(TypedDict):
    """A position through which a security is held."""

    symbol: "str"
    weight_pct: "float"
    """Per cent of the portfolio that the listed lines bring."""


class Trade(TypedDict):
    """One trade at the stored price."""

    symbol: "str"
    side: 'Literal["buy", "sell"]'
    shares: "float | None"
    """Shares, as many as the amount buys at this price."""
    amount_usd: "float"
    """USD."""
    price_usd: "float | None"
    """USD."""
    price_as_of: "str | None"
    """When the price was quoted, New York time."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class Unresolved(TypedDict):
    """A fund that is held and stays closed."""

    symbol: "str | None"
    name: "str | None"
    weight_pct: "float"
    """Per cent."""
    why: "UnresolvedReason"


UnresolvedReason = Literal["no_snapshot", "cycle", "depth"]
"""Why a fund inside a portfolio stays closed: `why` in `unresolved`."""


class Untradeable(TypedDict):
    """A position or candidate that is left as it is."""

    symbol: "str"
    reason: "UntradeableReason"


UntradeableReason = Literal["not_a_fund", "price_missing", "price_stale", "price_time_unknown"]
"""Why a rebalancing leaves a position as it is: `reason` in `untradeable`."""


class WholeTable(TypedDict):
    """A table over all ETFs."""

    name: "str"
    meaning: "str"
    by_date: "bool"
    """Whether there is one of each holdings date, which `as_of` chooses."""
    columns: "list[TableColumn]"
    rows: "int | None"
    """The count of rows of the newest one; null where its file cannot be read."""
    bytes: "int | None"
    """The size of the newest one as Parquet, a count of bytes; null if not stored."""
    dates: "list[str]"
    """The holdings dates that there are, newest first; empty for a table that is not by date."""


class WithoutFund(TypedDict):
    """The portfolio without one fund, the others scaled up to 100 %."""

    symbol: "str"
    """The fund that is left out."""
    largest: "list[LargestSecurity]"
    top_10_pct: "float | Bounds | None"
    """Per cent."""
    hhi_points: "float | Bounds | None"
    """Of 10,000 points."""
    expense_ratio_pct: "float | None"
    """Per cent a year; null unless the cost of every position is known."""
    change: "Change"
    """`remove` of this fund in `marginal`."""
    reasons: "dict[str, str]"
    """Why a figure is null, by its dotted path; the README lists the reasons."""


class SubstitutesTotals(TypedDict):
    """How many funds each list has, before limit and offset; null where it cannot be made."""

    cheaper: "int | None"
    """The count of this list."""
    similar_exposure: "int | None"
    """The count of this list."""


class SnapshotTotals(TypedDict):
    """How much of the fund is here."""

    reported: "int | None"
    """Rows that the portal reports; null if it does not say."""
    included: "int"
    """Rows in `holdings`."""
    weight_pct: "float"
    """Sum of their weights, per cent."""
