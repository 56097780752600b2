"""The generated files of the Python client: its table of operations, its methods and the types of answers.

`python -m tools.client` writes them from the routes' table and openapi.json; a test fails when one differs.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.client_methods import methods_module
from tools.client_operations import operations_of
from tools.client_types import types_module

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "client" / "etf_client"
SETTINGS = ROOT / "pyproject.toml"
DOCUMENT = ROOT / "functions" / "api" / "openapi.json"


def written() -> Mapping[Path, str]:
    """The files and their texts, as they must be."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    operations = operations_of(document)
    codes = {
        "methods.py": methods_module(operations, document),
        "types.py": types_module(document["components"]["schemas"]),
    }
    table = json.dumps(operations, indent=1, ensure_ascii=False) + "\n"
    return {TARGET / name: text for name, text in {"operations.json": table, **_formatted(codes)}.items()}


def _formatted(codes: Mapping[str, str]) -> dict[str, str]:
    """The modules as `ruff format` writes them, by their names."""
    with TemporaryDirectory() as folder:
        for name, code in codes.items():
            (Path(folder) / name).write_text(code, encoding="utf-8")
        command = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache", "--config", str(SETTINGS), folder]
        subprocess.run(command, check=True)  # noqa: S603 - our own formatter
        return {name: (Path(folder) / name).read_text("utf-8") for name in codes}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
