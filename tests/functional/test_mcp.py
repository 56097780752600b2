"""The MCP server: its tools are the operations, and its results say where an answer comes from."""

import hashlib
import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
import requests
from mcp import Client as Agent
from mcp import MCPError, StdioServerParameters, stdio_client, types

from api.access import Access
from etf_client import OPERATIONS, Client
from local.etf.in_process import ADDRESS, InProcess
from local.etf.mcp import server_of
from local.etf.mcp_answers import MOST_CHARACTERS, SAMPLE
from local.gateway import Gateway
from tests.unit.api_cases import handler, holding, put_fund, three_funds
from tests.unit.client_cases import StandIn, answer
from tests.unit.client_cases import client as scripted

Ask = Callable[[Agent], Awaitable[Any]]
NO_TOOLS = {"openapi", "docs", "feed", "feed_of_fund", "table"}


def run(talk: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """In a thread of its own: the browser's tests may leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, talk, *arguments).result()


def asked(client: Client, ask: Ask) -> Any:
    """What an agent gets that is connected to a server over this client."""

    async def talk() -> Any:
        async with Agent(server_of(client)) as agent:
            return await ask(agent)

    return run(talk)


def called(client: Client, name: str, **arguments: Any) -> types.CallToolResult:
    result = asked(client, lambda agent: agent.call_tool(name, arguments))
    assert isinstance(result, types.CallToolResult)
    return result


def text(result: types.CallToolResult) -> str:
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


def good(client: Client, name: str, **arguments: Any) -> dict[str, Any]:
    """The object that a tool's text writes; it must be no error."""
    result = called(client, name, **arguments)
    assert not result.is_error, text(result)
    found: dict[str, Any] = json.loads(text(result))
    return found


@pytest.fixture(scope="module")
def client() -> Client:
    """A client of an API in this process: three funds, one that is made up, and one of 2,000 lines."""
    lake = three_funds()
    put_fund(lake, "SAMP", [holding("AAPL")], source="sample")
    put_fund(lake, "MANY", [holding(f"S{number}") for number in range(2_000)])
    session = requests.Session()
    session.mount(ADDRESS, InProcess(handler(lake)))
    return Client(ADDRESS, token="", session=session)


@pytest.fixture(scope="module")
def tools(client: Client) -> dict[str, types.Tool]:
    return {tool.name: tool for tool in asked(client, lambda agent: agent.list_tools()).tools}


def test_the_tools_are_the_operations_that_answer_data(tools: dict[str, types.Tool]) -> None:
    assert set(tools) == set(OPERATIONS) - NO_TOOLS


def test_every_tool_says_that_it_only_reads_and_how_figures_are_read(tools: dict[str, types.Tool]) -> None:
    for tool in tools.values():
        assert tool.annotations
        assert (tool.annotations.read_only_hint, tool.annotations.destructive_hint) == (True, False)
        for word in ("per cent", "{low, high}", "`reasons`", "stale", "made-up"):
            assert word in str(tool.description)


def test_arguments_have_the_api_s_names_and_limits(tools: dict[str, types.Tool]) -> None:
    holdings, changes = tools["holdings"].input_schema, tools["changes"].input_schema

    assert holdings["required"] == ["symbol"]
    assert holdings["properties"]["limit"]["minimum"] == 1
    assert "-weight_pct" in holdings["properties"]["sort"]["enum"]
    assert {"from", "to"} <= changes["properties"].keys()
    assert all(each["description"] for each in holdings["properties"].values())


def test_references_in_a_body_s_schema_can_be_followed(tools: dict[str, types.Tool]) -> None:
    schema = tools["rebalance"].input_schema

    names = {part.split('"')[0] for part in json.dumps(schema).split("#/$defs/")[1:]}
    assert names
    assert names <= schema["$defs"].keys()


def test_an_answer_says_where_it_comes_from(client: Client) -> None:
    found = good(client, "holdings", symbol="vti", limit=2)

    assert (found["source"], found["as_of"], found["stale"], found["complete"]) == ("schwab", "2026-11-18", False, True)
    assert found["notes"] == []
    assert [row["symbol"] for row in found["answer"]] == ["AAPL", "MSFT"]


@pytest.mark.parametrize(
    ("name", "arguments", "key"),
    [
        ("etfs", {}, None),
        ("snapshot", {"symbol": "VTI"}, "holdings"),
        ("overlap", {"symbols": ["VTI", "VOO"]}, "pairs"),
        ("portfolio", {"positions": "VTI:60,VOO:40"}, "exposures"),
        ("portfolio_in_usd", {"positions": [{"symbol": "VTI", "amount_usd": 6000}]}, "exposures"),
        ("holders", {"symbol": "AAPL", "by": "issuer"}, "holders"),
        ("status", {}, "VTI"),
    ],
)
def test_every_kind_of_question_is_asked_by_its_names(
    client: Client, name: str, arguments: dict[str, Any], key: str | None
) -> None:
    found = good(client, name, **arguments)

    assert found["answer"]
    assert key is None or key in found["answer"]
    assert found.keys() == {"source", "as_of", "stale", "complete", "notes", "answer"}


def test_made_up_data_is_marked(client: Client) -> None:
    found = good(client, "snapshot", symbol="SAMP")

    assert found["source"] == "sample"
    assert found["notes"] == [SAMPLE]


def test_a_small_answer_is_structured_too(client: Client) -> None:
    result = called(client, "etfs")

    assert result.structured_content == json.loads(text(result))
    assert called(client, "holdings", symbol="MANY").structured_content is None


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("holdings", {"symbol": "NOPE"}, "404: NOPE is not among the ETFs here"),
        ("holdings", {"symbol": "VTI", "sort": "size"}, "400: sort is"),
        ("holdings", {}, "needs symbol"),
        ("holdings", {"symbol": "VTI", "page": 2}, "no parameter page"),
        ("nothing", {}, "there is no tool nothing; there are etfs, snapshot"),
    ],
)
def test_what_is_refused_is_a_result_that_says_why(
    client: Client, name: str, arguments: dict[str, Any], says: str
) -> None:
    result = called(client, name, **arguments)

    assert result.is_error
    assert says in text(result)


