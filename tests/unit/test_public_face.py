"""The analytics package: its public names, and how its modules depend on each other."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import etf_analytics

PACKAGE = Path(etf_analytics.__file__).parent


def test_every_public_name_can_be_used() -> None:
    assert all(getattr(etf_analytics, name) for name in etf_analytics.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'profile'"):
        etf_analytics.profile  # noqa: B018 - the access is the test


def test_the_modules_are_few_and_import_each_other_without_a_circle() -> None:
    modules = {path.stem: path for path in PACKAGE.glob("*.py") if path.stem != "__init__"}
    imports = {
        name: {
            node.module.split(".")[1]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("etf_analytics.")
        }
        for name, path in modules.items()
    }

    assert imports["portfolio"], "the imports are found"
    assert set(TopologicalSorter(imports).static_order()) >= modules.keys()
    assert len(modules) <= 14
