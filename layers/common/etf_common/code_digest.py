"""A digest of code and of the reference tables beside it, so that nothing made with them outlives a correction."""

from collections.abc import Iterable
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

_ENDINGS = frozenset((".py", ".csv", ".json"))


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
