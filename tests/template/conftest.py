"""What the tests of template.yaml share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.translation import Template, load, translate

OfType = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture
def template(root: Path) -> Template:
    return load(root)


@pytest.fixture
def translated(template: Template) -> Template:
    return translate(template)


@pytest.fixture
def of_type(template: Template) -> OfType:
    """The properties of the template's resources of one type, by name."""

    def find(kind: str) -> dict[str, dict[str, Any]]:
        resources = template["Resources"].items()
        return {name: r.get("Properties", {}) for name, r in resources if r["Type"] == kind}

    return find