@pytest.mark.parametrize("found", [[{"symbol": "AAPL"}], ["AAPL"], "text", 5])
def test_an_answer_of_another_shape_is_a_result_that_says_so(found: Any) -> None:
    result = called(scripted(StandIn(answer(found))), "holdings", symbol="VTI")

    assert result.is_error
    assert "another shape than the API's" in text(result)


def test_texts_that_would_fill_an_agent_s_context_are_no_result() -> None:
    result = called(scripted(StandIn(answer({"note": "x" * 1_000_000}))), "status")

    assert result.is_error
    assert "ask something narrower" in text(result)


def test_an_api_that_does_not_run_is_a_result_that_says_so() -> None:
    session = requests.Session()
    session.mount("http://", Refusing())

    result = called(Client("http://localhost:1", token="", session=session), "status")
    assert result.is_error
    assert "http://localhost:1" in text(result)


class Refusing(requests.adapters.BaseAdapter):
    """Nothing listens there."""

    def send(self, *_: Any, **__: Any) -> requests.Response:
        raise requests.ConnectionError("refused")

    def close(self) -> None:
        """Nothing is open."""


def test_a_large_answer_is_cut_and_says_how_to_ask_for_the_rest(client: Client) -> None:
    result = called(client, "holdings", symbol="MANY", offset=100)
    found = json.loads(text(result))
    shown = len(found["answer"])

    assert len(text(result)) <= MOST_CHARACTERS
    assert 50 < shown < 1_900
    assert found["notes"] == [
        f"CUT, since it is long: the answer shows {shown:,} of 1,900; offset={100 + shown} has the next rows"
    ]
    assert found["as_of"] == "2026-11-18"


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("overlap", {"symbols": ["MANY", "VOO"]}, "`holdings` of each fund has its lines, with offset"),
        ("overlap", {"symbols": "MANY,VOO"}, "`holdings` of each fund has its lines, with offset"),
        ("portfolio", {"positions": "MANY:50,VOO:30,VTI:20"}, "name fewer funds"),
    ],
)
def test_a_large_answer_on_two_funds_does_not_ask_for_fewer_of_them(
    client: Client, name: str, arguments: dict[str, Any], told: str
) -> None:
    (note,) = good(client, name, **arguments)["notes"]

    assert note.startswith("CUT")
    assert note.endswith(f"; {told}")


TOKEN = "t0k3n-of-a-test"
LOCK = Access(hashlib.sha256(TOKEN.encode()).hexdigest())


def test_a_locked_api_is_asked_with_the_token_over_standard_input_and_output(root: Path) -> None:
    async def ask(url: str) -> str:
        command = ["-m", "local.etf.mcp", "--url", url, "--token", TOKEN]
        paths = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        server = StdioServerParameters(command=sys.executable, args=command, cwd=root, env=paths)
        async with Agent(stdio_client(server)) as agent:
            return text(await agent.call_tool("etfs", {}))

    with Gateway(handler(three_funds(), access=LOCK), 0) as gateway:
        assert json.loads(run(ask, gateway.url))["answer"] == ["VTI", "VOO", "AOR"]


def test_without_the_token_of_a_locked_api_a_result_says_what_is_missing() -> None:
    session = requests.Session()
    session.mount(ADDRESS, InProcess(handler(three_funds(), access=LOCK)))

    result = called(Client(ADDRESS, token="", session=session), "etfs")
    assert result.is_error
    assert "401: this API requires its access token" in text(result)


class TestResources:
    def test_llms_txt_and_the_contract_are_there_to_read(self, client: Client) -> None:
        async def read(agent: Agent) -> list[str]:
            resources = (await agent.list_resources()).resources
            read = [(await agent.read_resource(resource.uri)).contents[0] for resource in resources]
            return [each.text for each in read if isinstance(each, types.TextResourceContents)]

        guide, contract = asked(client, read)
        assert guide.startswith("# ETF Portfolio Data API\n")
        assert json.loads(contract)["openapi"] == "3.1.0"

    def test_another_one_is_refused_by_name(self, client: Client) -> None:
        async def read(agent: Agent) -> str:
            with pytest.raises(MCPError) as refused:
                await agent.read_resource("etf://x")
            return refused.value.message

        assert "no resource etf://x; there are etf://llms.txt" in asked(client, read)
