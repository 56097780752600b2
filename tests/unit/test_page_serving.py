"""The page's document and files: addresses, caching, compression, security headers, and what it may never contain."""

import base64
import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.access import Access
from api.site.page import SECURITY_HEADERS, VIEWS
from tests.events import http_event
from tests.unit.api_cases import ask, handler, told
from tests.unit.builders import FakeLake

GZIP = {"accept-encoding": "gzip"}
LOCKED = Access("0" * 64)
ADDRESSES = [
    "/",
    "/etf/VTI",
    "/etf/BRK.B",
    "/overlap",
    "/compare",
    "/portfolio",
    "/rebalance",
    "/security/NVDA",
    "/screen",
    "/status",
]


def get(path: str, headers: dict[str, str] | None = None, method: str = "GET", **guards: Any) -> dict[str, Any]:
    return ask(handler(FakeLake(), **guards), path, headers=headers, method=method)


def document(path: str = "/") -> str:
    text: str = get(path)["body"]
    return text


def asset(name: str) -> str:
    """The address of a file of the page, or of the chart library."""
    text = document()
    version = re.search(r'src="\./assets/([0-9a-f]{16})/app\.js"', text)
    assert version
    return f"/assets/{version[1]}/{name}"


def chart_library() -> str:
    found = re.search(r'name="charts" content="(assets/[0-9a-f]{16}/echarts\.js)"', document())
    if not found:
        pytest.skip("the chart library is not there: make setup")
    return f"/{found[1]}"


@pytest.fixture(scope="module")
def pages(root: Path) -> Path:
    return root / "functions" / "api" / "pages"


@pytest.mark.parametrize("path", ADDRESSES)
def test_every_view_is_the_same_document_with_addresses_from_where_it_stands(path: str) -> None:
    answer = get(path, access=LOCKED)
    back = "../" if path.count("/") == 2 else "./"

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:href|src)="([^"]*)"', answer["body"])
    assert len(addresses) > 4
    assert [each for each in addresses if each != "#main" and not each.startswith(back)] == []
    assert document("/").replace('="./', f'="{back}') == answer["body"]


def test_a_stage_without_a_slash_is_served_with_addresses_below_it() -> None:
    event = http_event("/prod")
    event["requestContext"]["stage"] = "prod"
    answer = handler(FakeLake())(event, None)

    assert answer["statusCode"] == 200
    assert 'src="./prod/assets/' in answer["body"]


@pytest.mark.parametrize("path", [*ADDRESSES, "asset", "charts"])
def test_every_part_of_the_page_has_the_security_headers(path: str) -> None:
    path = {"asset": asset("app.js"), "charts": chart_library()}.get(path, path) if "/" not in path else path
    headers = get(path, GZIP)["headers"]

    assert SECURITY_HEADERS.items() <= headers.items()
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/no/such/view", "GET", 404), ("/assets/0/app.js", "GET", 404), ("/", "POST", 405), ("charts", "GET", 406)],
)
def test_errors_of_the_page_have_the_security_headers_and_are_kept_by_no_cache(
    path: str, method: str, status: int
) -> None:
    answer = get(chart_library() if path == "charts" else path, method=method)

    assert answer["statusCode"] == status
    assert SECURITY_HEADERS.items() <= answer["headers"].items()
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_a_known_document_that_is_not_sent_again_has_the_security_headers() -> None:
    answer = get("/", {"if-none-match": get("/")["headers"]["ETag"]})

    assert answer["statusCode"] == 304
    assert SECURITY_HEADERS.items() <= answer["headers"].items()


def test_a_page_whose_script_does_not_come_says_what_to_do() -> None:
    assert "reload this page" in document().split("<main", 1)[1].split("<noscript", 1)[0]


def test_the_policy_lets_nothing_in_that_is_not_a_file_of_the_page() -> None:
    rules = dict(rule.split(" ", 1) for rule in SECURITY_HEADERS["Content-Security-Policy"].split("; "))

    assert "unsafe" not in json.dumps(rules)
    assert (rules["default-src"], rules["script-src"], rules["style-src"]) == ("'none'", "'self'", "'self'")
    assert (rules["base-uri"], rules["frame-ancestors"], rules["form-action"]) == ("'none'", "'none'", "'none'")
    # A policy that the document breaks itself would leave a blank page.
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", document())


