"""Changes of funds as feeds: what an entry says in plain words, and the ids that never change."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from html import escape
from typing import Any
from urllib.parse import quote

from api.dated.atom import CONTENT_TYPE, Entry, Feed, Link, atom, plain
from api.formats import JSON
from etf_analytics.two_dates.digest import title_of
from etf_common.codes import Reason
from etf_common.freshness import moment

Digest = Mapping[str, Any]
AUTHOR = "ETF Portfolio Data Pipeline"
NAMESPACE = uuid.UUID("0b7c8f0e-4c1d-5a52-9a43-6d1f6f0a2f14")
"""Of all ids. Another value would show every entry to every subscriber again."""
FEED_ENTRIES = 100
"""The most entries of the feed of all funds."""
_SUBTITLE = "One entry for each fund and holdings date, compared with the holdings date before"
_MORE = (
    f"only {FEED_ENTRIES} entries are here, the newest dates first and of one date in the order of the symbols: the "
    "feed of a fund leaves none of its newest out"
)
_NO_FLOW = "No creations or redemptions"
_NOTHING_KNOWN = "1970-01-01T00:00:00Z"
_LISTED = (("added", "added"), ("removed", "removed"), ("increased", "increased"), ("decreased", "decreased"))
_CUT = (("entered", "entered the list"), ("left", "left it"))
_COLUMNS = ("Change", "Symbol", "Name", "Shares traded", "Value in USD", "Weight before", "Weight after", "Trade")


def entry_id(symbol: str, to: str) -> str:
    """The id of a fund's entry of a date: of both alone, so that a corrected list keeps it."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'{symbol}/{to}')}"


def feed_id(symbol: str = "") -> str:
    """The id of the feed of a fund, or of all funds."""
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, f'feed/{symbol}')}"


def feed_of(digests: Sequence[Digest], *, symbol: str = "", source: str, updated: str | None) -> bytes:
    """The feed of one fund or of all, from the changes that it shows, newest first.

    `source` is that of the data as a whole. `updated` is the time that a feed without entries tells.
    """
    entries = [_entry(digest, "" if symbol else f"etfs/{quote(digest['symbol'])}/") for digest in digests]
    times = [entry.updated for entry in entries]
    sources = {source, *(digest["source"] for digest in digests)}
    what = f"{symbol}: what the ETF bought and sold" if symbol else "What the ETFs bought and sold"
    page = "changes" if symbol else "changes?limit=100"
    links = [Link("self", "changes.atom", CONTENT_TYPE.partition(";")[0]), Link("alternate", page, JSON)]
    return atom(
        Feed(
            id=feed_id(symbol),
            title=f"{_marked(sources)}{what}",
            subtitle=_SUBTITLE if symbol or len(entries) < FEED_ENTRIES else f"{_SUBTITLE}; {_MORE}",
            updated=max(times, default=time_of(updated)),
            author=AUTHOR,
            links=links,
            entries=entries,
        )
    )


def time_of(text: str | None, day: str = "") -> str:
    """A stored time as RFC 3339 writes it; the beginning of `day` where it cannot be read."""
    found = moment(text)
    try:
        if found:
            return found.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:  # a time at an end of the calendar
        pass
    return f"{day}T00:00:00Z" if day else _NOTHING_KNOWN


def _entry(digest: Digest, folder: str) -> Entry:
    between = f"from={quote(digest['from'])}&to={quote(digest['to'])}"
    return Entry(
        id=entry_id(digest["symbol"], digest["to"]),
        title=_marked({digest["source"]}) + plain(title_of(digest)),
        updated=time_of(digest.get("changed_at") or digest["fetched_at"], digest["to"]),
        category=digest["symbol"],
        html=html_of(digest),
        links=[Link("alternate", f"{folder}changes?{between}", JSON)],
    )


def _marked(sources: Iterable[str]) -> str:
    """What a title begins with, so that nobody takes made-up data for a fund's."""
    if "sample" in sources:
        return "SAMPLE DATA: "
    return "" if set(sources) <= {"schwab"} else "SOURCE UNKNOWN: "


def html_of(digest: Digest) -> str:
    """What an entry says, as HTML."""
    name = f"{digest['name']} ({digest['symbol']})" if digest["name"] else digest["symbol"]
    facts = [*_counted(digest), _turnover(digest), _flow(digest), *_splits(digest), *_doubts(digest)]
    parts = [
        f"<p>{_text(name)}: holdings of {digest['to']} compared with those of {digest['from']}.</p>",
        *(["<p><strong>Sample data: made up, not what any fund did.</strong></p>"] * (digest["source"] == "sample")),
        f"<ul>{''.join(f'<li>{_text(fact)}</li>' for fact in facts)}</ul>",
        _trades(digest.get("largest_trades")),
    ]
    return "".join(parts)


