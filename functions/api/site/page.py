"""The page: one HTML document for all of its views, and the files that it loads.

The files of pages/ are read at the first request for one of them, so that no other answer waits for them. Each stands
under an address that has the digest of all, and never changes there. The modules are served as one script.
The document is open to everybody and has no data: the page asks the API for it, with the access token if there is one.
So are the files that tell other programs how to use the API: llms.txt, and widgets.json and apps.json for OpenBB.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.answers import Response, accepts_gzip, document, error, has_etag
from api.documents import Document, digest_of, etag_of
from api.events import Request
from api.faults import CallerError, MethodError, NoRouteError, NotAcceptableError
from api.site.page_modules import one_script
from etf_charts import FILE as CHART_LIBRARY
from etf_common import codes

SYMBOL = "{symbol}"
VIEWS = (
    "/",
    "/etf/{symbol}",
    "/overlap",
    "/compare",
    "/portfolio",
    "/rebalance",
    "/security/{symbol}",
    "/screen",
    "/status",
)
"""The addresses of the views. One document serves them all; its modules decide what to show."""
ASSETS = "/assets/{version}/{file}"
GUIDES = ("/llms.txt", "/widgets.json", "/apps.json")
"""The files for other programs, which have no data."""
PATHS = (*VIEWS, *GUIDES, ASSETS)
"""Every path of the page, as API Gateway writes them."""

_FOLDER = Path(__file__).parents[1] / "pages"
_DOCUMENT = "index.html"
_SCRIPT = "app.js"
_CODES = "codes"
"""A module that is made here: what the codes in answers mean."""
_CHARTS = "echarts.js"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOREVER = "public, max-age=31536000, immutable"
_ASKED_ANEW = "no-cache"
_METHODS = "GET, HEAD"
SECURITY_HEADERS = {
    # Nothing from another host, no inline script, no inline style, no eval, no frame, no form that a browser sends.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # A view's address says what somebody looks at.
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True)
class _Page:
    """What pages/ holds, read once."""

    files: Mapping[str, Document]
    version: str
    """The digest of all files, as it stands in their addresses."""
    template: str
    charts: "_Charts | None"


@dataclass(frozen=True)
class _Charts:
    """The chart library, in gzip only: uncompressed it could be larger than what Lambda may answer."""

    gzipped: bytes
    version: str


def page_response(request: Request) -> Response:
    """The response to a request outside /api/. Its errors have the page's security headers too."""
    try:
        response = _answered(request)
    except CallerError as fault:
        response = error(fault.status, fault.message, fault.headers)
    response.headers |= SECURITY_HEADERS
    return response


def _answered(request: Request) -> Response:
    parts = request.path.split("/")
    is_asset = len(parts) == 4 and parts[1] == "assets"
    is_guide = request.path in GUIDES
    if not is_asset and not is_guide and not _is_view(parts):
        raise NoRouteError(_no_view(parts))
    if request.method not in {"GET", "HEAD"}:
        raise MethodError("the page accepts GET and HEAD only", _METHODS)
    headers = dict(request.headers)
    if is_guide:
        return document(_guide(request.path), headers, {"Cache-Control": _ASKED_ANEW})
    return _asset(parts[2], parts[3], headers) if is_asset else _view(request, headers)


def _is_view(parts: list[str]) -> bool:
    """Whether a path, split at its slashes, is that of a view. "" is a stage's own address without a slash."""
    if parts == [""]:
        return True
    return any(_fits(parts, view.split("/")) for view in VIEWS)


def _fits(parts: list[str], view: list[str]) -> bool:
    if len(parts) != len(view):
        return False
    return all(part == own or (part and own == SYMBOL) for part, own in zip(parts, view, strict=True))


def _no_view(parts: list[str]) -> str:
    if len(parts) == 4 and parts[1] in {"etf", "security"} and all(parts[2:]):
        # A browser keeps `BRK%2FB` together and takes `BRK/B` apart, and API Gateway passes on the same for both.
        return "there is no such view: a share class has a dot here, such as BRK.B"
    return "there is no such route: / is the page, /api/docs lists all routes of the API"


def _view(request: Request, headers: Mapping[str, str]) -> Response:
    levels = request.path.count("/")  # none at a stage's own address without a slash
    root = "../" * (levels - 1) or "./" if levels else f"./{request.stage}/"
    return document(_document(root), headers, {"Cache-Control": _ASKED_ANEW})


def _guide(path: str) -> Document:
    # Imported here: the page must not wait for the tables, and for the mathematics behind them.
    if path == "/llms.txt":
        from api.site.llms import llms_document  # noqa: PLC0415

        return llms_document()
    from api.site.openbb_files import apps_document, widgets_document  # noqa: PLC0415

    return widgets_document() if path == "/widgets.json" else apps_document()


def _asset(version: str, name: str, headers: Mapping[str, str]) -> Response:
    page = _page()
    if page.charts and (version, name) == (page.charts.version, _CHARTS):
        return _charts(page.charts, headers)
    if version != page.version or name not in page.files:
        raise NoRouteError("this file is not part of the page that is served now: reload the page")
    return document(page.files[name], headers, {"Cache-Control": _FOREVER})


def _charts(charts: _Charts, headers: Mapping[str, str]) -> Response:
    etag = f'"{charts.version}"'
    common = {"ETag": f"W/{etag}", "Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    if has_etag(headers.get("if-none-match") or "", etag):
        return Response(304, headers=common)
    if not accepts_gzip(headers.get("accept-encoding") or ""):
        raise NotAcceptableError("the chart library is stored compressed: ask for gzip (curl --compressed)")
    return Response(200, charts.gzipped, {**common, "Content-Type": _TYPES[".js"], "Content-Encoding": "gzip"})


@cache
def _document(root: str) -> Document:
    """The document of a view, from whose address `root` leads to that of `/`."""
    page = _page()
    assets = f"{root}assets/{page.version}"
    text = (
        page.template.replace("{{assets}}", assets)
        .replace("{{root}}", root)
        .replace("{{charts}}", f"assets/{page.charts.version}/{_CHARTS}" if page.charts else "")
    )
    body = text.encode()
    return Document(body, etag_of(body), "text/html; charset=utf-8")


@cache
def _page() -> _Page:
    paths = [path for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES]
    bodies = {path.name: path.read_bytes() for path in paths if path.suffix != ".js"}
    modules = {path.stem: path.read_text("utf-8") for path in paths if path.suffix == ".js"}
    bodies[_SCRIPT] = one_script({**modules, _CODES: _codes_module()}, Path(_SCRIPT).stem).encode()
    version = _version(*(part for name, body in sorted(bodies.items()) for part in (name.encode(), body)))
    files = {name: Document(body, etag_of(body), _TYPES[Path(name).suffix]) for name, body in bodies.items()}
    return _Page(files, version, (_FOLDER / _DOCUMENT).read_text("utf-8"), _chart_library())


def _chart_library() -> _Charts | None:
    try:
        gzipped = CHART_LIBRARY.read_bytes()
    except FileNotFoundError:
        return None  # the page shows its tables without charts, and says so
    return _Charts(gzipped, _version(gzipped))


def _codes_module() -> str:
    kinds = {kind.__name__: {code.value: code.meaning for code in kind} for kind in codes.Code.__subclasses__()}
    return f"export default {json.dumps(kinds, indent=1)};\n"


def _version(*parts: bytes) -> str:
    return digest_of(*parts)[:16]
