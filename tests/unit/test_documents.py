"""README.md and docs/ say what the code says: tables, options, variables, metrics, alarms, links and examples."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from etf_common.metrics import Metric
from local.options import pipeline_options, run_options, server_options
from tests.translation import load
from tools.documents import documents, rendered

MOST_README_LINES = 170
MOST_OF_A_PICTURE = 150_000


@pytest.fixture(scope="module")
def operations(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_the_tables_are_what_the_code_says(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == rendered(text), "run `make docs`"


def test_a_changed_table_is_noticed() -> None:
    assert rendered("<!-- issues -->\nold\n<!-- /issues -->") != "<!-- issues -->\nold\n<!-- /issues -->"


def test_a_marker_that_nothing_writes_is_an_error() -> None:
    with pytest.raises(KeyError):
        rendered("<!-- nothing -->\n<!-- /nothing -->")


def test_the_readme_is_short_enough_to_be_read(root: Path) -> None:
    assert len((root / "README.md").read_text().splitlines()) <= MOST_README_LINES


@pytest.mark.parametrize("parse", [run_options, pipeline_options, server_options])
def test_every_option_is_in_the_operations_guide(
    parse: object, operations: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["--help"])  # type: ignore[operator]
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options
    assert [option for option in options if option not in operations] == []


def test_every_variable_of_a_function_is_in_the_operations_guide(root: Path, operations: str) -> None:
    resources = load(root)["Resources"].values()
    variables = {
        name
        for resource in resources
        if resource["Type"] == "AWS::Serverless::Function"
        for name in resource["Properties"].get("Environment", {}).get("Variables", {})
    }
    assert "LAKE_BUCKET" in variables
    assert [variable for variable in variables if f"`{variable}`" not in operations] == []


def test_every_output_that_a_command_asks_for_is_one_of_the_stack(root: Path) -> None:
    asked = {name for path in documents() for name in re.findall(r"\$\(output (\w+)\)", path.read_text("utf-8"))}
    assert "QueryDatabase" in asked
    assert asked - load(root)["Outputs"].keys() == set()


def test_every_metric_is_in_the_operations_guide(operations: str) -> None:
    assert [metric.label for metric in Metric if f"| `{metric.label}` |" not in operations] == []


def test_every_alarm_is_in_the_operations_guide_with_what_to_do(root: Path, operations: str) -> None:
    alarms = [name for name, each in load(root)["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"]
    assert alarms
    assert [name for name in alarms if f"| `{name.removesuffix('Alarm')}` |" not in operations] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target, _, anchor in re.findall(r"\]\(((?!http)[^)#]*)(#([^)]*))?\)", path.read_text("utf-8")):
        found = (path.parent / target) if target else path
        assert found.is_file(), target
        headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in headings]


def test_the_pictures_of_the_page_are_few_small_and_shown(root: Path) -> None:
    pictures = sorted((root / "docs").glob("*.png"))
    texts = [path.read_text("utf-8") for path in documents()]

    assert len(pictures) == 3
    assert [path.name for path in pictures if path.stat().st_size > MOST_OF_A_PICTURE] == []
    assert [path.name for path in pictures if not any(f"{path.name})" in text for text in texts)] == []


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_example_parses(path: Path) -> None:
    for language, code in re.findall(r"^```(\w+)\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        if language == "python":
            ast.parse(code)
        elif language in {"json", "yaml"}:
            yaml.safe_load(code)