def _counted(digest: Digest) -> list[str]:
    told = [_count(digest, name, words) for name, words in _LISTED]
    cut = [_count(digest, name, words) for name, words in _CUT]
    if not digest["complete"]:
        of = f" of {digest['reported']:,}" if digest["reported"] is not None else ""
        known = f"{digest['included']:,}" if digest["included"] is not None else "an unknown number"
        cut.append(f"A list is not complete: the newer one has {known}{of} lines")
    elif not digest["entered_count"] and not digest["left_count"]:
        cut = []
    undetermined = digest["undetermined_count"]
    unknown = [f"Of {_lines(undetermined)} it cannot be told whether they were traded"] if undetermined else []
    return [*told, f"{digest['unchanged_count']:,} not traded", *unknown, *cut]


def _count(digest: Digest, name: str, words: str) -> str:
    count = digest[f"{name}_count"]
    if count is None:
        what = words if name == "entered" else "left the list" if name == "left" else f"were {words}"
        return f"How many lines {what} cannot be told: {_why(digest, f'{name}_count')}"
    return f"{count:,} {words}"


def _turnover(digest: Digest) -> str:
    turnover = digest["turnover_pct"]
    if turnover is None:
        return f"How much was traded cannot be told: {_why(digest, 'turnover_pct')}"
    return f"Turnover, one side: {_number(turnover)} % of the fund"


def _flow(digest: Digest) -> str:
    factor, baskets = digest["flow_factor"], digest["baskets"]
    if factor is None:
        return f"Creations and redemptions cannot be told: {_why(digest, 'flow_factor')}"
    if factor == 1:
        # `baskets` counts those that moved, so the largest, which did not, is not among them.
        moved = f"{baskets} basket{'' if baskets == 1 else 's'}"
        return f"Creations or redemptions in {moved} only; most lines were in none" if baskets else _NO_FLOW
    what = "Creations" if factor > 1 else "Redemptions"
    more = f", in {baskets} baskets, of which this is the largest" if baskets > 1 else ""
    return f"{what}: each line's shares times {factor:.6g}{more}"


def _splits(digest: Digest) -> list[str]:
    return [f"Split of {row['symbol'] or row['name']}: {_ratio(row['ratio'])}" for row in digest["splits"]]


def _ratio(ratio: float) -> str:
    return f"1 for {1 / ratio:.6g}" if 0 < ratio < 1 else f"{ratio:.6g} for 1"


def _doubts(digest: Digest) -> list[str]:
    return [f"Doubts about the list of {day}: {_meaning(codes)}" for day, codes in digest["flaws"].items()]


def _trades(rows: Sequence[Mapping[str, Any]] | None) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{column}</th>" for column in _COLUMNS)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in _cells(row))}</tr>" for row in rows)
    return (
        f"<p>The largest trades:</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        "<p>Weights in per cent of the fund; the trade in percentage points, without what prices moved.</p>"
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    weights = ("weight_from_pct", "weight_to_pct")
    return [
        row["kind"],
        row["symbol"] or "",
        row["name"] or "",
        _signed(row["traded_shares"], "+,.6g" if _is_small(row["traded_shares"]) else "+,.0f"),
        _signed(row["traded_usd"], "+,.0f"),
        *(_number(row[name]) for name in weights),
        _signed(row["trade_pct"], "+.4f"),
    ]


def _is_small(value: float | None) -> bool:
    return value is not None and abs(value) < 1000


def _signed(value: float | None, form: str) -> str:
    return "not known" if value is None else format(value, form)


def _number(value: float | None) -> str:
    if value is None:
        return "not known"
    # A trade that is too small for the last digit shown is no 0.
    return f"{value:.4f}" if value == 0 or abs(value) >= 0.00005 else f"{value:.1e}"


def _why(digest: Digest, name: str) -> str:
    return _meaning(digest["reasons"].get(name) or digest["flow_reason"] or "the reason is not known")


def _meaning(codes: str) -> str:
    """The meaning of codes separated by commas; a code that this release does not know as it stands."""
    known = {str(reason): reason.meaning for reason in Reason}
    return "; ".join(known.get(code, code.replace("_", " ")) for code in codes.split(", "))


def _lines(count: int) -> str:
    return f"{count:,} line{'' if count == 1 else 's'}"


def _text(text: str) -> str:
    return escape(plain(text))