def test_the_files_are_kept_for_good_and_the_document_is_asked_anew() -> None:
    assert get("/")["headers"]["Cache-Control"] == "no-cache"
    for path in (asset("app.js"), asset("style.css"), asset("icon.svg"), chart_library()):
        assert get(path, GZIP)["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("headers", [{}, GZIP])
@pytest.mark.parametrize("path", ["/", "/etf/VTI"])
def test_a_known_document_is_not_sent_again(path: str, headers: dict[str, str]) -> None:
    etag = get(path, headers)["headers"]["ETag"]
    again = get(path, {**headers, "if-none-match": etag})

    assert (again["statusCode"], again["body"]) == (304, "")
    assert (
        get(chart_library(), {**GZIP, "if-none-match": get(chart_library(), GZIP)["headers"]["ETag"]})["statusCode"]
        == 304
    )


def test_the_chart_library_exists_in_gzip_only() -> None:
    path = chart_library()
    answer = get(path, GZIP)
    refused = get(path)

    script = gzip.decompress(base64.b64decode(answer["body"]))
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert b"Apache Software Foundation" in script[:1000]
    assert len(base64.b64decode(answer["body"])) < 400_000
    assert refused["statusCode"] == 406
    assert "ask for gzip" in told(refused)
    assert "immutable" not in refused["headers"]["Cache-Control"]


def test_head_has_the_headers_and_no_body() -> None:
    for path in ("/", asset("app.js"), chart_library()):
        whole, head = get(path, GZIP), get(path, GZIP, method="HEAD")
        assert head["body"] == ""
        assert head["headers"].pop("Content-Length")
        assert head["headers"] == whole["headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_page_is_read_only(method: str) -> None:
    answer = get("/etf/VTI", method=method)

    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        *("/index.html", "/etf", "/etf/", "/etf/BRK/B", "/etfs/VTI", "/security/", "/assets", "/assets//app.js"),
        *("/assets/0000000000000000/app.js", "/assets/x/y/z", "/overlap/", "//", "/" * 10_000, "/favicon.ico"),
    ],
)
def test_another_address_is_not_found_and_never_kept(path: str) -> None:
    answer = get(path)

    assert answer["statusCode"] == 404
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["../app.py", "..%2Fapp.py", "index.html", "app.py", "table.js", "codes.js", ""])
def test_nothing_but_the_files_of_the_page_can_be_asked_for(name: str) -> None:
    assert get(asset(name))["statusCode"] == 404


def test_an_address_with_a_slash_in_the_symbol_says_how_it_is_written() -> None:
    assert "BRK.B" in told(get("/etf/BRK/B"))


def test_the_modules_come_as_one_script() -> None:
    script = get(asset("app.js"))["body"]

    assert len(re.findall(r'(?:src|href)="\./assets/', document())) == 3  # the script, the style sheet, the icon
    assert not re.search(r"(?m)^(?:import|export)\b", script)
    for name in ("api", "codes", "table", "view_funds", "view_fund", "app"):
        assert script.count(f"const ${name} = (() => {{") == 1


def test_every_module_is_part_of_the_script(pages: Path) -> None:
    script = get(asset("app.js"))["body"]
    modules = sorted(path.stem for path in pages.glob("*.js"))

    assert len(modules) > 10
    assert [name for name in modules if f"const ${name} =" not in script] == []


def test_no_module_makes_markup_or_code_of_a_text(pages: Path) -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser"
        r"|createContextualFragment|srcdoc|localStorage|document\.cookie|https?://(?!www\.w3\.org)"
    )
    found = {
        path.name: forbidden.findall(path.read_text("utf-8"))
        for path in pages.iterdir()
        if forbidden.search(path.read_text("utf-8"))
    }
    assert found == {}


def test_the_codes_are_those_of_the_pipeline() -> None:
    text = get(asset("app.js"))["body"].partition("const $codes = ")[2]
    kinds = json.loads(text.partition("const theDefault = ")[2].partition(";\nreturn ")[0])

    assert kinds["Reason"]["partial_list"] == "some lines are not listed, and no bounds can be given"
    assert {"IssueCode", "ErrorCode", "ResultCode", "StaleCode", "Reason", "FlawCode", "DoubtReason"} <= kinds.keys()


def test_the_views_are_these() -> None:
    assert {path.replace("{symbol}", "VTI") for path in VIEWS} == {
        *("/", "/etf/VTI", "/overlap", "/compare", "/portfolio", "/rebalance", "/security/VTI", "/screen", "/status")
    }


def test_the_page_does_not_wait_for_the_files_of_other_programs() -> None:
    script = (
        "import api.site.page, sys\n"
        "print([name for name in ('api.site.llms', 'api.site.openbb_files', 'etf_analytics') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    assert loaded.stdout.strip() == "[]"


def test_an_answer_with_data_does_not_wait_for_the_page() -> None:
    script = (
        "import api.app, sys\n"
        "from tests.unit.api_cases import ask, handler, three_funds\n"
        "ask(handler(three_funds()), '/api/etfs')\n"
        "print([name for name in ('api.site.page', 'etf_charts') if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - this interpreter
    assert loaded.stdout.strip() == "[]"
