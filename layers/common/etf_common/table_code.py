"""Which code and reference tables the tables of all funds are made with: what another release made is made anew."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

MAKERS = (
    "etf_analytics",
    "tables",
    "etf_common.codes",
    "etf_common.lake",
    "etf_common.newest",
    "etf_common.symbols",
    "etf_common.table_keys",
)
"""The packages, and of `etf_common` the modules, that what stands in the tables depends on."""
_ENDINGS = frozenset((".py", ".csv", ".json"))


@cache
def table_code() -> str:
    """A digest of all of `MAKERS`; read once in a process.

    Of their bytes, not of a version number: the tables must not outlive a correction of a reference table.
    """
    return digest_of(MAKERS)


def digest_of(names: Iterable[str]) -> str:
    """A digest of the code and the data of these packages and modules, wherever they are installed.

    They are found without being imported: `tables` needs DuckDB, and whoever only asks does not.
    """
    found = sha256()
    for name in names:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"there is no {name}", name=name)
        origin = Path(spec.origin)
        folder = origin.parent
        files = (
            sorted(path for path in folder.rglob("*") if _counts(path)) if origin.name == "__init__.py" else [origin]
        )
        for path in files:
            body = path.read_bytes()
            # The length keeps apart what would else be the same bytes, cut into files elsewhere.
            found.update(f"{name} {path.relative_to(folder).as_posix()} {len(body)}\n".encode())
            found.update(body)
    return found.hexdigest()[:32]


def _counts(path: Path) -> bool:
    return path.suffix in _ENDINGS and "__pycache__" not in path.parts and path.is_file()
