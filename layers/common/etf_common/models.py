"""The snapshot, `schema_version` 1: what a capture says, in the shape that is stored and served.

Money is in USD, weights are in per cent (`_pct`) or basis points (`_bps`). What the portal does not give is null.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

AssetClass = Literal["equity", "etf", "bond", "cash", "derivative", "other"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Summary(_Record):
    """The quote. `as_of` is New York time, whole seconds."""

    symbol: str
    last_price: float | None = None
    change: str | None = None
    volume: int | None = None
    as_of: str | None = None
    session: Literal["close", "intraday"] | None = None
    change_abs: float | None = None
    change_pct: float | None = None
    bid: float | None = None
    bid_size: int | None = None
    ask: float | None = None
    ask_size: int | None = None


class Holding(_Record):
    """One row of the portal's table, in its order."""

    symbol: str | None
    name: str | None
    weight_pct: float | None
    shares: int | float | None
    market_value_usd: int | float | None
    market_value_millions: float | None
    weight_bps: float | None
    asset_class: AssetClass


class Totals(_Record):
    """Rows that the portal reports (null if it does not say), rows here, and the sum of their weights in per cent."""

    reported: int | None
    included: int
    weight_pct: float


class Issue(_Record):
    """Something odd in the source. `rows` are the first ones concerned, counted from 1."""

    code: str
    detail: str
    count: int = 1
    rows: tuple[int, ...] = ()


class Quality(_Record):
    """`complete` is true exactly when every reported row is here and none is suspected of being there twice."""

    complete: bool
    issues: tuple[Issue, ...]


class Part(_Record):
    """One answer of the module API, as kept in raw/."""

    key: str
    sha256: str


class Provenance(_Record):
    """Where the numbers came from and when (UTC).

    `fresh_until` is the first New York close after the fetch: from then on a newer capture is due.
    """

    source: Literal["schwab", "sample"]
    url: str
    fetched_at: str
    fresh_until: str
    raw_key: str
    raw_sha256: str
    parts: tuple[Part, ...]


class Snapshot(_Record):
    """What an ETF held on `holdings_as_of`, as one capture tells it."""

    schema_version: Literal[1] = 1
    symbol: str
    name: str | None
    summary: Summary
    holdings: tuple[Holding, ...]
    holdings_as_of: str
    totals: Totals
    quality: Quality
    provenance: Provenance

    def to_bytes(self) -> bytes:
        """The stored form: the same snapshot gives the same bytes."""
        return self.model_dump_json().encode()
