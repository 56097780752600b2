"""The client's methods, one for each route.

Written by `python -m tools.client` from the API's routes and openapi.json.
"""

import datetime
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from etf_client import types
from etf_client.answers import Answer
from etf_client.arguments import Positions


class Methods(ABC):
    """One method for each route. Parameters that are None are not sent; dates may be texts such as `2026-10-01`.

    Besides the errors that a method names, each can raise ConnectionFailed, UnexpectedAnswer and UsageError.
    """

    @abstractmethod
    def call(self, name: str, /, **parameters: Any) -> Answer[Any]:
        """The answer of an operation by its name."""

    def etfs(self) -> Answer[list[str]]:
        """The ETFs that have a snapshot, but for those that are references of factors only.

        GET /api/etfs

        Raises BadRequest, Unauthorized, Unavailable.
        """
        return self.call("etfs")

    def snapshot(self, symbol: str, *, as_of: str | datetime.date | None = None) -> Answer[types.Snapshot]:
        """The newest snapshot of an ETF, or that of a holdings date.

        GET /api/etfs/{symbol}

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - as_of: The holdings date, instead of the newest.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("snapshot", symbol=symbol, as_of=as_of)

    def holdings(
        self,
        symbol: str,
        *,
        sort: Literal[
            "symbol",
            "name",
            "weight_pct",
            "shares",
            "market_value_usd",
            "asset_class",
            "-symbol",
            "-name",
            "-weight_pct",
            "-shares",
            "-market_value_usd",
            "-asset_class",
        ]
        | None = None,
        limit: int | None = None,
        offset: int | None = None,
        as_of: str | datetime.date | None = None,
    ) -> Answer[list[types.Holding]]:
        """The holdings of an ETF, sorted, in parts or as CSV.

        GET /api/etfs/{symbol}/holdings

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - sort: A field to sort by, with a minus for descending order; by default the portal's order.
        - limit: The most rows to return.
        - offset: The number of rows to skip.
        - as_of: The holdings date, instead of the newest.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("holdings", symbol=symbol, sort=sort, limit=limit, offset=offset, as_of=as_of)

    def history(
        self,
        symbol: str,
        *,
        from_: str | datetime.date | None = None,
        to: str | datetime.date | None = None,
        limit: int | None = None,
    ) -> Answer[list[types.HistoryEntry]]:
        """The holdings dates available, newest first, with concentration, sectors and counts of changes.

        GET /api/etfs/{symbol}/history

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - from_: Holdings dates from this one on.
        - to: Holdings dates up to this one.
        - limit: The most rows to return.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("history", symbol=symbol, from_=from_, to=to, limit=limit)

    def analytics(
        self,
        symbol: str,
        *,
        by: Literal["security", "issuer"] | None = None,
        as_of: str | datetime.date | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.Analytics]:
        """Concentration, asset classes, sectors, spread and cost of an ETF.

        GET /api/etfs/{symbol}/analytics

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - as_of: The holdings date, instead of the newest.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("analytics", symbol=symbol, by=by, as_of=as_of, basis=basis)

    def factors(
        self, symbol: str, *, by: Literal["security", "issuer"] | None = None, as_of: str | datetime.date | None = None
    ) -> Answer[types.Factors]:
        """The weight of an ETF in the reference fund of each factor, and its tilt against the market fund.

        GET /api/etfs/{symbol}/factors

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - as_of: The holdings date, instead of the newest.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("factors", symbol=symbol, by=by, as_of=as_of)

    def changes(
        self,
        symbol: str,
        *,
        from_: str | datetime.date | None = None,
        to: str | datetime.date | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.FundChanges]:
        """What an ETF bought and sold between two holdings dates, and what came in by price alone.

        GET /api/etfs/{symbol}/changes

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - from_: The earlier holdings date; by default the one before `to`.
        - to: The later holdings date; by default the newest.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("changes", symbol=symbol, from_=from_, to=to, basis=basis)

    def attribution(
        self,
        symbol: str,
        *,
        from_: str | datetime.date | None = None,
        to: str | datetime.date | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.Attribution]:
        """What each security, sector and asset class brought to an ETF's return between two holdings dates.

        GET /api/etfs/{symbol}/attribution

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - from_: The earlier holdings date; by default the one before `to`.
        - to: The later holdings date; by default the newest.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("attribution", symbol=symbol, from_=from_, to=to, basis=basis)

    def filings(self, symbol: str) -> Answer[types.Filings]:
        """The fund's filings with the SEC (Form N-PORT), newest first, with net assets, returns and flows.

        GET /api/etfs/{symbol}/filings

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).

        Raises BadRequest, Unauthorized, NotFound, Unavailable.
        """
        return self.call("filings", symbol=symbol)

    def filing(self, symbol: str, date: str | datetime.date) -> Answer[types.FilingSnapshot]:
        """The filing of a report date, line by line.

        GET /api/etfs/{symbol}/filings/{date}

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - date: The report date: that of the holdings, not the one on which it was filed.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("filing", symbol=symbol, date=date)

    def reconcile(
        self, symbol: str, *, as_of: str | datetime.date | None = None, filing: str | datetime.date | None = None
    ) -> Answer[types.Reconciliation]:
        """Schwab's list of an ETF held against its filing: what is in one only, and which shares do not fit.

        GET /api/etfs/{symbol}/reconcile

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - as_of: The holdings date, instead of the newest.
        - filing: The report date of the filing; by default the one nearest to the list.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("reconcile", symbol=symbol, as_of=as_of, filing=filing)

    def overlap(
        self,
        symbols: Sequence[str],
        *,
        by: Literal["security", "issuer"] | None = None,
        max_lag_days: int | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.Overlap]:
        """The overlap of 2 to 30 ETFs, pair by pair.

        GET /api/overlap

        - symbols: The ETFs, each once.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, Conflict, TooLarge, Unavailable.
        """
        return self.call("overlap", symbols=symbols, by=by, max_lag_days=max_lag_days, basis=basis)

    def compare(
        self,
        symbols: Sequence[str],
        *,
        by: Literal["security", "issuer"] | None = None,
        max_lag_days: int | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.Compare]:
        """2 to 30 ETFs side by side.

        GET /api/compare

        - symbols: The ETFs, each once.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, Conflict, TooLarge, Unavailable.
        """
        return self.call("compare", symbols=symbols, by=by, max_lag_days=max_lag_days, basis=basis)

    def holders(
        self, symbol: str, *, by: Literal["security", "issuer"] | None = None, max_lag_days: int | None = None
    ) -> Answer[types.Holders]:
        """The ETFs that hold a security, largest weight first.

        GET /api/holders/{symbol}

        - symbol: The symbol as funds list it, in any case: AAPL, BRK.B, NOVO B, PTT-F, WALMEX*, M&M, 7203. BRK-B and
          BRK%2FB mean BRK.B, unless a fund lists the exact symbol; the answer names the one that was taken.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.

        Raises BadRequest, Unauthorized, Conflict, TooLarge, Unavailable.
        """
        return self.call("holders", symbol=symbol, by=by, max_lag_days=max_lag_days)

    def search(self, q: str, *, limit: int | None = None, offset: int | None = None) -> Answer[types.Search]:
        """ETFs and securities by symbol or name, best first.

        GET /api/search

        - q: A symbol, or words of a name.
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, Unavailable.
        """
        return self.call("search", q=q, limit=limit, offset=offset)

    def screen(
        self,
        *,
        sector: Literal[
            "Communication Services",
            "Consumer Discretionary",
            "Consumer Staples",
            "Energy",
            "Financials",
            "Health Care",
            "Industrials",
            "Information Technology",
            "Materials",
            "Real Estate",
            "Utilities",
            "Unclassified",
        ]
        | None = None,
        min_pct: float | None = None,
        max_pct: float | None = None,
        asset_class: Literal["equity", "etf", "bond", "cash", "derivative", "other"] | None = None,
        min_asset_class_pct: float | None = None,
        max_asset_class_pct: float | None = None,
        holds: str | None = None,
        min_holds_pct: float | None = None,
        max_holds_pct: float | None = None,
        min_top_10_pct: float | None = None,
        max_top_10_pct: float | None = None,
        max_expense_pct: float | None = None,
        min_factor: Mapping[str, float] | Sequence[str] | None = None,
        max_factor: Mapping[str, float] | Sequence[str] | None = None,
        complete: bool | None = None,
        sort: Literal[
            "sector_pct",
            "asset_class_pct",
            "holds_pct",
            "top_10_pct",
            "expense_ratio_pct",
            "factor_tilt_pct",
            "symbol",
            "name",
            "-sector_pct",
            "-asset_class_pct",
            "-holds_pct",
            "-top_10_pct",
            "-expense_ratio_pct",
            "-factor_tilt_pct",
            "-symbol",
            "-name",
        ]
        | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Answer[types.Screen]:
        """The ETFs that fit a description: sectors, holdings, concentration, cost.

        GET /api/screen

        - sector: Funds with companies of this sector.
        - min_pct: The weight of the sector: at least so many per cent. Needs `sector`.
        - max_pct: The weight of the sector: at most so many per cent. Needs `sector`.
        - asset_class: Funds of this class: at least 50 % in it, unless a limit says otherwise.
        - min_asset_class_pct: The weight of the asset class: at least so many per cent. Needs `asset_class`.
        - max_asset_class_pct: The weight of the asset class: at most so many per cent. Needs `asset_class`.
        - holds: Funds that hold the security with this symbol.
        - min_holds_pct: The weight of the security: at least so many per cent. Needs `holds`.
        - max_holds_pct: The weight of the security: at most so many per cent. Needs `holds`.
        - min_top_10_pct: The ten largest together: at least so many per cent.
        - max_top_10_pct: The ten largest together: at most so many per cent.
        - max_expense_pct: The cost a year: at most so many per cent.
        - min_factor: Factors of the config with percentage points: the fund's tilt is at least so many.
        - max_factor: Factors of the config with percentage points: the fund's tilt is at most so many.
        - complete: Funds whose lists are complete, or are not.
        - sort: A figure that is asked for, with a minus for descending order. Bounds sort by their low end, unknown
          figures come last; of several tilts the first one counts.
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, TooLarge, Unavailable.
        """
        return self.call(
            "screen",
            sector=sector,
            min_pct=min_pct,
            max_pct=max_pct,
            asset_class=asset_class,
            min_asset_class_pct=min_asset_class_pct,
            max_asset_class_pct=max_asset_class_pct,
            holds=holds,
            min_holds_pct=min_holds_pct,
            max_holds_pct=max_holds_pct,
            min_top_10_pct=min_top_10_pct,
            max_top_10_pct=max_top_10_pct,
            max_expense_pct=max_expense_pct,
            min_factor=min_factor,
            max_factor=max_factor,
            complete=complete,
            sort=sort,
            limit=limit,
            offset=offset,
        )

    def similar(self, symbol: str, *, limit: int | None = None, offset: int | None = None) -> Answer[types.Similar]:
        """The ETFs most like one, largest overlap first, with cost and what differs most.

        GET /api/similar/{symbol}

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("similar", symbol=symbol, limit=limit, offset=offset)

    def substitutes(
        self,
        symbol: str,
        *,
        min_overlap_pct: float | None = None,
        max_overlap_pct: float | None = None,
        max_expense_pct: float | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Answer[types.Substitutes]:
        """The ETFs that may stand in for one: nearly the same and cheaper, or the same sectors in other names.

        GET /api/substitutes/{symbol}

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).
        - min_overlap_pct: Cheaper funds: at least so much overlap, in per cent; bounds count by the end that makes it
          certain.
        - max_overlap_pct: Funds with nearly the same exposure: at most so much overlap, in per cent; bounds count by
          the end that makes it certain.
        - max_expense_pct: Funds that are known to cost at most so many per cent a year.
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call(
            "substitutes",
            symbol=symbol,
            min_overlap_pct=min_overlap_pct,
            max_overlap_pct=max_overlap_pct,
            max_expense_pct=max_expense_pct,
            limit=limit,
            offset=offset,
        )

    def crowding(
        self,
        *,
        asset_class: Literal["equity", "etf", "bond", "other"] | None = None,
        sector: Literal[
            "Communication Services",
            "Consumer Discretionary",
            "Consumer Staples",
            "Energy",
            "Financials",
            "Health Care",
            "Industrials",
            "Information Technology",
            "Materials",
            "Real Estate",
            "Utilities",
            "Unclassified",
        ]
        | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Answer[types.Crowding]:
        """The securities that most ETFs hold, with their weights and values together.

        GET /api/crowding

        - asset_class: Securities of this class only.
        - sector: Companies of this sector only; those that the sector table does not know are Unclassified.
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, Unavailable.
        """
        return self.call("crowding", asset_class=asset_class, sector=sector, limit=limit, offset=offset)

    def changes_of_all(
        self, *, since: str | datetime.date | None = None, limit: int | None = None, offset: int | None = None
    ) -> Answer[types.RecentChanges]:
        """What all ETFs bought and sold since a date, newest first.

        GET /api/changes

        - since: Holdings dates from this one on; by default 7 days before the newest.
        - limit: The most rows to return.
        - offset: The number of rows to skip.

        Raises BadRequest, Unauthorized, TooLarge, Unavailable.
        """
        return self.call("changes_of_all", since=since, limit=limit, offset=offset)

    def feed(self) -> Answer[str]:
        """The newest changes of all ETFs as an Atom feed.

        GET /api/changes.atom

        Raises BadRequest, Unauthorized, Unavailable.
        """
        return self.call("feed")

    def feed_of_fund(self, symbol: str) -> Answer[str]:
        """The newest changes of an ETF as an Atom feed.

        GET /api/etfs/{symbol}/changes.atom

        - symbol: The ETF's symbol, in any case; a share class after a dot, hyphen or slash (BRK.B, BRK-B, BRK%2FB).

        Raises BadRequest, Unauthorized, NotFound, Unavailable.
        """
        return self.call("feed_of_fund", symbol=symbol)

    def portfolio(
        self,
        positions: Mapping[str, float] | Sequence[str],
        *,
        by: Literal["security", "issuer"] | None = None,
        max_lag_days: int | None = None,
        basis: Literal["list", "filing"] | None = None,
    ) -> Answer[types.Portfolio]:
        """Look-through of a portfolio given as proportions.

        GET /api/portfolio

        - positions: symbol:proportion pairs, proportions in any unit.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.

        Raises BadRequest, Unauthorized, NotFound, Conflict, TooLarge, Unavailable.
        """
        return self.call("portfolio", positions=positions, by=by, max_lag_days=max_lag_days, basis=basis)

    def portfolio_in_usd(
        self,
        body: Positions | Mapping[str, Any] | None = None,
        *,
        by: Literal["security", "issuer"] | None = None,
        max_lag_days: int | None = None,
        basis: Literal["list", "filing"] | None = None,
        positions: Positions | None = None,
    ) -> Answer[types.Portfolio]:
        """Look-through of a portfolio given in a body: in USD, or as proportions.

        POST /api/portfolio

        - body: The positions, such as {"VTI": 60} in USD, or the whole body as a mapping.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.
        - positions: A symbol that is given twice counts with both. All positions are in USD, or all are proportions.

        Raises BadRequest, Unauthorized, NotFound, Conflict, TooLarge, Unavailable.
        """
        return self.call(
            "portfolio_in_usd", body=body, by=by, max_lag_days=max_lag_days, basis=basis, positions=positions
        )

    def portfolio_changes(
        self,
        body: Positions | Mapping[str, Any] | None = None,
        *,
        by: Literal["security", "issuer"] | None = None,
        from_: str | datetime.date | None = None,
        to: str | datetime.date | None = None,
        basis: Literal["list", "filing"] | None = None,
        positions: Positions | None = None,
    ) -> Answer[types.PortfolioChanges]:
        """What changed in a portfolio, looked through, between two dates.

        POST /api/portfolio/changes

        - body: The positions, such as {"VTI": 60} in proportions in any unit, or the whole body as a mapping.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - from_: The earlier lists are those of this date, or each fund's newest before it; by default the ones before
          the later lists.
        - to: The later lists are those of this date, or each fund's newest before it; by default the newest.
        - basis: `filing` rests the whole answer on what the funds filed with the SEC, and names the filings in `basis`;
          by default it rests on Schwab's lists. The two are never mixed.
        - positions: A symbol that is given twice counts with both. All positions are in USD, or all are proportions.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("portfolio_changes", body=body, by=by, from_=from_, to=to, basis=basis, positions=positions)

    def drift(
        self,
        body: Positions | Mapping[str, Any] | None = None,
        *,
        by: Literal["security", "issuer"] | None = None,
        from_: str | datetime.date | None = None,
        to: str | datetime.date | None = None,
        positions: Positions | None = None,
        targets: Mapping[str, float] | None = None,
    ) -> Answer[types.Drift]:
        """How far a portfolio, looked through, has moved between two dates, and from its targets.

        POST /api/drift

        - body: The positions, such as {"VTI": 60} in proportions in any unit, or the whole body as a mapping.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - from_: The date of which the positions are; by default the holdings date before `to`. Lists and closing quotes
          are the newest on or before it.
        - to: The date up to which they have moved; by default the newest holdings date of any position.
        - positions: As of the earlier date. A symbol that is given twice counts with both.
        - targets: Per cent by symbol, at most 100 together.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("drift", body=body, by=by, from_=from_, to=to, positions=positions, targets=targets)

    def rebalance(
        self,
        body: Positions | Mapping[str, Any] | None = None,
        *,
        by: Literal["security", "issuer"] | None = None,
        max_lag_days: int | None = None,
        positions: Positions | None = None,
        cash_usd: float | None = None,
        targets: Mapping[str, float] | None = None,
        max: Mapping[str, float] | None = None,
        candidates: Sequence[str] | None = None,
        no_sell: bool | Sequence[str] | None = None,
        whole_shares: bool | None = None,
        min_trade_usd: float | None = None,
        costs: Mapping[str, Any] | None = None,
    ) -> Answer[types.Rebalance]:
        """The fewest trades that bring a portfolio, looked through, under its caps and to its targets.

        POST /api/rebalance

        - body: The positions, such as {"VTI": 60} in USD, or the whole body as a mapping.
        - by: `issuer` treats the share classes of a company (GOOG, GOOGL) as one.
        - max_lag_days: The most days that the holdings dates may be apart; 409 if they are further apart.
        - positions: What is held, each symbol once; may be empty where there is cash.
        - cash_usd: USD to invest.
        - targets: Per cent by fund, at most 100 together; what is left to 100 is free.
        - max: Caps, per cent each: `security`, a symbol, `sector:NAME`, `country:NAME`, `asset_class:NAME`, `fund`,
          `fund:SYMBOL`.
        - candidates: The funds that may be bought, besides those with a target; by default those that are held.
        - no_sell: Nothing is sold, or nothing of these positions.
        - whole_shares: Only whole shares are traded.
        - min_trade_usd: No trade is smaller, USD.
        - costs:

        Raises BadRequest, Unauthorized, NotFound, Conflict, TooLarge, Unavailable.
        """
        return self.call(
            "rebalance",
            body=body,
            by=by,
            max_lag_days=max_lag_days,
            positions=positions,
            cash_usd=cash_usd,
            targets=targets,
            max=max,
            candidates=candidates,
            no_sell=no_sell,
            whole_shares=whole_shares,
            min_trade_usd=min_trade_usd,
            costs=costs,
        )

    def tables(self) -> Answer[types.Tables]:
        """The tables over all ETFs that can be had whole, with their columns, dates and sizes.

        GET /api/tables

        Raises BadRequest, Unauthorized, TooLarge, Unavailable.
        """
        return self.call("tables")

    def table(
        self,
        name: Literal[
            "holdings",
            "funds",
            "changes",
            "latest_holdings",
            "latest_funds",
            "latest_filings",
            "securities",
            "security_contradictions",
        ],
        *,
        as_of: str | datetime.date | None = None,
        etf: str | None = None,
    ) -> Answer[bytes]:
        """A whole table over all ETFs as Parquet, NDJSON or CSV; a large one by a redirect to where it is.

        GET /api/tables/{name}

        - name: The table, as SQL calls it; /api/tables lists those that there are.
        - as_of: The holdings date of a table by date; by default the newest, of one fund its own.
        - etf: The rows of this ETF only; of a table whose rows are ETFs'.

        Raises BadRequest, Unauthorized, NotFound, TooLarge, Unavailable.
        """
        return self.call("table", name=name, as_of=as_of, etf=etf)

    def status(self) -> Answer[dict[str, types.SymbolStatus]]:
        """Freshness, completeness and last refresh of each symbol.

        GET /api/status

        Raises BadRequest, Unauthorized, Unavailable.
        """
        return self.call("status")

    def health(self) -> Answer[types.Health]:
        """Whether the API is running; does not read the storage.

        GET /api/health

        Raises BadRequest.
        """
        return self.call("health")

    def openapi(self) -> Answer[dict[str, Any]]:
        """The OpenAPI description of this API.

        GET /api/openapi.json

        Raises BadRequest, Unauthorized.
        """
        return self.call("openapi")

    def docs(self) -> Answer[str]:
        """Interactive documentation.

        GET /api/docs

        Raises BadRequest.
        """
        return self.call("docs")
