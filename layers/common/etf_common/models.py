"""The snapshot, `schema_version` 1: what a capture says, in the shape that is stored and served.

Money is in USD, weights are in per cent (`_pct`) or basis points (`_bps`). What the portal does not give is null.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from etf_common.codes import IssueCode

AssetClass = Literal["equity", "etf", "bond", "cash", "derivative", "other"]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Summary(_Record):
    """The quote. What the portal does not give is null."""

    symbol: str
    last_price: float | None = None
    """USD."""
    change: str | None = None
    """The portal's own text, such as `+1.23 (+0.50%)`."""
    volume: int | None = None
    """Shares traded in the session."""
    as_of: str | None = None
    """When the quote held: New York time, `2026-11-20 16:00:00`."""
    session: Literal["close", "intraday"] | None = None
    """Whether it is a closing quote."""
    change_abs: float | None = None
    """Change since the previous close, USD."""
    change_pct: float | None = None
    """Change since the previous close, per cent."""
    bid: float | None = None
    """USD."""
    bid_size: int | None = None
    """Shares."""
    ask: float | None = None
    """USD."""
    ask_size: int | None = None
    """Shares."""


@with_config(ConfigDict(extra="forbid", use_attribute_docstrings=True))
class Holding(TypedDict):
    """One row of the portal's table, in its order: cash, futures and lines without symbol are rows too.

    A dictionary and not a model: a fund has thousands, and checking them takes a fifth of the time.
    """

    symbol: str | None
    """Class shares with a dot: `BRK.B`."""
    name: str | None
    weight_pct: float | None
    """Per cent of the fund; can be 0 or negative."""
    shares: int | float | None
    """Shares, contracts or par value."""
    market_value_usd: int | float | None
    """USD; can be negative."""
    market_value_millions: float | None
    """Millions of USD."""
    weight_bps: float | None
    """Basis points: 100 times `weight_pct`."""
    asset_class: AssetClass
    """In doubt `other`."""


class Totals(_Record):
    """How much of the fund is here."""

    reported: int | None
    """Rows that the portal reports; null if it does not say."""
    included: int
    """Rows in `holdings`."""
    weight_pct: float
    """Sum of their weights, per cent."""


class Issue(_Record):
    """Something odd in the source."""

    code: IssueCode
    detail: str
    count: int = 1
    """How many rows it concerns, 1 if it concerns the whole."""
    rows: tuple[int, ...] = ()
    """The first rows that it concerns, counted from 1."""


class Quality(_Record):
    """How good the list is."""

    complete: bool
    """True exactly when every reported row is here and none is suspected of being there twice."""
    issues: tuple[Issue, ...]


class Part(_Record):
    """One answer of the module API, as kept in raw/."""

    key: str
    sha256: str
    """Hex."""


class Provenance(_Record):
    """Where the numbers came from, and when."""

    source: Literal["schwab", "sample"]
    """`sample` is made-up data of the bundled portal."""
    url: str
    fetched_at: str
    """UTC, `2026-11-20T22:30:04Z`."""
    fresh_until: str
    """UTC: the first New York close after the fetch. From then on a newer capture is due."""
    raw_key: str
    """The page in raw/."""
    raw_sha256: str
    """Hex."""
    parts: tuple[Part, ...]


class Snapshot(_Record):
    """What an ETF held on `holdings_as_of`, as one capture tells it."""

    schema_version: Literal[1] = 1
    symbol: str
    name: str | None
    summary: Summary
    holdings: tuple[Holding, ...]
    holdings_as_of: str
    """The date of the holdings, `2026-11-18`; not the quote's."""
    totals: Totals
    quality: Quality
    provenance: Provenance

    def to_bytes(self) -> bytes:
        """The stored form: the same snapshot gives the same bytes."""
        return _STORED.dump_json(self)


_STORED = TypeAdapter(Snapshot)
