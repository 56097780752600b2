"""What the portal answers: its page, its sessions and its module API. Knows no sockets."""

import base64
import binascii
import hashlib
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sample_portal.cells import COLUMNS, SECTOR, Column
from sample_portal.funds import Fund, fund
from sample_portal.markup import (
    ERROR_PAGE,
    ROBOT_CHECK_PAGE,
    ROWS_ON_PAGE,
    SIGN_IN_PAGE,
    Window,
    render_page,
    unknown_symbol_page,
)
from sample_portal.module_tree import render_answer
from sample_portal.options import Fault, Kind, PastTheEnd, PortalOptions

PAGE_PATH = "/schwab/Prospect/research/etfs/schwabETF/index.asp"
MODULE_PATH = "/schwab/Prospect/research/resources/server/Module/SchwabETF.ModuleAPI.asp"
COOKIE = "WSODSESSION"
_HTML = "text/html; charset=utf-8"
_JAVASCRIPT = "text/javascript"
_BASE64_MARK = "B64ENC"
_MOST_ROWS = 300
"""The largest number of rows that clients of the real portal are known to ask for."""
_GATES = {Kind.SIGN_IN: SIGN_IN_PAGE, Kind.ROBOT_CHECK: ROBOT_CHECK_PAGE}


@dataclass(frozen=True)
class Reply:
    """One answer as it would go out, and the faults that concern how it does."""

    status: int
    body: bytes
    content_type: str = _HTML
    headers: dict[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class _Session:
    symbol: str
    issue: str
    cookie: str


class BadRequestError(ValueError):
    """A module request that does not say what the portal asks for."""


class ResearchSite:
    """The portal's answers as its options say. `today` gives the day whose close it shows."""

    def __init__(self, options: PortalOptions, today: Callable[[], date]) -> None:
        self.options = options
        self._today = today
        self._sessions: dict[str, _Session] = {}
        self._numbers = itertools.count(1)

    def page(self, query: str) -> Reply:
        """The answer to a GET of the page with this raw query string."""
        symbol = parse_qs(query).get("symbol", [""])[0].strip().upper()
        faults = self.options.striking("page", symbol)
        shown = self._fund(symbol, faults)
        if gate := _gate(faults):
            return replace(gate, faults=tuple(faults))
        if shown is None:
            token = self._new_token(symbol) if self.options.token_everywhere else ""
            return Reply(200, unknown_symbol_page(token, self.options), faults=tuple(faults))
        token, session = self._open_session(symbol, shown)
        rows = () if _has(faults, Kind.EMPTY_TABLE) else shown.rows[:ROWS_ON_PAGE]
        window = Window(rows, 1, _total(shown, faults), _columns(faults))
        body = _renamed(render_page(shown, window, token, self.options), faults)
        headers = {**_data_header(), "Set-Cookie": f"{COOKIE}={session.cookie}; path=/; HttpOnly"}
        return Reply(200, body, headers=headers, faults=tuple(faults))

    def module(self, token: str, form: bytes, referer: str, cookies: str) -> Reply:
        """The answer to a POST: raw query string, form body, and the headers Referer and Cookie."""
        try:
            arguments = decode_form(form)
        except BadRequestError:
            return Reply(200, ERROR_PAGE)
        symbol = str(arguments.get("symbol", "")).upper()
        faults = self.options.striking("module", symbol)
        if _has(faults, Kind.TOKEN_EXPIRES):
            self._sessions.pop(token, None)
        return replace(self._module(token, arguments, referer, cookies, faults), faults=tuple(faults))

    def _module(self, token: str, arguments: dict[str, Any], referer: str, cookies: str, faults: list[Fault]) -> Reply:
        if gate := _gate(faults):
            return gate
        symbol = str(arguments.get("symbol", "")).upper()
        shown = self._fund(symbol, faults)
        session = self._sessions.get(token)
        if shown is None or session is None or not self._admits(session, arguments, referer, cookies):
            return Reply(200, ERROR_PAGE)
        if _has(faults, Kind.INVALID_ANSWER):
            return _javascript(b'this.apiReturn = {"module":{"t":"div","c":[undefined,]};')
        try:
            window = self._window(shown, arguments, faults)
        except BadRequestError:
            return Reply(500, ERROR_PAGE)
        return _javascript(_renamed(render_answer(window, self.options), faults))

    def _admits(self, session: _Session, arguments: dict[str, Any], referer: str, cookies: str) -> bool:
        if urlsplit(referer).path != PAGE_PATH:
            return False
        if (str(arguments["symbol"]).upper(), str(arguments.get("wsodissue"))) != (session.symbol, session.issue):
            return False
        return not self.options.cookies_required or _cookie(cookies) == session.cookie

    def _window(self, shown: Fund, arguments: dict[str, Any], faults: list[Fault]) -> Window:
        """The rows that the arguments ask for. Raises BadRequestError."""
        number, size = _positive(arguments, "page"), _positive(arguments, "numRows")
        size = min(size, self.options.rows_cap or _MOST_ROWS, _MOST_ROWS)
        if number > 1 and (number - 1) * size >= len(shown.rows):
            if self.options.past_the_end is PastTheEnd.ERROR:
                raise BadRequestError("past the end")
            if self.options.past_the_end is PastTheEnd.LAST_PAGE:
                number = max(1, -(-len(shown.rows) // size))
        start = (number - 1) * size
        end = min(start + size, len(shown.rows))
        shift = 1 if start and _has(faults, Kind.SHIFTED_ROWS) else 0
        rows = () if _has(faults, Kind.EMPTY_TABLE) else shown.rows[start - shift : end - shift]
        return Window(rows, start + 1, _total(shown, faults), _columns(faults))

    def _fund(self, symbol: str, faults: list[Fault]) -> Fund | None:
        other = next((fault.other for fault in faults if fault.kind is Kind.OTHER_FUND), symbol)
        found = self.options.funds_override.get(other) or fund(other, self._today())
        rows = self.options.rows_override.get(other)
        return found._replace(rows=tuple(rows)) if found and rows is not None else found

    def _new_token(self, symbol: str) -> str:
        digits = hashlib.sha256(f"{symbol} {next(self._numbers)}".encode()).hexdigest()
        return self.options.token_text or f"YYY101_{digits[:32]}"

    def _open_session(self, symbol: str, shown: Fund) -> tuple[str, _Session]:
        token = self._new_token(symbol)
        session = _Session(symbol, shown.issue, hashlib.sha256(token.encode()).hexdigest()[:32])
        self._sessions[token] = session
        return token, session


def decode_form(form: bytes) -> dict[str, Any]:
    """The module arguments of a POST's body, read as IIS reads a form: a raw `+` is a blank.

    Raises BadRequestError for a body without intact base64 or JSON, or for another module.
    """
    fields = parse_qs(form.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    inputs = fields.get("inputs", [""])[0]
    if not inputs.startswith(_BASE64_MARK):
        raise BadRequestError("inputs do not begin with B64ENC")
    try:
        call = json.loads(base64.b64decode(inputs.removeprefix(_BASE64_MARK), validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadRequestError(f"inputs cannot be decoded: {error}") from None
    arguments = call.get("moduleArgs") if isinstance(call, dict) else None
    if not isinstance(arguments, dict) or call.get("module") != "schwabETFHoldingsTable":
        raise BadRequestError("inputs do not call schwabETFHoldingsTable")
    return arguments


def _positive(arguments: dict[str, Any], name: str) -> int:
    """A number from 1 on; clients send it as a number or as text."""
    try:
        number = int(arguments[name])
    except (KeyError, TypeError, ValueError):
        raise BadRequestError(f"{name} is no number") from None
    if number < 1:
        raise BadRequestError(f"{name} is {number}")
    return number


def _cookie(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _has(faults: Sequence[Fault], kind: Kind) -> bool:
    return any(fault.kind is kind for fault in faults)


def _gate(faults: Sequence[Fault]) -> Reply | None:
    body = next((_GATES[fault.kind] for fault in faults if fault.kind in _GATES), None)
    return Reply(200, body) if body else None


def _total(shown: Fund, faults: Sequence[Fault]) -> int:
    return len(shown.rows) + sum(fault.rows for fault in faults if fault.kind is Kind.CHANGED_TOTAL)


def _columns(faults: Sequence[Fault]) -> tuple[Column, ...]:
    columns: tuple[Column, ...] = COLUMNS
    if _has(faults, Kind.SWAPPED_COLUMNS):
        columns = (*columns[:3], columns[4], columns[3])
    if _has(faults, Kind.ADDED_COLUMN):
        columns = (*columns[:2], SECTOR, *columns[2:])
    return columns


def _renamed(body: bytes, faults: Sequence[Fault]) -> bytes:
    return body.replace(b"tthHoldings", b"etfHoldings") if _has(faults, Kind.RENAMED_IDS) else body


def _javascript(body: bytes) -> Reply:
    return Reply(200, body, _JAVASCRIPT, _data_header())


def _data_header() -> dict[str, str]:
    # How the pipeline knows that the figures are made up; Schwab sends no such header.
    return {"X-Data-Source": "sample"}
