"""The bonds of the sample BND: governments', agencies', mortgage pools and large companies', all terms made up."""

from collections.abc import Iterator
from functools import lru_cache
from zlib import crc32

from sample_portal.companies import Company, real_companies

_NOTE_YEARS, _BOND_YEARS = 10, 30
_FIRST_YEAR = 2027
"""In which the first of the companies' bonds fell due, seen from the anchor date of the funds' story."""
_ISSUERS = ("European Investment Bank", "Inter-American Development Bank", "Province of Ontario", "Republic of Italy",
            "United Mexican States", "Tennessee Valley Authority", "Federal Home Loan Banks",
            "Kreditanstalt für Wiederaufbau", "State of California")  # fmt: skip
_POOLS = (("Fannie Mae Pool", 1), ("Freddie Mac Pool", 1), ("Ginnie Mae II Pool", 20))


@lru_cache(maxsize=4)
def bonds(year: int) -> tuple[Company, ...]:
    """The bonds that a fund holds in `year`; they fall due later.

    They have no symbol (blank or `--`); `price` is USD per dollar of par.
    """
    lines = {}
    for name, weight in (*_treasuries(year), *_pools(year), *_agencies(year), *_corporates(year)):
        seed = crc32(name.encode())
        # Treasuries stand with a blank symbol, companies' bonds with dashes: both occur in the portal's lists.
        symbol = "" if name.startswith("United States") else "--"
        lines[name] = Company(symbol, name, weight * (0.4 + seed % 1000 / 800), 0.82 + seed % 211 / 1000)
    return tuple(lines.values())


def _treasuries(year: int) -> Iterator[tuple[str, float]]:
    for due in range(year + 1, year + 1 + _NOTE_YEARS):
        for month in range(1, 13):
            for day in (15, 28):
                yield f"United States Treasury Note {_coupon(due, month, day)} {month:02}/{day}/{due}", 6.0
    for due in range(year + 1 + _NOTE_YEARS, year + 1 + _BOND_YEARS):
        for month in (2, 5, 8, 11):
            yield f"United States Treasury Bond {_coupon(due, month, 15)} {month:02}/15/{due}", 8.0


def _pools(year: int) -> Iterator[tuple[str, float]]:
    for issuer, day in _POOLS:
        for half_per_cents in range(3, 14):
            for due in range(year + 3, year + 30):
                month = 1 + (due + half_per_cents) % 12
                yield f"{issuer} {half_per_cents / 2:.2f}% {month:02}/{day:02}/{due}", 0.9


def _agencies(year: int) -> Iterator[tuple[str, float]]:
    for issuer in _ISSUERS:
        for due in range(year + 1, year + 21):
            yield f"{issuer} {_coupon(due, len(issuer), 3)} {1 + len(issuer) % 12:02}/03/{due}", 0.5


def _corporates(year: int) -> Iterator[tuple[str, float]]:
    issuers = [company for company in real_companies("US") if "S" in company.indexes]
    for rank, issuer in enumerate(issuers):
        name = issuer.name.split(" Class ")[0]
        for number in range(4 + 900 // (rank + 60)):
            # The same bond in every year until it falls due; then its issuer borrows again for 30 years.
            due = year + 1 + (_FIRST_YEAR + (rank + number * 3) % 30 - year - 1) % 30
            month, day = 1 + (rank + number) % 12, 1 + (rank * 7 + number) % 28
            yield f"{name} {_coupon(due, month, day)} {month:02}/{day:02}/{due}", 0.35


def _coupon(year: int, month: int, day: int) -> str:
    """A coupon between 1 and 6.625 %, in eighths; trailing zeros beyond two decimals are dropped."""
    eighths = 8 + (year * 31 + month * 7 + day) % 46
    text = f"{eighths / 8:.3f}"
    return f"{text.removesuffix('0')}%"
