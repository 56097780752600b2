"""Whatever can be asked of the API, most of it never asked before: what is kept without a bound would grow."""

from random import Random

from etf_common.config import DEFAULT_SYMBOLS

SORTS = ("", "&sort=symbol", "&sort=-weight_pct", "&sort=name", "&sort=-shares")


def any_question(chance: Random, *, evenly: bool = False) -> str:
    """Path and query of a GET, with 200, 400 or 404 as its answer; of every kind as often as of any other, `evenly`."""
    symbol, nobody = chance.choice(DEFAULT_SYMBOLS), f"Z{chance.randrange(10**9)}"[:10]
    start, end = chance.randrange(100), chance.randint(1, 100)
    paths = {
        f"/api/etfs/{symbol}": 40,
        f"/api/etfs/{symbol}/holdings?offset={start}&limit={end}{chance.choice(SORTS)}": 25,
        f"/api/etfs/{symbol}/holdings?format=csv&offset={start}&limit={end}": 10,
        f"/api/etfs/{symbol}?as_of={chance.randint(1900, 2100)}-01-{chance.randint(10, 31)}": 1,
        f"/api/etfs/{nobody}/history": 1,
        f"/api/etfs/{nobody}": 1,
        f"/api/etfs/{symbol}/history": 2,
        f"/api/etfs/{symbol}/history?from=2026-{start % 12 + 1:02}-01&limit={end}": 1,
        f"/api/etfs/{symbol}?{nobody}=1": 5,
        f"/{nobody}": 5,
        f"/api/etfs/{symbol}/analytics": 0.5,
        f"/api/etfs/{symbol}/changes": 0.5,
        f"/api/etfs/{symbol}/changes?to={chance.randint(1900, 2100)}-01-{chance.randint(10, 31)}": 0.5,
        f"/api/etfs/{symbol}/attribution?format=csv": 0.5,
        f"/api/etfs/{nobody}/attribution": 0.5,
        f"/api/etfs/{symbol}/changes?basis=filing": 0.5,
        f"/api/etfs/{symbol}/filings": 0.5,
        f"/api/etfs/{nobody}/filings/{chance.randint(1900, 2100)}-03-31": 0.5,
        f"/api/etfs/{symbol}/reconcile": 0.5,
        f"/api/etfs/{symbol}/factors": 0.5,
        f"/api/holders/{nobody}": 0.5,
        f"/api/overlap?symbols={symbol},{nobody}": 0.5,
        f"/api/portfolio?positions={symbol}:{start + 1},AAPL:{end}": 0.5,
        f"/api/portfolio?positions={symbol}:{end},{nobody}:1": 0.5,
        "/api/etfs": 4,
        "/api/openapi.json": 3,
        "/api/docs": 3,
        "/api/status": 0.1,
    }
    return chance.choices([*paths], None if evenly else [*paths.values()])[0]
