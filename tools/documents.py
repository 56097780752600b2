"""The tables in README.md and docs/ that restate the code, written from the code between two markers.

`python -m tools.documents` (`make docs`) writes them anew; a test fails when a document differs.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import typer
from samcli.yamlhelper import yaml_parse

from api.routes import ROUTES
from deploy.cost import abuse_table
from deploy.cost import table as cost_table
from etf_client import OPERATIONS, Operation
from etf_common.codes import (
    Code,
    ContradictionReason,
    DoubtReason,
    ErrorCode,
    FilingReason,
    FlawCode,
    IssueCode,
    JoinedBy,
    OpenReason,
    Reason,
    ResultCode,
    StaleCode,
    UnresolvedReason,
    UntradeableReason,
)
from etf_common.config import ALLOWED_VALUES, EtlConfig
from etf_common.metrics import Metric
from local.etf.app import app
from tools.table_columns import TABLES, rows

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"<!-- (\w+) -->\n(?:.*?\n)?<!-- /\1 -->", re.DOTALL)
_TARGET = re.compile(r"^([a-z-]+):[^#\n]*## (.*)$", re.MULTILINE)


def documents() -> list[Path]:
    """The documents that may have tables."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def rendered(text: str) -> str:
    """`text` with every table written from the code. Raises KeyError for a marker that nothing writes."""
    return _BLOCK.sub(lambda block: f"<!-- {block[1]} -->\n{_TABLES[block[1]]()}\n<!-- /{block[1]} -->", text)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _routes() -> str:
    rows = ([f"`{route.method} {route.path}`", route.summary] for route in ROUTES)
    return _table(["route", "answer"], rows)


def _client_methods() -> str:
    def call(operation: Operation) -> str:
        named = [p.argument for p in operation.parameters if p.required and p.place != "body"]
        first = [*named, *(["positions"] if operation.unit else [])]
        others = [p.argument for p in operation.parameters if p.argument not in first]
        return f"`{operation.name}({', '.join([*first, *(f'{name}=' for name in others)])})`"

    return _table(["method", "answer"], ([call(each), each.summary] for each in OPERATIONS.values()))


def _settings() -> str:
    def shown(default: Any) -> str:
        return " ".join(default) if isinstance(default, tuple) else str(default or "none")

    defaults = EtlConfig()
    rows = ([f"`{key}`", shown(getattr(defaults, key)), ALLOWED_VALUES[key]] for key in EtlConfig.model_fields)
    return _table(["key", "default", "allowed"], rows)


def _codes(heading: str, codes: type[Code]) -> Callable[[], str]:
    return lambda: _table([heading, "meaning"], ([f"`{code}`", code.meaning] for code in codes))


def _columns(name: str) -> Callable[[], str]:
    return lambda: _table(["column", "type", "unit", "meaning"], rows(TABLES[name]))


def _metrics() -> str:
    rows = ([f"`{metric.label}`", metric.service, metric.meaning] for metric in Metric)
    return _table(["metric", "emitted by", "counts"], rows)


def _make() -> str:
    targets = _TARGET.findall((ROOT / "Makefile").read_text())
    return _table(["command", "does"], ([f"`make {name}`", meaning] for name, meaning in targets))


def _commands() -> str:
    """The etf command's own: their arguments and options, without those that all share."""
    found: Any = typer.main.get_command(app)
    groups = [(f"etf {name}", command) for name, command in found.commands.items()]
    named = [
        (f"{path} {name}", command)
        for path, group in groups
        for name, command in (getattr(group, "commands", None) or {"": group}).items()
    ]
    return _table(["command", "does", "options"], (_command(path.strip(), command) for path, command in named))


def _command(path: str, command: Any) -> list[str]:
    arguments = [each.metavar or each.name.upper() for each in command.params if each.param_type_name == "argument"]
    options = [f"`{each.opts[0]}`" for each in command.params if each.param_type_name == "option"]
    shared = {f"`{name}`" for name in ("--json", "--csv", "--url", "--token", "--data-dir", "--source", "--help")}
    forms = [name.strip("`") for name in ("`--json`", "`--csv`") if name in options]
    own = ", ".join(option for option in options if option not in shared)
    return [f"`{' '.join([path, *arguments])}`", command.help.replace("|", "\\|"), own + _forms(forms, own)]


def _forms(forms: list[str], own: str) -> str:
    return "" if "--csv" in forms else f"{'; ' if own else ''}no `--csv`" if forms else ""


def _template(section: str) -> Mapping[str, Mapping[str, Any]]:
    template: Mapping[str, Mapping[str, Any]] = yaml_parse((ROOT / "template.yaml").read_text())[section]
    return template


def _parameters() -> str:
    rows = (
        [f"`{name}`", str(known.get("Default", "")), known["Description"]]
        for name, known in _template("Parameters").items()
    )
    return _table(["parameter", "default", "meaning"], rows)


def _outputs() -> str:
    rows = ([f"`{name}`", known["Description"]] for name, known in _template("Outputs").items())
    return _table(["output", "is"], rows)


def _rights() -> str:
    policy = json.loads((ROOT / "deploy" / "iam_policy.json").read_text())
    return f"```json\n{json.dumps(policy, indent=1)}\n```"


_TABLES: Mapping[str, Callable[[], str]] = {
    "routes": _routes,
    "client_methods": _client_methods,
    "settings": _settings,
    "reasons": _codes("reason", Reason),
    "issues": _codes("code", IssueCode),
    "results": _codes("result", ResultCode),
    "errors": _codes("error", ErrorCode),
    "stale": _codes("stale because", StaleCode),
    "flaws": _codes("flaw", FlawCode),
    "filing_reasons": _codes("no filing because", FilingReason),
    "unresolved": _codes("unresolved because", UnresolvedReason),
    "untradeable": _codes("not traded because", UntradeableReason),
    "doubts": _codes("in doubt because", DoubtReason),
    "joined": _codes("joined by", JoinedBy),
    "open": _codes("open because", OpenReason),
    "contradictions": _codes("dropped because", ContradictionReason),
    "metrics": _metrics,
    **{name: _columns(name) for name in TABLES},
    "make": _make,
    "commands": _commands,
    "parameters": _parameters,
    "outputs": _outputs,
    "rights": _rights,
    "cost": cost_table,
    "abuse": abuse_table,
}


if __name__ == "__main__":
    for path in documents():
        path.write_text(rendered(path.read_text("utf-8")), encoding="utf-8")
