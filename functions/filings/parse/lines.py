"""One line of Part C: an `invstOrSec` with what stands directly in it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from sys import intern
from typing import Literal, NamedTuple, TypeVar

from etf_common.codes import IssueCode
from etf_common.filing import FiledLine, Number, Side
from filings.parse.categories import ASSET_CLASSES, COUPONS, DERIVATIVES, ISSUERS, UNITS, asset_class
from filings.parse.figures import day, figure, identifier, is_cusip, is_isin, plain, said
from filings.parse.issues import Issues
from filings.parse.reader import Element

_SIDES: dict[str, Side] = {"LONG": "long", "SHORT": "short"}
_LEVELS: dict[str, Literal[1, 2, 3]] = {"1": 1, "2": 2, "3": 3}
_TRUTHS = {"Y": True, "N": False, "TRUE": True, "FALSE": False}
_EXPIRIES = ("expDate", "settlementDt", "terminationDt", "expDt")
_T = TypeVar("_T")
COUNTRY_LETTERS, CURRENCY_LETTERS = 2, 3


class Read(NamedTuple):
    """A line, and its weight and value as exact numbers for the totals."""

    line: FiledLine
    weight: Decimal | None
    value: Decimal | None


class LineReader:
    """Reads lines and notes what is odd about them."""

    def __init__(self, issues: Issues) -> None:
        self._issues = issues
        self._row = 0

    def __call__(self, element: Element) -> Read:
        """The line of an `invstOrSec`."""
        self._row += 1
        weight, value = self._exact(element.get("pctVal")), self._exact(element.get("valUSD"))
        line = self._line(element, weight, value)
        if line["name"] is None and line["title"] is None:
            self._note(IssueCode.NAME_MISSING)
        if weight is None:
            self._note(IssueCode.WEIGHT_MISSING)
        if value is None:
            self._note(IssueCode.VALUE_MISSING)
        return Read(line, weight, value)

    def _line(self, element: Element, weight: Decimal | None, value: Decimal | None) -> FiledLine:
        category, detail = self._category(element)
        issuer = self._issuer(element)
        currency, rate = self._currency(element)
        debt = element.first("debtSec") or _NOTHING
        repurchase = element.first("repurchaseAgrmt") or _NOTHING
        derivative = _derivative(element)
        notional, notional_currency = self._notional(derivative)
        return {
            "name": said(element.get("name")),
            "title": said(element.get("title")),
            "isin": self._isin(element),
            "cusip": self._cusip(element),
            "lei": identifier(element.get("lei")),
            "ticker": said(_identifier_of(element, "ticker")),
            "country": self._letters(element.get("invCountry"), COUNTRY_LETTERS),
            "currency": currency,
            "exchange_rate": rate,
            "asset_class": asset_class(category, issuer),
            "filed_category": category,
            "filed_category_detail": detail,
            "issuer_category": issuer,
            "balance": self._number(element.get("balance")),
            "unit": self._code(element.get("units"), UNITS.__contains__),
            "value_usd": plain(value),
            "weight_pct": plain(weight),
            "side": self._one_of(element.get("payoffProfile"), _SIDES),
            "fair_value_level": self._one_of(element.get("fairValLevel"), _LEVELS),
            "restricted": self._one_of(element.get("isRestrictedSec"), _TRUTHS),
            "coupon_pct": self._number(debt.get("annualizedRt")),
            "coupon_kind": self._code(debt.get("couponKind"), COUPONS.__contains__),
            "maturity": self._day(debt.get("maturityDt")) or self._day(repurchase.get("maturityDt")),
            "in_default": self._one_of(debt.get("isDefault"), _TRUTHS),
            "derivative_kind": self._code(derivative.attributes.get("derivCat"), DERIVATIVES.__contains__),
            "counterparty": said(derivative.get("counterparties", "counterpartyName")) or _repurchased_from(repurchase),
            "notional": notional,
            "notional_currency": notional_currency,
            "expiry": next((found for name in _EXPIRIES if (found := self._day(derivative.get(name)))), None),
        }

    def _note(self, code: IssueCode) -> None:
        self._issues.line(code, self._row)

    def _exact(self, text: str | None) -> Decimal | None:
        found = figure(text)
        if found.unreadable:
            self._note(IssueCode.UNREADABLE_NUMBER)
        if found.out_of_range:
            self._note(IssueCode.NUMBER_OUT_OF_RANGE)
        return found.value

    def _number(self, text: str | None) -> Number:
        return plain(self._exact(text))

    def _day(self, text: str | None) -> str | None:
        text = said(text)
        found = day(text)
        if text and not found:
            self._note(IssueCode.UNREADABLE_DATE)
        return found

    def _code(self, text: str | None, known: Callable[[str], bool]) -> str | None:
        text = said(text)
        if text is None:
            return None
        if not known(text):
            self._note(IssueCode.UNKNOWN_CODE)
        return intern(text)

    def _letters(self, text: str | None, count: int) -> str | None:
        return self._code(
            text, lambda code: len(code) == count and code.isascii() and code.isalpha() and code.isupper()
        )

    def _one_of(self, text: str | None, meanings: Mapping[str, _T]) -> _T | None:
        text = said(text)
        if text is None:
            return None
        found = meanings.get(text.upper())
        if found is None:
            self._note(IssueCode.UNKNOWN_CODE)
        return found

    def _category(self, element: Element) -> tuple[str | None, str | None]:
        """The form's code, and the filer's words for `OTHER`."""
        other = element.first("assetConditional")
        if other is None:
            return self._code(element.get("assetCat"), ASSET_CLASSES.__contains__), None
        code = self._code(other.attributes.get("assetCat"), ASSET_CLASSES.__contains__)
        return code, said(other.attributes.get("desc"))

    def _issuer(self, element: Element) -> str | None:
        other = element.first("issuerConditional")
        code = element.get("issuerCat") if other is None else other.attributes.get("issuerCat")
        return self._code(code, ISSUERS.__contains__)

    def _currency(self, element: Element) -> tuple[str | None, Number]:
        other = element.first("currencyConditional")
        if other is None:
            return self._letters(element.get("curCd"), CURRENCY_LETTERS), None
        code = self._letters(other.attributes.get("curCd"), CURRENCY_LETTERS)
        return code, self._number(other.attributes.get("exchangeRt"))

    def _isin(self, element: Element) -> str | None:
        found = identifier(_identifier_of(element, "isin"))
        if found and not is_isin(found):
            self._note(IssueCode.CHECK_DIGIT_WRONG)
        return found

    def _cusip(self, element: Element) -> str | None:
        found = identifier(element.get("cusip"))
        if found and not is_cusip(found):
            self._note(IssueCode.CHECK_DIGIT_WRONG)
        return found

    def _notional(self, derivative: Element) -> tuple[Number, str | None]:
        """The one notional amount of a derivative, and its currency; of several none can be told."""
        amounts = derivative.first("notionalAmts")
        if amounts is None:
            amount = self._number(derivative.get("notionalAmt"))
            return (
                (None, None) if amount is None else (amount, self._letters(derivative.get("curCd"), CURRENCY_LETTERS))
            )
        several = list(amounts.all("notionalAmt"))
        if len(several) != 1:
            return None, None
        stated = several[0].attributes
        return self._number(stated.get("amt")), self._letters(stated.get("curCd"), CURRENCY_LETTERS)


_NOTHING = Element("", {})


def _identifier_of(element: Element, kind: str) -> str | None:
    """The first identifier of this kind that says something."""
    identifiers = element.first("identifiers") or _NOTHING
    values = (said(each.attributes.get("value")) for each in identifiers.all(kind))
    return next(filter(None, values), None)


def _derivative(element: Element) -> Element:
    """The one derivative of a line: the element directly in its derivativeInfo."""
    info = element.first("derivativeInfo")
    return info.children[0] if info and info.children else _NOTHING


def _repurchased_from(repurchase: Element) -> str | None:
    """The counterparty of a repurchase agreement: the clearing house, or the first of those named."""
    cleared = repurchase.first("clearedCentCparty")
    named = repurchase.first("notClearedCentCparty", "counterpartyInfos", "counterpartyInfo")
    if cleared:
        return said(cleared.attributes.get("centralCounterparty"))
    return said(named.attributes.get("name")) if named else None
