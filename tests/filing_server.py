"""The SEC as a test needs it: answers by path, one server for both its hosts, and whatever can go wrong with them."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

RATE_PAGE = (
    b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head><body>"
    b"<h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"
)
UNDECLARED_PAGE = (
    b"<!DOCTYPE html><html><body><h1>Your Request Originates from an Undeclared Automated Tool</h1>"
    b"<p>Please declare your traffic by updating your user agent to include company specific information.</p></html>"
)
ACCESS_DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>'
NO_SUCH_KEY = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Key>submissions/CIK0000000001.json</Key></Error>'

ARCHIVE = "https://www.sec.gov/Archives/edgar/data"


@dataclass(frozen=True)
class Answer:
    """What is at a path. `promised` is a Content-Length other than the body's; `reset` ends it in the middle."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int | None = None
    reset: bool = False
    compressed: bool = False


@dataclass(frozen=True)
class Asked:
    """A request."""

    path: str
    """With its query."""
    headers: Mapping[str, str]


class FilingServer:
    """Answers each path with its answers in turn, the last one for ever; 404 for what it does not know."""

    def __init__(self) -> None:
        self.answers: dict[str, Sequence[Answer]] = {}
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Of both hosts."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]

    def put(self, path: str, *answers: Answer | bytes) -> None:
        """From now on `path` has these answers; a path without its query stands for every query."""
        self.answers[path] = [one if isinstance(one, Answer) else Answer(one) for one in answers]

    def answer(self, asked: Asked) -> Answer:
        """The next answer to a request."""
        self.asked.append(asked)
        path = asked.path if asked.path in self.answers else asked.path.partition("?")[0]
        left = self.answers.get(path, [Answer(NO_SUCH_KEY, 404)])
        if len(left) > 1:
            self.answers[path] = left[1:]
        return left[0]


def _handler(server: FilingServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = server.answer(Asked(self.path, dict(self.headers)))
            body = gzip.compress(answer.body) if answer.compressed else answer.body
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.compressed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body) if answer.promised is None else answer.promised))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if answer.reset else body)
            if answer.reset or answer.promised is not None:
                self.close_connection = True
            if answer.reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own
            pass

    return Handler


def fund_tickers(*rows: tuple[int, str, str, str]) -> bytes:
    """company_tickers_mf.json: (cik, series, class, symbol)."""
    return json.dumps({"fields": ["cik", "seriesId", "classId", "symbol"], "data": rows}).encode()


def company_tickers(*rows: tuple[int, str, str]) -> bytes:
    """company_tickers.json: (cik, symbol, title)."""
    entries = [{"cik_str": cik, "ticker": symbol, "title": title} for cik, symbol, title in rows]
    return json.dumps({str(number): entry for number, entry in enumerate(entries)}).encode()


def feed(*entries: tuple[str, str, str], cik: int = 1) -> bytes:
    """browse-edgar's feed: (accession, form, filed) of each entry."""
    shown = "".join(
        f"""<entry><category term="{form}" /><content type="text/xml">
        <accession-number>{accession}</accession-number><act>40</act><filing-date>{filed}</filing-date>
        <filing-href>{ARCHIVE}/{cik}/{accession.replace("-", "")}/{accession}-index.htm</filing-href>
        <filing-type>{form}</filing-type><size>14 MB</size></content><id>urn:{accession}</id></entry>"""
        for accession, form, filed in entries
    )
    head = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom"><author><name>W\xe9</name></author>'
    return f"{head}{shown}</feed>".encode("latin-1")


def arrays(*rows: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """The parallel arrays of a list of submissions: (accession, form, filed, document) of each."""
    columns: list[list[str]] = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    return dict(zip(("accessionNumber", "form", "filingDate", "primaryDocument"), columns, strict=True))


def submissions(cik: int, name: str, recent: dict[str, list[str]], files: Sequence[dict[str, str]] = ()) -> bytes:
    """A registrant's list of submissions."""
    return json.dumps({"cik": f"{cik:010d}", "name": name, "filings": {"recent": recent, "files": files}}).encode()


def document(
    series_id: str | None, name: str, report_date: str, *, cik: int = 1, form: str = "NPORT-P", more: str = ""
) -> bytes:
    """A filing's head, with nothing behind it but what `more` adds."""
    series = f"<seriesId>{series_id}</seriesId>" if series_id else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edgarSubmission xmlns="http://www.sec.gov/edgar/nport"><headerData><submissionType>{form}</submissionType></headerData>
<formData><genInfo><regName>Test Trust</regName><regCik>{cik:010d}</regCik><seriesName>{name}</seriesName>{series}
<repPdEnd>2026-12-31</repPdEnd><repPdDate>{report_date}</repPdDate><isFinalFiling>N</isFinalFiling></genInfo>
<fundInfo><netAssets>0</netAssets></fundInfo>{more}</formData></edgarSubmission>""".encode()
