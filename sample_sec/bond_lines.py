"""The lines of the sample bond fund: treasuries, mortgage pools, agencies, sovereigns, states and companies."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from zlib import crc32

from sample_portal.story import Position
from sample_sec.identifiers import cusip, isin, lei
from sample_sec.lines import ABSENT, Debt, Line
from sample_sec.registrants import Style
from sample_sec.spelling import spelled


class _Issuer(NamedTuple):
    name: str
    """As the filer writes it."""
    asset_cat: str
    issuer_cat: str
    country: str = "US"


_ISSUERS = {
    "United States Treasury Note": _Issuer("United States Treasury Note/Bond", "DBT", "UST"),
    "United States Treasury Bond": _Issuer("United States Treasury Note/Bond", "DBT", "UST"),
    "Fannie Mae Pool": _Issuer("Fannie Mae", "ABS-MBS", "USGSE"),
    "Freddie Mac Pool": _Issuer("Freddie Mac", "ABS-MBS", "USGSE"),
    "Ginnie Mae II Pool": _Issuer("Government National Mortgage Association", "ABS-MBS", "USGA"),
    "European Investment Bank": _Issuer("European Investment Bank", "DBT", "NUSS", "XX"),
    "Inter-American Development Bank": _Issuer("Inter-American Development Bank", "DBT", "NUSS", "XX"),
    "Province of Ontario": _Issuer("Province of Ontario Canada", "DBT", "NUSS", "CA"),
    "Republic of Italy": _Issuer("Republic of Italy Government International Bond", "DBT", "NUSS", "IT"),
    "United Mexican States": _Issuer("Mexico Government International Bond", "DBT", "NUSS", "MX"),
    "Tennessee Valley Authority": _Issuer("Tennessee Valley Authority", "DBT", "USGA"),
    "Federal Home Loan Banks": _Issuer("Federal Home Loan Banks", "DBT", "USGSE"),
    "Kreditanstalt für Wiederaufbau": _Issuer("Kreditanstalt fuer Wiederaufbau", "DBT", "NUSS", "DE"),
    "State of California": _Issuer("State of California", "DBT", "MUN"),
}
_FLOATING = 40
"""One company's bond in so many has a floating coupon."""
_RESTRICTED = 90


def lines_of_bonds(found: Iterable[Position]) -> Iterator[Line]:
    """The lines of the bonds among these positions, in their order; cash has none."""
    for position in found:
        if position.basket is not None:
            yield _bond(position)


def _bond(position: Position) -> Line:
    listed, coupon, due = position.name.rsplit(" ", 2)
    company = _Issuer(spelled(listed, Style.VANGUARD).name, "DBT", "CORP")
    issuer, seed = _ISSUERS.get(listed, company), crc32(position.name.encode())
    is_company = listed not in _ISSUERS
    par = round(position.shares)
    kind = "Floating" if is_company and seed % _FLOATING == 0 else "Fixed"
    # Mexico's title is its formal name too: in the filing nothing says `United Mexican States`.
    words = issuer.name if issuer.country == "MX" else company.name
    return Line(
        listed=position.name,
        name=issuer.name,
        title=f"{words.upper()} {coupon} {due}",
        lei=ABSENT if issuer.issuer_cat in {"MUN"} else lei(issuer.name),
        cusip=cusip(position.name),
        isin=isin(position.name, "US"),
        balance=par,
        units="PA",
        value_usd=round(par * position.shown_price, 2),
        asset_cat=issuer.asset_cat,
        issuer_cat=issuer.issuer_cat,
        country=issuer.country,
        level=2,
        is_restricted=is_company and seed % _RESTRICTED == 0,
        debt=Debt(datetime.strptime(due, "%m/%d/%Y").date(), kind, float(coupon.removesuffix("%"))),
    )
