"""The form's codes of assets, issuers and units, and the asset class that they come to."""

from etf_common.models import AssetClass

ASSET_CLASSES: dict[str, AssetClass] = {
    "EC": "equity",
    "EP": "equity",
    "RE": "equity",
    "DBT": "bond",
    "SN": "bond",
    "LON": "bond",
    "ABS-MBS": "bond",
    "ABS-APCP": "bond",
    "ABS-CBDO": "bond",
    "ABS-O": "bond",
    "STIV": "cash",
    "RA": "cash",
    "COMM": "other",
    "OTHER": "other",
    "DCO": "derivative",
    "DCR": "derivative",
    "DE": "derivative",
    "DFE": "derivative",
    "DIR": "derivative",
    "DO": "derivative",
}
ISSUERS = frozenset({"CORP", "UST", "USGA", "USGSE", "MUN", "NUSS", "PF", "RF", "OTHER"})
UNITS = frozenset({"NS", "PA", "NC", "OU"})
COUPONS = frozenset({"Fixed", "Floating", "Variable", "None"})
DERIVATIVES = frozenset({"FUT", "FWD", "SWP", "OPT", "SWO", "WAR", "OTH"})


def asset_class(category: str | None, issuer: str | None) -> AssetClass:
    """The class of a line by the filing's own codes; shares of a registered fund (`RF`) are an `etf`.

    A code that is not in the form's table is `other`, except that what begins with `ABS-` is a bond.
    """
    if category is None:
        return "other"
    if category in {"EC", "EP"} and issuer == "RF":
        return "etf"
    return ASSET_CLASSES.get(category) or ("bond" if category.startswith("ABS-") else "other")
