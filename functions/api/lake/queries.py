"""The query strings of the questions about all funds: their allowed values, and errors that name them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from api.faults import BadQueryError
from api.lake.search_index import Words
from api.queries import format_query, number_query
from api.symbols import SymbolOf
from etf_analytics import SubstituteLimits
from etf_analytics.reference.sectors import SECTORS
from etf_analytics.securities import UNCLASSIFIED
from etf_common.factors import FACTOR_PATTERN, MOST_FACTORS
from etf_common.symbols import canonical_security, shorten

ASSET_CLASSES = ("equity", "etf", "bond", "cash", "derivative", "other")
ALL_SECTORS = (*SECTORS, UNCLASSIFIED)
LETTER_OR_DIGIT = "[A-Za-z0-9]"
"""What every symbol and every name has, and so every search."""
_LETTER_OR_DIGIT = re.compile(LETTER_OR_DIGIT)
LISTED, MOST_LISTED = 100, 1000
"""Rows of a screen or a list of securities: without a limit, and at most."""
FOUND, MOST_FOUND = 20, 100
"""Funds, and as many securities, of a search."""
SIMILAR, MOST_SIMILAR = 10, 30
"""Similar funds."""
LONGEST_SEARCH = 80
MOST_PCT = 1000
BOND_FUND_PCT = 50.0
"""What `asset_class` alone asks for: at least half of the fund."""
FIGURES = ("sector_pct", "asset_class_pct", "holds_pct", "top_10_pct", "expense_ratio_pct")
"""The figures of a screen, in the order of the answer."""
TILT = "factor_tilt_pct"
"""The tilts towards factors, which follow them; each is a figure of its own, `factor_tilt_pct.value`."""
SORTS = (*FIGURES, TILT, "symbol", "name")
_NEEDS = {"sector_pct": "sector", "asset_class_pct": "asset_class", "holds_pct": "holds"}
FACTOR_LIMIT = rf"{FACTOR_PATTERN}:-?\d{{1,4}}(\.\d{{1,6}})?"
"""A factor and how many percentage points of tilt."""
_FACTOR_LIMIT = re.compile(FACTOR_LIMIT, re.ASCII)
_LONGEST_LIMITS = MOST_FACTORS * 48
_PCT = re.compile(r"\d{1,4}(\.\d{1,6})?", re.ASCII)
_LIMITS = {
    "sector_pct": ("min_pct", "max_pct"),
    "asset_class_pct": ("min_asset_class_pct", "max_asset_class_pct"),
    "holds_pct": ("min_holds_pct", "max_holds_pct"),
    "top_10_pct": ("min_top_10_pct", "max_top_10_pct"),
    "expense_ratio_pct": ("", "max_expense_pct"),
}


@dataclass(frozen=True)
class Page:
    """Which rows of a list, and its form."""

    limit: int
    offset: int
    format: str

    @classmethod
    def of(cls, parameters: Mapping[str, str], limit: int, most: int) -> "Page":
        """The rows of a query; `limit` where it names no limit. Raises BadQueryError."""
        # An empty field of a form is none.
        parameters = {name: text for name, text in parameters.items() if text or name not in ("limit", "offset")}
        if "limit" in parameters:
            limit = number_query(parameters, "limit", least=1, most=most)
        return cls(limit, number_query(parameters, "offset", least=0), format_query(parameters))


@dataclass(frozen=True)
class SearchQuery:
    """What is searched for."""

    words: Words
    page: Page

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "SearchQuery":
        """The query of /api/search. Raises BadQueryError."""
        text = parameters.get("q", "")
        # Cut before it is folded, so that a long text costs no more than a short one.
        words = Words.of(text[: LONGEST_SEARCH + 1])
        if not words.words or len(text) > LONGEST_SEARCH or not _LETTER_OR_DIGIT.search(text):
            allowed = (
                f"give a symbol or a part of a name with 1 to {LONGEST_SEARCH} characters, a letter from A to Z or a "
                "digit among them, such as q=nvidia"
            )
            raise BadQueryError(f"q is {shorten(text)}; {allowed}")
        return cls(words, Page.of(parameters, FOUND, MOST_FOUND))


@dataclass(frozen=True)
class Range:
    """From `least` to `most`, both in per cent and both included; None for no limit."""

    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class ScreenQuery:
    """Which funds fit. `limits` has the figures asked for, in the order of the answer."""

    sector: str | None
    asset_class: str | None
    holds: str | None
    complete: bool | None
    limits: Mapping[str, Range]
    sort: str
    """A figure that is asked for, `symbol` or `name`, with a minus for descending order."""
    page: Page

    @property
    def factors(self) -> dict[str, str]:
        """By factor that is asked for: the figure of its tilt."""
        stem = f"{TILT}."
        return {name.removeprefix(stem): name for name in self.limits if name.startswith(stem)}

    @classmethod
    def of(cls, parameters: Mapping[str, str], symbol_of: SymbolOf = canonical_security) -> "ScreenQuery":
        """The query of /api/screen. Raises BadQueryError and MalformedSymbolError."""
        sector = choice_query(parameters, "sector", ALL_SECTORS)
        asset_class = choice_query(parameters, "asset_class", ASSET_CLASSES)
        holds = symbol_of(parameters["holds"]) if "holds" in parameters else None
        given = {"sector": sector, "asset_class": asset_class, "holds": holds}
        limits, tilts = _limits(parameters, given), _tilts(parameters)
        sort = _sort(parameters, {**limits, **tilts}, given)
        if (figure := sort.removeprefix("-")) in FIGURES:
            limits.setdefault(figure, Range())
        return cls(
            sector,
            asset_class,
            holds,
            _complete(parameters),
            {**{name: limits[name] for name in FIGURES if name in limits}, **tilts},
            sort,
            Page.of(parameters, LISTED, MOST_LISTED),
        )


def _limits(parameters: Mapping[str, str], given: Mapping[str, str | None]) -> dict[str, Range]:
    found = {}
    for figure, (least_name, most_name) in _LIMITS.items():
        least, most = _pct(parameters, least_name), _pct(parameters, most_name)
        needed = _NEEDS.get(figure)
        if needed is None and least is None and most is None:
            continue
        if needed and not given[needed]:
            if least is not None or most is not None:
                name = least_name if least is not None else most_name
                raise BadQueryError(f"{name} needs {needed}: give both, or leave {name} out")
            continue
        if least is not None and most is not None and least > most:
            raise BadQueryError(f"{least_name} is above {most_name}, so no fund can fit: exchange them")
        if figure == "asset_class_pct" and least is None and most is None:
            least = BOND_FUND_PCT
        found[figure] = Range(least, most)
    return found


def _tilts(parameters: Mapping[str, str]) -> dict[str, Range]:
    """By figure of a tilt: its limits."""
    least, most = _by_factor(parameters, "min_factor"), _by_factor(parameters, "max_factor")
    for factor in least.keys() & most.keys():
        if least[factor] > most[factor]:
            raise BadQueryError(f"min_factor is above max_factor for {factor}, so no fund can fit: exchange them")
    return {f"{TILT}.{factor}": Range(least.get(factor), most.get(factor)) for factor in {**least, **most}}


def _by_factor(parameters: Mapping[str, str], name: str) -> dict[str, float]:
    text = parameters.get(name, "")
    found: dict[str, float] = {}
    for part in text.split(",") if text and len(text) <= _LONGEST_LIMITS else ():
        factor, _, limit = part.strip().partition(":")
        if not _FACTOR_LIMIT.fullmatch(part.strip()) or abs(float(limit)) > MOST_PCT or factor in found:
            found = {}
            break
        found[factor] = float(limit)
    if name in parameters and not found:
        raise BadQueryError(
            f"{name} is {shorten(text)}; allowed are factors of the config with percentage points from -{MOST_PCT} to "
            f"{MOST_PCT}, each factor once, such as value:20 or value:20,size:-5"
        )
    return found


def _sort(parameters: Mapping[str, str], limits: Mapping[str, Range], given: Mapping[str, str | None]) -> str:
    sort = parameters.get("sort", "")
    if not sort:
        first = next((name for name in ("sector_pct", "asset_class_pct", "holds_pct") if name in limits), None)
        tilt = next((name for name in limits if name.startswith(TILT)), None)
        return f"-{first or tilt}" if first or tilt else "symbol"
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise BadQueryError(
            f"sort is {shorten(sort)}; allowed is one of {', '.join(SORTS)}, or -top_10_pct for descending order"
        )
    if (needed := _NEEDS.get(name)) and not given[needed]:
        raise BadQueryError(f"sort={sort} needs {needed}: give both, or sort by something else")
    if name == TILT:
        tilt = next((figure for figure in limits if figure.startswith(TILT)), None)
        if tilt is None:
            raise BadQueryError(f"sort={sort} needs min_factor or max_factor: give both, or sort by something else")
        return sort.replace(TILT, tilt)
    return sort


def _pct(parameters: Mapping[str, str], name: str) -> float | None:
    if name not in parameters:
        return None
    text = parameters[name]
    if not _PCT.fullmatch(text) or float(text) > MOST_PCT:
        raise BadQueryError(f"{name} is {shorten(text)}; allowed is a number from 0 to {MOST_PCT}, such as 30 or 0.2")
    return float(text)


def _complete(parameters: Mapping[str, str]) -> bool | None:
    text = parameters.get("complete")
    if text not in (None, "true", "false"):
        raise BadQueryError(f"complete is {shorten(text)}; allowed is true or false")
    return None if text is None else text == "true"


@dataclass(frozen=True)
class CrowdingQuery:
    """Which securities."""

    asset_class: str | None
    sector: str | None
    page: Page

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "CrowdingQuery":
        """The query of /api/crowding. Raises BadQueryError."""
        # Cash and contracts are not securities that funds have in common.
        classes = [name for name in ASSET_CLASSES if name not in ("cash", "derivative")]
        asset_class = choice_query(parameters, "asset_class", classes)
        return cls(
            asset_class, choice_query(parameters, "sector", ALL_SECTORS), Page.of(parameters, LISTED, MOST_LISTED)
        )


@dataclass(frozen=True)
class SubstitutesQuery:
    """What makes a substitute, and which rows of each list."""

    limits: SubstituteLimits
    page: Page

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "SubstitutesQuery":
        """The query of /api/substitutes. Raises BadQueryError."""
        given = {name: _pct(parameters, name) for name in ("min_overlap_pct", "max_overlap_pct", "max_expense_pct")}
        limits = SubstituteLimits(**{name: limit for name, limit in given.items() if limit is not None})
        return cls(limits, similar_query(parameters))


def similar_query(parameters: Mapping[str, str]) -> Page:
    """The query of /api/similar. Raises BadQueryError."""
    return Page.of(parameters, SIMILAR, MOST_SIMILAR)


def choice_query(parameters: Mapping[str, str], name: str, allowed: Iterable[str]) -> str | None:
    """One of the `allowed` names, in any case; None where the parameter is not given. Raises BadQueryError."""
    if name not in parameters:
        return None
    text = parameters[name]
    by_name = {known.casefold(): known for known in allowed}
    if text.casefold() not in by_name:
        raise BadQueryError(f"{name} is {shorten(text)}; allowed is one of {', '.join(by_name.values())}")
    return by_name[text.casefold()]
