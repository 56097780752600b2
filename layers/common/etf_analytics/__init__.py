"""Fund analytics over snapshots: concentration, overlap, look-through, cost, with bounds where a list is partial.

Plain functions from prepared funds (`prepare`) to JSON-ready dictionaries. They know no HTTP, no storage and no clock.
Weights are fractions inside and per cent (`_pct`) in the answers. A figure is a number, `{"low", "high"}` where
unlisted lines can change it, or null; `reasons` in the same object then gives the `etf_common.codes.Reason` by the
dotted path from that object.

What is public stands in `__all__`. Each name is imported when it is first used, so importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from etf_analytics.all_funds.kinds import token_of
    from etf_analytics.all_funds.narrowed import narrowed, narrowed_funds, state_of
    from etf_analytics.decisions.drift import Purchase, Quoted, portfolio_drift
    from etf_analytics.decisions.factors import References, fund_factors, portfolio_factors
    from etf_analytics.decisions.rebalance_caps import Cap, CapError, CapKind
    from etf_analytics.decisions.rebalance_plan import rebalance_plan
    from etf_analytics.decisions.rebalance_problem import (
        Asset,
        RebalanceProblem,
        TooManyRowsError,
        Wanted,
        assets_looked_through,
        rebalance_problem,
    )
    from etf_analytics.decisions.substitutes import (
        CHEAPER,
        SIMILAR_EXPOSURE,
        SectorMix,
        SubstituteLimits,
        near_in_sectors,
        substitutes,
    )
    from etf_analytics.filings.as_list import filing_as_list, filing_basis
    from etf_analytics.filings.combined import FiledPosition, portfolio_exposures
    from etf_analytics.filings.exposures import filing_exposures
    from etf_analytics.filings.identifiers import isin_of_line
    from etf_analytics.filings.join import join_list
    from etf_analytics.filings.listed_isins import Isins, identified, isins_of
    from etf_analytics.filings.reconciliation import reconcile
    from etf_analytics.filings.securities import (
        EvidenceGroup,
        SecurityEvidence,
        grouped_evidence,
        merged_securities,
        security_evidence,
    )
    from etf_analytics.fund_analytics import analyze_fund, compare_funds
    from etf_analytics.funds import Fund, prepare
    from etf_analytics.holders import find_holders
    from etf_analytics.identity import disambiguate
    from etf_analytics.lookthrough import DEPTH, Position, positions_of, securities_of
    from etf_analytics.overlap import fund_overlap, fund_similarity
    from etf_analytics.portfolio import analyze_portfolio
    from etf_analytics.securities import UNCLASSIFIED, By, Security
    from etf_analytics.two_dates.attribution import attribution
    from etf_analytics.two_dates.closing_quotes import closing_quotes
    from etf_analytics.two_dates.dated import DatedFund, on_date
    from etf_analytics.two_dates.fund_changes import fund_changes
    from etf_analytics.two_dates.portfolio_changes import portfolio_changes

__all__ = [
    "CHEAPER",
    "DEPTH",
    "SIMILAR_EXPOSURE",
    "UNCLASSIFIED",
    "Asset",
    "By",
    "Cap",
    "CapError",
    "CapKind",
    "DatedFund",
    "EvidenceGroup",
    "FiledPosition",
    "Fund",
    "Isins",
    "Position",
    "Purchase",
    "Quoted",
    "RebalanceProblem",
    "References",
    "SectorMix",
    "Security",
    "SecurityEvidence",
    "SubstituteLimits",
    "TooManyRowsError",
    "Wanted",
    "analyze_fund",
    "analyze_portfolio",
    "assets_looked_through",
    "attribution",
    "closing_quotes",
    "compare_funds",
    "disambiguate",
    "filing_as_list",
    "filing_basis",
    "filing_exposures",
    "find_holders",
    "fund_changes",
    "fund_factors",
    "fund_overlap",
    "fund_similarity",
    "grouped_evidence",
    "identified",
    "isin_of_line",
    "isins_of",
    "join_list",
    "merged_securities",
    "narrowed",
    "narrowed_funds",
    "near_in_sectors",
    "on_date",
    "portfolio_changes",
    "portfolio_drift",
    "portfolio_exposures",
    "portfolio_factors",
    "positions_of",
    "prepare",
    "rebalance_plan",
    "rebalance_problem",
    "reconcile",
    "securities_of",
    "security_evidence",
    "state_of",
    "substitutes",
    "token_of",
]

_MODULES = {
    "CHEAPER": "decisions.substitutes",
    "SubstituteLimits": "decisions.substitutes",
    "SIMILAR_EXPOSURE": "decisions.substitutes",
    "SectorMix": "decisions.substitutes",
    "Purchase": "decisions.drift",
    "Quoted": "decisions.drift",
    "near_in_sectors": "decisions.substitutes",
    "portfolio_drift": "decisions.drift",
    "substitutes": "decisions.substitutes",
    "EvidenceGroup": "filings.securities",
    "SecurityEvidence": "filings.securities",
    "FiledPosition": "filings.combined",
    "filing_as_list": "filings.as_list",
    "filing_basis": "filings.as_list",
    "filing_exposures": "filings.exposures",
    "grouped_evidence": "filings.securities",
    "isin_of_line": "filings.identifiers",
    "join_list": "filings.join",
    "merged_securities": "filings.securities",
    "portfolio_exposures": "filings.combined",
    "reconcile": "filings.reconciliation",
    "security_evidence": "filings.securities",
    "Asset": "decisions.rebalance_problem",
    "Cap": "decisions.rebalance_caps",
    "CapError": "decisions.rebalance_caps",
    "CapKind": "decisions.rebalance_caps",
    "RebalanceProblem": "decisions.rebalance_problem",
    "TooManyRowsError": "decisions.rebalance_problem",
    "Wanted": "decisions.rebalance_problem",
    "assets_looked_through": "decisions.rebalance_problem",
    "rebalance_plan": "decisions.rebalance_plan",
    "rebalance_problem": "decisions.rebalance_problem",
    "DEPTH": "lookthrough",
    "UNCLASSIFIED": "securities",
    "By": "securities",
    "DatedFund": "two_dates.dated",
    "Fund": "funds",
    "Isins": "filings.listed_isins",
    "Position": "lookthrough",
    "References": "decisions.factors",
    "Security": "securities",
    "analyze_fund": "fund_analytics",
    "analyze_portfolio": "portfolio",
    "attribution": "two_dates.attribution",
    "closing_quotes": "two_dates.closing_quotes",
    "compare_funds": "fund_analytics",
    "disambiguate": "identity",
    "find_holders": "holders",
    "fund_changes": "two_dates.fund_changes",
    "fund_factors": "decisions.factors",
    "fund_overlap": "overlap",
    "on_date": "two_dates.dated",
    "portfolio_changes": "two_dates.portfolio_changes",
    "portfolio_factors": "decisions.factors",
    "fund_similarity": "overlap",
    "identified": "filings.listed_isins",
    "isins_of": "filings.listed_isins",
    "narrowed": "all_funds.narrowed",
    "narrowed_funds": "all_funds.narrowed",
    "positions_of": "lookthrough",
    "prepare": "funds",
    "securities_of": "lookthrough",
    "state_of": "all_funds.narrowed",
    "token_of": "all_funds.kinds",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = found
    return found
