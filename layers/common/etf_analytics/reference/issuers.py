"""Securities of one issuer: share classes that are listed side by side in the United States.

Only common stock of which several classes trade, as of 2026; warrants, preferred shares and depositary receipts are
other securities. A pair that is not here stays two names, as with `by=security`.
"""

# The first symbol of a group stands for the issuer.
GROUPS: tuple[tuple[str, ...], ...] = (
    ("GOOGL", "GOOG"),  # Alphabet
    ("BRK.B", "BRK.A"),  # Berkshire Hathaway
    ("FOXA", "FOX"),  # Fox Corporation
    ("NWSA", "NWS"),  # News Corp
    ("UAA", "UA"),  # Under Armour
    ("LEN", "LEN.B"),  # Lennar
    ("HEI", "HEI.A"),  # HEICO
    ("BF.B", "BF.A"),  # Brown-Forman
    ("Z", "ZG"),  # Zillow
    ("LBRDK", "LBRDA"),  # Liberty Broadband
    ("LBTYA", "LBTYB", "LBTYK"),  # Liberty Global
    ("LILAK", "LILA"),  # Liberty Latin America
    ("FWONK", "FWONA"),  # Liberty Media, Formula One
    ("LLYVK", "LLYVA"),  # Liberty Live
    ("GLIBK", "GLIBA"),  # GCI Liberty
    ("BATRK", "BATRA"),  # Atlanta Braves Holdings
    ("QVCGA", "QVCGB"),  # QVC Group
    ("AGM", "AGM.A"),  # Farmer Mac
    ("BELFB", "BELFA"),  # Bel Fuse
    ("BH", "BH.A"),  # Biglari Holdings
    ("BIO", "BIO.B"),  # Bio-Rad Laboratories
    ("CENTA", "CENT"),  # Central Garden & Pet
    ("CRD.A", "CRD.B"),  # Crawford & Company
    ("CWEN", "CWEN.A"),  # Clearway Energy
    ("DGICA", "DGICB"),  # Donegal Group
    ("GEF", "GEF.B"),  # Greif
    ("GTN", "GTN.A"),  # Gray Media
    ("HVT", "HVT.A"),  # Haverty Furniture
    ("KELYA", "KELYB"),  # Kelly Services
    ("MKC", "MKC.V"),  # McCormick
    ("MOG.A", "MOG.B"),  # Moog
    ("RUSHA", "RUSHB"),  # Rush Enterprises
    ("SENEA", "SENEB"),  # Seneca Foods
    ("TAP", "TAP.A"),  # Molson Coors
    ("UHAL.B", "UHAL"),  # U-Haul Holding
    ("UONEK", "UONE"),  # Urban One
    ("WLY", "WLYB"),  # John Wiley & Sons
    ("WSO", "WSO.B"),  # Watsco
)
SIBLINGS = {group[0]: frozenset(group) for group in GROUPS}
"""The symbols of each issuer that has several, by the symbol that stands for it."""
_ISSUER = {symbol: group[0] for group in GROUPS for symbol in group}


def issuer_of(symbol: str) -> str:
    """The symbol that stands for the issuer of `symbol`: `GOOG` -> `GOOGL`, `AAPL` -> `AAPL`."""
    return _ISSUER.get(symbol, symbol)
