"""What each fund weighs in the reference funds of the config's factors: `factors`, an object that a screen reads.

Two lists are compared as `etf_analytics.decisions.factors` compares them, whatever else the lake has. So a weight holds
until one of the two lists, or what filings say of its lines, is another one, and is taken from the build before.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from etf_common.codes import Reason
from etf_common.factors import MARKET
from tables.factor_weights import Pair, Weight, compare

Records = Mapping[str, Mapping[str, Any]]
Stored = list[float | None] | str
"""The least and the most of a weight, as fractions, null without limit; or why it is not known."""


def factors_document(
    engine: duckdb.DuckDBPyConnection,
    folder: Path,
    records: Records,
    factors: Mapping[str, str],
    standing: bytes | None,
) -> bytes:
    """The object: `references`, and by fund what decides its weights, then its weight in each of the references.

    `standing` is that of an earlier build.
    """
    references = [symbol for factor, symbol in factors.items() if factor != MARKET]
    inputs = _inputs(engine, records)
    known = _known(standing, inputs)
    there = [symbol for symbol in references if symbol in records]
    wanted = [pair for pair in _pairs(records, there) if pair not in known]
    found = {**known, **dict(_flawed(records, wanted))}
    asked = [pair for pair in wanted if pair not in found]
    compared = compare(engine, folder, records, asked) if asked else {}
    found |= {pair: _stored(weight) for pair, weight in compared.items()}
    funds = {
        symbol: [inputs[symbol], *(found.get((symbol, other), Reason.REFERENCE_NOT_THERE) for other in references)]
        for symbol in records
    }
    return json.dumps({"references": references, "funds": funds}, separators=(",", ":"), allow_nan=False).encode()


def _inputs(engine: duckdb.DuckDBPyConnection, records: Records) -> dict[str, str]:
    """By fund: a digest of what decides its weights, its list and the ISINs that filings give the lines of it."""
    told = dict(
        engine.execute("""
            select etf, bit_xor(md5_number(concat_ws(chr(31), coalesce(symbol, ''), coalesce(name, ''), isin)))::varchar
            from isins group by etf
        """).fetchall()
    )
    return {
        symbol: hashlib.sha256(f"{record['etag']} {told.get(symbol, '')}".encode()).hexdigest()[:20]
        for symbol, record in records.items()
    }


def _known(standing: bytes | None, inputs: Mapping[str, str]) -> dict[Pair, Stored]:
    """What an earlier build found for lists that are still the same."""
    try:
        before = json.loads(standing) if standing else {"references": [], "funds": {}}
        same = {symbol for symbol, (digest, *_) in before["funds"].items() if inputs.get(symbol) == digest}
        return {
            (symbol, other): weight
            for symbol in same
            for other, weight in zip(before["references"], before["funds"][symbol][1:], strict=True)
            if other in same and weight not in _FOR_NOW
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


_FOR_NOW = (Reason.REFERENCE_NOT_THERE, Reason.NOT_COMPARED_YET)
"""Why a weight is not known that the next build may know."""


def _pairs(records: Records, references: Sequence[str]) -> Iterator[Pair]:
    return ((symbol, other) for symbol in records for other in references)


def _flawed(records: Records, pairs: Sequence[Pair]) -> Iterator[tuple[Pair, Stored]]:
    for symbol, other in pairs:
        if flaw := records[symbol]["state"]["flaw"] or records[other]["state"]["flaw"]:
            yield (symbol, other), flaw


def _stored(weight: Weight) -> Stored:
    if isinstance(weight, Reason):
        return weight
    # Not what the order of a sum leaves: two builds of one lake write the same bytes.
    low, high = (None if math.isinf(end) else round(end, 14) for end in weight)
    return [low, high]
