"""The generated files of the Python client: its table of operations, its methods and the types of answers.

`python -m tools.client` writes them from the routes' table and openapi.json; a test fails when one differs.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.client_methods import methods_module
from tools.client_operations import operations_of
from tools.client_types import types_module

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "client" / "etf_client"
DOCUMENT = ROOT / "functions" / "api" / "openapi.json"


def written() -> Mapping[Path, str]:
    """The files and their texts, as they must be."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    operations = operations_of(document)
    return {
        TARGET / "operations.json": json.dumps(operations, indent=1, ensure_ascii=False) + "\n",
        TARGET / "methods.py": _formatted(methods_module(operations, document)),
        TARGET / "types.py": _formatted(types_module(document["components"]["schemas"])),
    }


def _formatted(code: str) -> str:
    """The code as `ruff format` writes it."""
    command = [sys.executable, "-m", "ruff", "format", "--config", str(ROOT / "pyproject.toml"), "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True, check=True, encoding="utf-8")  # noqa: S603 - our own formatter
    return done.stdout


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
