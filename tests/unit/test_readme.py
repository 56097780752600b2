"""The README names what there is: every route, setting, option, make target, variable and code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.routes import ROUTES
from deploy.cost import table as cost_table
from etf_common import errors
from etf_common.codes import Reason
from etf_common.config import EtlConfig
from local.options import pipeline_options, run_options, server_options
from transform.checks import _CELL_ISSUES


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


def test_every_route_stands_in_the_readme(readme: str) -> None:
    named = [f"{route.method} {route.path}" for route in ROUTES]
    assert named
    assert [name for name in named if f"`{name}`" not in readme] == []


def test_every_reason_for_a_missing_figure_stands_in_the_readme(readme: str) -> None:
    assert {"quote_is_close", "order_broken"} <= {*Reason}
    assert [reason for reason in Reason if f"`{reason}`" not in readme] == []


def test_every_setting_stands_in_the_readme_with_its_default(readme: str) -> None:
    for name, field in EtlConfig.model_fields.items():
        default = " ".join(field.default) if isinstance(field.default, tuple) else str(field.default)
        assert f"| `{name}` | {default} |" in readme, name


def test_every_make_target_stands_in_the_readme(root: Path, readme: str) -> None:
    targets = re.findall(r"^([a-z-]+):[^=\n]*##", (root / "Makefile").read_text(), re.MULTILINE)
    assert "run" in targets
    assert [target for target in targets if f"make {target}" not in readme] == []


@pytest.mark.parametrize("parse", [run_options, pipeline_options, server_options])
def test_every_option_stands_in_the_readme(parse: object, readme: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])  # type: ignore[operator]
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options
    assert [option for option in options if option not in readme] == []


def test_every_variable_stands_in_the_readme(root: Path, readme: str) -> None:
    template = (root / "template.yaml").read_text()
    variables = set(re.findall(r"^ {10}([A-Z][A-Z0-9_]+):", template, re.MULTILINE))
    assert "LAKE_BUCKET" in variables
    assert [variable for variable in variables if f"`{variable}`" not in readme] == []


def test_every_issue_code_stands_in_the_readme(root: Path, readme: str) -> None:
    codes = set(issue_codes(root))
    assert {"quote_missing", "row_count", "symbol_missing"} <= codes
    assert [code for code in codes if f"`{code}`" not in readme] == []


def issue_codes(root: Path) -> Iterator[str]:
    for path in (root / "functions" / "transform").glob("*.py"):
        text = path.read_text()
        yield from re.findall(r'code="([a-z_]+)"', text)
        yield from re.findall(r'rows_issue\("([a-z_]+)"', text)
        yield from re.findall(r'^(?:SLIPPED|MODULE_UNAVAILABLE) = "([a-z_]+)"', text, re.MULTILINE)
    yield from _CELL_ISSUES


def test_every_error_code_of_an_attempt_stands_in_the_readme(readme: str) -> None:
    attempts = (
        errors.PortalError,
        errors.PortalBusyError,
        errors.PortalRefusedError,
        errors.CaptureLimitError,
        errors.LayoutError,
        errors.NotAnEtfError,
    )
    assert [fault.code for fault in attempts if f"`{fault.code}`" not in readme] == []


def test_the_costs_of_the_readme_are_those_that_the_command_prints(readme: str) -> None:
    assert cost_table([8, 100]) in readme
