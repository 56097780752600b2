"""llms.txt: what it is made of, its form (llmstxt.org), and how it is served."""

import json
import re
from typing import Any

import pytest

from api.access import Access
from api.routes import ROUTES
from api.site.docs import openapi_document
from api.site.llms import RULES, llms_text
from api.site.page import SECURITY_HEADERS
from tests.unit.api_cases import ask, handler
from tests.unit.builders import FakeLake


def served(**guards: Any) -> dict[str, Any]:
    return ask(handler(FakeLake(), **guards), "/llms.txt")


@pytest.fixture(scope="module")
def text() -> str:
    body: str = served()["body"]
    return body


def test_it_is_open_and_plain_text_with_the_page_s_security_headers() -> None:
    answer = served(access=Access("0" * 64))

    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"] == "text/plain; charset=utf-8"
    assert SECURITY_HEADERS.items() <= answer["headers"].items()
    known = ask(handler(FakeLake()), "/llms.txt", headers={"if-none-match": answer["headers"]["ETag"]})
    assert (known["statusCode"], known["body"]) == (304, "")


def test_it_has_a_title_a_summary_and_then_sections_of_links_alone(text: str) -> None:
    head, *sections = text.split("\n## ")

    assert re.match(r"# [^\n]+\n\n> [^\n]+\n\n- ", head)
    assert [section.split("\n", 1)[0] for section in sections] == ["Examples", "Routes", "Routes that take a JSON body"]
    lines = [line for section in sections for line in section.split("\n")[1:] if line]
    assert [line for line in lines if not re.match(r"- \[[^\]]+\]\([^)\s]+\)", line)] == []


def test_it_has_every_route_and_every_rule(text: str) -> None:
    assert [route.path for route in ROUTES if f"[{route.method} {route.path}](" not in text] == []
    assert [rule for rule in RULES if rule not in text] == []


def test_every_parameter_stands_there_with_its_limits(text: str) -> None:
    assert [name for route in ROUTES for name in route.parameters if f"- `{name}`" not in text] == []
    assert "- `limit` of /api/search (1 to 100, by default 20): The most rows to return." in text
    assert "- `symbols` (required, 2 to 30, separated by commas): The ETFs, each once." in text


def test_links_are_requests_that_can_be_sent_as_they_are(text: str) -> None:
    assert "(api/overlap?symbols=VTI,VOO,QQQ)" in text
    assert "(api/etfs/VTI/filings/2026-06-30)" in text
    assert not re.search(r"\]\([^)]*[{}]", text)
    assert not re.search(r"\]\((?:/|https?:)", text)  # relative, so that they hold behind any host and stage


def test_a_route_that_the_contract_gains_is_in_it_at_once() -> None:
    contract = json.loads(openapi_document().body)
    contract["paths"]["/api/new"] = {"get": {"operationId": "new", "summary": "Something new"}}

    assert "- [GET /api/new](api/new): Something new." in llms_text(contract)


def test_it_names_what_needs_no_token(text: str) -> None:
    open_paths = [route.path for route in ROUTES if route.is_open]

    assert f"`Authorization: Bearer TOKEN`, but {' and '.join(open_paths)}." in text
