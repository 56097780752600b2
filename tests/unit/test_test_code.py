"""Rules for the tests themselves: what they import, which names they touch, and what they measure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PUBLIC = {"_replace", "_asdict", "_fields"}
"""A namedtuple's documented methods, which begin with an underscore only so that no field can have their name."""
EXCEPTIONS = {
    # The standard library has no public parser of regular expressions.
    ("tests/unit/patterns.py", "re._parser"),
}
CLOCKS = {"monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "thread_time", "time"}
GROWTH_TESTS = {"tests/unit/test_patterns.py", "tests/unit/test_asset_class.py"}
"""They compare how CPU time grows with the text; benchmarks measure everything else."""
PATCHES = {"setattr", "delattr", "setitem", "delitem", "patch", "object"}


def trees(root: Path, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """(path, syntax tree) of every file of these folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC | {"_"}


def private_names(tree: ast.AST) -> Iterator[str]:
    """The private names of others that the code touches: imported, read or set, or patched by name."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=module, names=names):
                dotted = [f"{module}.{alias.name}" for alias in names]
                yield from (name for name in dotted if any(map(is_private, name.split("."))))
            case ast.Import(names=names):
                yield from (alias.name for alias in names if any(map(is_private, alias.name.split("."))))
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                pass
            case ast.Attribute(attr=name) if is_private(name):
                yield ast.unparse(node)
            case ast.Call(func=ast.Attribute(attr=called), args=arguments) if called in PATCHES:
                texts = [node.value for node in arguments[:2] if isinstance(node, ast.Constant)]
                yield from (text for text in texts if isinstance(text, str) and any(map(is_private, text.split("."))))
            case ast.Call(func=ast.Name(id="getattr" | "setattr"), args=[_, ast.Constant(value=str(name)), *_]) if (
                is_private(name)
            ):
                yield name
            case _:
                pass


def asserts_on_a_clock(function: ast.AST) -> bool:
    """Whether an assertion compares a clock's time, or a variable that was calculated from it, with a limit."""
    timed: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and reads_clock(node.value, timed):
            names = [name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            timed |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return any(isinstance(node, ast.Assert) and reads_clock(node.test, timed) for node in ast.walk(function))


def reads_clock(expression: ast.AST, timed: set[str]) -> bool:
    for node in ast.walk(expression):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr=name)) if name in CLOCKS:
                return True
            case ast.Name(id=name) if name in timed:
                return True
            case _:
                pass
    return False


def test_no_test_touches_a_private_name_of_the_product(root: Path) -> None:
    found = {(path, name) for path, tree in trees(root, "tests", "benchmarks") for name in private_names(tree)}
    assert found - EXCEPTIONS == set(), "make the name public, or pass a collaborator"
    assert found & EXCEPTIONS == EXCEPTIONS, "an exception that no test needs any more"


@pytest.mark.parametrize(
    "code",
    [
        "from etf_common.lake import _date_of",
        "import extract._protocol",
        "from extract._protocol import send",
        "sweep._transform = None",
        "system.aws._server.stop()",
        "super()._put()",
        "monkeypatch.setattr(lake, '_date_of', None)",
        "monkeypatch.setattr('etf_common.lake._date_of', None)",
        "getattr(lake, '_s3')",
    ],
)
def test_every_way_to_a_private_name_is_found(code: str) -> None:
    assert list(private_names(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["row._replace(name='x')", "self._left = 1", "from __future__ import annotations", "len.__doc__", "_ = a.b"]
)
def test_ordinary_names_are_not_taken_for_private_ones(code: str) -> None:
    assert list(private_names(ast.parse(code))) == []


def test_unit_tests_import_nothing_of_the_other_tests(root: Path) -> None:
    others = ("tests.functional", "tests.e2e", "tests.template")
    for path, tree in trees(root, "tests/unit"):
        for node in ast.walk(tree):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not any(module.startswith(others) for module in modules), path
            assert not ("tests" in modules and {a.name for a in node.names} & {"functional", "e2e", "template"}), path  # type: ignore[attr-defined]


def test_only_one_place_builds_the_events_of_api_gateway(root: Path) -> None:
    def builds(tree: ast.AST) -> bool:
        return any(
            isinstance(node, ast.Dict)
            and {"rawPath", "requestContext"} <= {key.value for key in node.keys if isinstance(key, ast.Constant)}
            for node in ast.walk(tree)
        )

    assert [path for path, tree in trees(root, "tests", "benchmarks") if builds(tree)] == ["tests/events.py"]


def test_no_assertion_depends_on_how_fast_the_machine_is(root: Path) -> None:
    found = [
        f"{path}::{function.name}"
        for path, tree in trees(root, "tests")
        if path not in GROWTH_TESTS
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and asserts_on_a_clock(function)
    ]
    assert found == [], "measure it in benchmarks/, or pass a clock"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("began = time.monotonic()\nwork()\nassert time.monotonic() - began < 5", True),
        ("began = time.perf_counter()\nwork()\ntook = time.perf_counter() - began\nassert took < 5", True),
        ("self.took[0] = time.monotonic()\nassert self.ended", False),
        ("ends = time.monotonic() + 5\nwhile time.monotonic() < ends:\n    work()\nassert done", False),
    ],
)
def test_an_assertion_on_a_clock_is_told_from_a_deadline(code: str, expected: bool) -> None:
    assert asserts_on_a_clock(ast.parse(code)) is expected
