"""llms.txt: what a language model needs to know to use this API (llmstxt.org).

The routes, their parameters and limits come from openapi.json; only the rules are written here.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from api.documents import Document, etag_of
from api.site.docs import openapi_document

TEXT = "text/plain; charset=utf-8"
RULES = (
    "A figure is a number; or `{low, high}`, where lines that are not listed can move it and the truth lies between; "
    "or null, and `reasons` beside it says why by the figure's name. Null is never 0: say that it is not known.",
    "Units stand at the end of names: `_pct` per cent (7.1 means 7.1 %, not 0.071), `_bps` basis points, `_usd` US "
    "dollars, `_points` points of the Herfindahl-Hirschman index (0 to 10,000), `_days` and `_years` time. Differences "
    "of per cents are percentage points.",
    "There are three times: `holdings_as_of` is the date of the holdings, `summary.as_of` that of the quote, "
    "`fetched_at` when it was read. Name the date of what you quote.",
    "The header `X-Data-Source` is `schwab`, or `sec` and `file` for filings. `sample` is made-up data for trying "
    "things out: say so, and never quote it as a fact about the market.",
    "`X-Data-Stale: true` means that newer data is due; `X-Data-Stale-Reason` says why. `X-Data-Complete: false` means "
    "that some holdings are not listed, so a security that is missing may still be held.",
    'Errors are `{"statusCode": 404, "message": "..."}`. The message says what happened and what to ask instead. A '
    "parameter that a route does not know is a 400.",
    "Answers can be large: ask for parts with `limit` and `offset` where a route has them. A 413 says what to ask "
    "instead.",
    "Symbols may be in any case; share classes have a dot, `BRK.B`.",
    "Nothing here is investment or tax advice, and nothing can be changed: every route only reads or computes.",
)
"""How answers are read."""
_EXAMPLES = (
    ("What a fund holds, the ten largest", "api/etfs/VTI/holdings?sort=-weight_pct&limit=10"),
    ("How much of two funds is the same", "api/overlap?symbols=VOO,QQQ"),
    ("What a portfolio holds, looked through", "api/portfolio?positions=VTI:60,QQQ:40"),
    ("Who holds a security", "api/holders/NVDA"),
    ("What a fund bought and sold", "api/etfs/QQQ/changes"),
    ("How fresh everything is", "api/status"),
)


@cache
def llms_document() -> Document:
    """The text, made once."""
    body = llms_text(json.loads(openapi_document().body)).encode()
    return Document(body, etag_of(body), TEXT)


def llms_text(contract: Mapping[str, Any]) -> str:
    """llms.txt of an API that is described by this OpenAPI document. Links are relative to the text's own address.

    Sections with a heading have links alone, as the format wants it.
    """
    operations = [
        (method.upper(), path, operation)
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    ]
    lines = [
        *(f"# {contract['info']['title']}", ""),
        *(f"> {contract['info']['description']}", ""),
        *(f"- {rule}" for rule in (*RULES, _locked(operations))),
        *("", "The parameters that routes have:", ""),
        *_parameter_lines(operations),
        *("", "## Examples", ""),
        *(f"- [{what}]({address})" for what, address in _EXAMPLES),
        *("", "## Routes", ""),
        *(_line(method, path, operation) for method, path, operation in operations if method == "GET"),
        *("", "## Routes that take a JSON body", ""),
        *(_line(method, path, operation) for method, path, operation in operations if method != "GET"),
    ]
    return "\n".join(lines) + "\n"


def _locked(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> str:
    paths = [path for _, path, operation in operations if operation.get("security") == []]
    return (
        "Where the owner has set an access token, everything under /api needs the header `Authorization: Bearer "
        f"TOKEN`, but {' and '.join(paths)}. Ask the owner for it, and do not put it into addresses."
    )


def _line(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parameters = operation.get("parameters", [])
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    ends = [f"Parameters: {', '.join(each['name'] for each in parameters)}."] if parameters else []
    ends += [f"Body: {body['$ref'].rpartition('/')[2]} in api/openapi.json."] if body else []
    address = example_address(path, parameters) if method == "GET" else path.lstrip("/")
    return " ".join([f"- [{method} {path}]({address}): {operation['summary']}.", *ends])


def _of(paths: Iterable[str]) -> str:
    return f" of {', '.join(paths)}"


def _parameter_lines(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[str]:
    """Each parameter once, or once for each meaning and limit that it has, with the routes then."""
    found: dict[str, dict[str, list[str]]] = {}
    for _, path, operation in operations:
        for parameter in operation.get("parameters", []):
            paths = found.setdefault(parameter["name"], {}).setdefault(parameter_text(parameter), [])
            paths.extend([path] if path not in paths else [])
    return [
        f"- `{name}`{_of(paths) if len(texts) > 1 else ''}{text}"
        for name, texts in sorted(found.items())
        for text, paths in texts.items()
    ]


def example_address(path: str, parameters: Iterable[Mapping[str, Any]]) -> str:
    """The address of a request that names what the route requires, without a slash at its beginning."""
    query = []
    for parameter in parameters:
        if parameter["in"] == "path":
            example = parameter.get("example") or parameter["schema"].get("enum", [parameter["name"]])[0]
            path = path.replace(f"{{{parameter['name']}}}", example)
        elif parameter.get("required"):
            example = parameter["example"]
            query.append(f"{parameter['name']}={','.join(example) if isinstance(example, list) else example}")
    return path.lstrip("/") + (f"?{'&'.join(query)}" if query else "")


def parameter_text(parameter: Mapping[str, Any]) -> str:
    """What follows a parameter's name: whether it is required, what it allows and what it means."""
    schema = parameter["schema"]
    allowed = _allowed(schema.get("items", schema))
    if schema.get("type") == "array":
        allowed = f"{schema.get('minItems', 0)} to {schema['maxItems']}, separated by commas"
    default = f"by default {schema['default']}" if "default" in schema else ""
    notes = ", ".join(note for note in ("required" if parameter.get("required") else "", allowed, default) if note)
    return f"{f' ({notes})' if notes else ''}: {parameter['description']}"


def _allowed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"one of {', '.join(map(str, schema['enum']))}"
    if schema.get("format") == "date":
        return "a date, 2026-11-18"
    if "maximum" in schema:
        return f"{schema.get('minimum', 0)} to {schema['maximum']:,}"
    return "true or false" if schema.get("type") == "boolean" else ""
