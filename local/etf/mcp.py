"""The API as tools for agents: an MCP server over standard input and output (modelcontextprotocol.io).

Each operation of the API that answers JSON is a tool. Standard output has the protocol alone.
"""

import argparse
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from mcp import types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from api.site.llms import RULES, llms_text
from etf_client import Client, EtfError
from etf_client.client import URL
from etf_client.operations import Operation
from etf_client.version import __version__
from local.etf.mcp_answers import told

NAME = "etf"
_OTHERWISE = frozenset({"openapi", "docs", "feed", "feed_of_fund", "table"})
"""Operations that are no tools: descriptions (the resources have them), feeds of what `changes_of_all` and `changes`
tell, and files.
"""
_READING = (
    "Names that end in _pct are per cent, in _bps basis points, in _usd US dollars. A figure may be {low, high}: the "
    "truth lies between. Null is not known, never 0: `reasons` says why. The result names source, as_of, stale and "
    "complete; source `sample` is made-up data."
)
_HEADERS = ("X-Data-", "openapi.json")
INSTRUCTIONS = "\n".join(
    [
        "What ETFs hold: holdings, overlap, look-through of portfolios, changes, screens. Each result has `answer`, "
        "and beside it `source`, `as_of`, `stale`, `complete` and `notes`: repeat the notes to whoever reads yours.",
        *(rule for rule in RULES if not any(word in rule for word in _HEADERS)),
        "A company's or a fund's name is not a symbol: ask `search` for it first. `changes` compares the two newest "
        "holdings dates; for a week, take the earlier date from `history` and give it as `from`.",
    ]
)
"""What a model is told of all tools together."""
_GUIDE, _CONTRACT = "etf://llms.txt", "etf://openapi.json"


def serve(client: Client) -> None:
    """Answer an agent's questions by asking `client`, until standard input ends."""
    anyio.run(_serve, client)


async def _serve(client: Client) -> None:
    server = server_of(client)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def server_of(client: Client) -> Server[Any]:
    """The MCP server whose tools ask `client`."""

    async def list_tools(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(operation) for operation in tools_of(client).values()])

    async def call_tool(
        _context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        # The client waits for the API, and other requests must not wait for it.
        return await anyio.to_thread.run_sync(partial(_called, client, params.name, params.arguments or {}))

    async def list_resources(
        _context: ServerRequestContext[Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=_RESOURCES)

    async def read_resource(
        _context: ServerRequestContext[Any], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        return await anyio.to_thread.run_sync(partial(_read, client, params.uri))

    return Server(
        NAME,
        version=__version__,
        title="ETF Portfolio Data",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )


def tools_of(client: Client) -> Mapping[str, Operation]:
    """The operations that are tools, by name."""
    return {name: operation for name, operation in client.operations.items() if name not in _OTHERWISE}


def _tool(operation: Operation) -> types.Tool:
    return types.Tool(
        name=operation.name,
        description=f"{operation.summary}. {_READING}",
        input_schema=input_schema(operation),
        annotations=types.ToolAnnotations(
            title=operation.summary,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def input_schema(operation: Operation) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, which have the API's own names."""
    definitions: dict[str, Any] = {}
    properties = {}
    for parameter in operation.parameters:
        schema = dict(parameter.schema)
        # References count from the root of the whole schema.
        definitions |= schema.pop("$defs", {})
        properties[parameter.name] = {**schema, "description": parameter.description}
    return {
        "type": "object",
        "properties": properties,
        "required": [parameter.name for parameter in operation.parameters if parameter.required],
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }


def _called(client: Client, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
    """The result of a tool. What the API refuses is a result too, so that the model can read why and ask again."""
    if name not in tools_of(client):
        return _failed(f"there is no tool {name}; there are {', '.join(tools_of(client))}")
    try:
        result = told(client, name, arguments)
    except EtfError as error:
        return _failed(str(error))
    except (LookupError, TypeError, AttributeError, ValueError, RecursionError) as error:
        what = f"the answer or an argument has another shape than the API's ({type(error).__name__})"
        return _failed(f"{what}: check the arguments, and that {client.url} is the API and of this version")
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=result.text)]
    return types.CallToolResult(content=content, structured_content=result.value if result.is_small else None)


def _failed(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)


_RESOURCES = [
    types.Resource(
        uri=_GUIDE,
        name="llms.txt",
        description="How answers are read, every route and every parameter",
        mime_type="text/plain",
    ),
    types.Resource(
        uri=_CONTRACT,
        name="openapi.json",
        description="The OpenAPI description: every answer field by field; some 400 KB",
        mime_type="application/json",
    ),
]


def _read(client: Client, uri: str) -> types.ReadResourceResult:
    if uri not in {_GUIDE, _CONTRACT}:
        raise MCPError(types.INVALID_PARAMS, f"there is no resource {uri}; there are {_GUIDE} and {_CONTRACT}")
    try:
        contract = client.call("openapi").data
    except EtfError as error:
        raise MCPError(types.INTERNAL_ERROR, str(error)) from error
    is_guide = uri == _GUIDE
    text = llms_text(contract) if is_guide else json.dumps(contract, ensure_ascii=False)
    mime_type = "text/plain" if is_guide else "application/json"
    return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=mime_type, text=text)])


def main(arguments: list[str] | None = None) -> None:
    """`python -m local.etf.mcp --url URL`: the server alone, without the `etf` command."""
    parser = argparse.ArgumentParser(prog="python -m local.etf.mcp", description=__doc__)
    parser.add_argument("--url", default=URL, help="where the API is (default: %(default)s)")
    parser.add_argument("--token", help="the access token of a locked API (default: ETF_TOKEN or the keyring's)")
    given = parser.parse_args(arguments)
    try:
        with Client(given.url, given.token) as client:
            serve(client)
    except EtfError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
