"""Finding every pattern of the product, and texts that a pattern could take long over."""

import ast
import functools
import importlib
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, cast

PATTERN_FUNCTIONS = frozenset(
    {"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}
)
Sre = Any
"""What `re._parser` makes of a pattern; it has no public types."""
_parser: Any = re._parser


@dataclass(frozen=True)
class Found:
    """A pattern, and where it stands."""

    where: str
    pattern: re.Pattern[Any]


def every_pattern(*folders: Path) -> list[Found]:
    """The patterns of all modules below these folders: kept anywhere in a module, or written in a call of `re`."""
    found: dict[tuple[Any, int], Found] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            names = path.relative_to(folder).with_suffix("").parts
            name = ".".join(names[:-1] if names[-1] == "__init__" else names)
            module = importlib.import_module(name)
            kept = (Found(where, pattern) for where, pattern in patterns_kept(module))
            for each in (*kept, *patterns_called(path.read_text(), name, vars(module))):
                found.setdefault((each.pattern.pattern, each.pattern.flags), each)
    return list(found.values())


def patterns_kept(module: types.ModuleType) -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Patterns that a module's names lead to: through containers, classes, instances, functions, partials, methods."""
    stack: list[tuple[str, Any]] = [(f"{module.__name__}.{name}", value) for name, value in vars(module).items()]
    seen: set[int] = set()
    while stack:
        where, value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, re.Pattern):
            yield where, value
        else:
            stack += [(f"{where}.{name}", inner) for name, inner in _inside(value, module.__name__)]


def _inside(value: Any, module: str) -> list[tuple[str, Any]]:
    """(name, value) of all that a value holds; nothing of other modules' own."""
    if isinstance(value, dict):
        return [*(("key", key) for key in value), *((str(key), inner) for key, inner in value.items())]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [(str(index), inner) for index, inner in enumerate(value)]
    if isinstance(value, functools.partial):
        return [("func", value.func), ("args", value.args), ("keywords", value.keywords)]
    if isinstance(value, types.ModuleType):
        return []
    if not isinstance(value, type) and getattr(value, "__self__", None) is not None:  # a method of something
        return [("self", value.__self__)]
    # What wraps a function can be of any module; all else only of this one.
    wrapped = [(name, getattr(value, name, None)) for name in ("__wrapped__", "__func__", "fget")]
    is_own = module in (getattr(value, "__module__", None), type(value).__module__)
    return [*wrapped, *(_own_parts(value) if is_own else ())]


def _own_parts(value: Any) -> Iterator[tuple[str, Any]]:
    for name in ("__defaults__", "__kwdefaults__", "__dict__"):
        inner = getattr(value, name, None)
        yield name, dict(inner) if isinstance(inner, types.MappingProxyType) else inner
    yield from (("closure", cell.cell_contents) for cell in getattr(value, "__closure__", None) or ())
    yield from ((str(name), getattr(value, str(name), None)) for name in getattr(type(value), "__slots__", ()))


def patterns_called(source: str, name: str, names: dict[str, Any]) -> Iterator[Found]:
    """The patterns that the source hands to functions of `re`; what an f-string fills in is taken to be `A`."""
    tree = ast.parse(source)
    functions = [
        node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    ]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for call in ast.walk(tree):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id == "re"
            and call.func.attr in PATTERN_FUNCTIONS
            and call.args
        ):
            where = f"{name}:{call.lineno}"
            text = _text(call.args[0], names)
            if text is None and id(call) not in inside:
                continue  # made when the module is loaded: what it keeps is found there
            if text is None:
                raise AssertionError(f"{where}: cannot tell the pattern in {ast.unparse(call)}")
            yield Found(where, re.compile(text, _flags(call, names)))


def _text(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.JoinedStr):
        pieces = [part.value if isinstance(part, ast.Constant) else _filled(part, names) for part in node.values]
        return "".join(map(str, pieces))
    try:
        # Constants and names of the module only, joined; anything else raises.
        value = eval(compile(ast.Expression(node), "pattern", "eval"), {"__builtins__": {}}, dict(names))  # noqa: S307 - the product's own source
    except Exception:  # noqa: BLE001 - a local variable, a call: not known without running it
        return "A" if isinstance(node, ast.FormattedValue) else None
    return value.pattern if isinstance(value, re.Pattern) else value if isinstance(value, (str, bytes)) else None


def _filled(part: ast.expr, names: dict[str, Any]) -> str:
    value = _text(cast(ast.FormattedValue, part).value, names)
    return value if isinstance(value, str) else "A"


def _flags(call: ast.Call, names: dict[str, Any]) -> int:
    flags = 0
    for node in [*call.args[1:], *(keyword.value for keyword in call.keywords if keyword.arg == "flags")]:
        if "re." in ast.unparse(node) and "re.sub" not in ast.unparse(node):
            flags |= int(eval(compile(ast.Expression(node), "flags", "eval"), dict(names)))  # noqa: S307 - as above
    return flags


# Texts that have made patterns slow, each to be repeated, whatever the pattern looks like.
FIXED = (
    *(
        "1",
        "a",
        "A",
        " ",
        "\t",
        "\n",
        ";",
        ",",
        ".",
        "=",
        "-",
        "(",
        ")",
        "&",
        "%",
        "/",
        "<",
        '"',
        "'",
        "x ",
        "a ",
        "A ",
    ),
    *("(a) ", "1,", "1.", "1 ", "A.", "A/", "a=", "<a ", "&a", "%u", " (", "CASH ", "\u00a0", "\u00e9"),
)
ENDS = ("", "!", "\x00", "a", "1", ")")
MOST_TEXTS = 160


def hostile(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """(beginning, piece to repeat, end) of texts that could make the pattern try many ways."""
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    own: dict[tuple[str, str], None] = {}
    for before, piece in _pumps(tree, ""):
        own.setdefault((before, piece))
    whole = _sample(tree)
    pieces = [(before, piece) for before, piece in own if piece]
    pieces += [("", text) for text in (whole, whole[:-1], whole[1:]) if text]
    texts = [(before, piece, end) for before, piece in islice(pieces, 60) for end in ("", "!", "\x00")]
    fixed = [("", piece, end) for piece in FIXED for end in ("", "!")]
    return list(dict.fromkeys([*texts[:MOST_TEXTS], *fixed, *(("", whole[:1] or "a", end) for end in ENDS)]))


def _pumps(tree: Sre, before: str) -> Iterator[tuple[str, str]]:
    """(what leads there, what is repeated) of every repetition in the pattern, and of two in a row."""
    last = None
    for operator, value in tree:
        name = str(operator)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            least, most, inner = value
            if most > 8:
                samples = list(islice(_samples(inner), 8))
                yield from ((before, sample) for sample in samples)
                if last is not None:
                    yield from ((before, last + sample) for sample in samples[:2])
                last = samples[0] if samples else None
            yield from _pumps(inner, before)
            before += _sample(inner) * max(least, 1)
            continue
        for inner in _subpatterns(name, value):
            yield from _pumps(inner, before)
        before += _sample([(operator, value)])


def _subpatterns(name: str, value: Any) -> list[Sre]:
    if name == "SUBPATTERN":
        return [value[3]]
    if name == "ATOMIC_GROUP":
        return [value]
    if name == "BRANCH":
        return list(value[1])
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [value[1]]
    if name == "GROUPREF_EXISTS":
        return [inner for inner in value[1:] if inner]
    return []


def _samples(tree: Sre) -> Iterator[str]:
    """Short texts that the pattern matches: one for each alternative and each member of a set."""
    items = list(tree)
    if len(items) == 1:
        name, value = str(items[0][0]), items[0][1]
        if name == "IN":
            yield from _members(value)
            return
        if name in {"SUBPATTERN", "BRANCH", "ATOMIC_GROUP"}:
            for inner in _subpatterns(name, value):
                yield from _samples(inner)
            return
    yield _sample(tree)
    if len(items) > 1:  # and with each repetition gone on once more
        yield "".join(_sample([item]) * 2 for item in items)


def _sample(tree: Sre) -> str:
    return "".join(_one(str(operator), value) for operator, value in tree)


def _one(name: str, value: Any) -> str:
    if name in {"SUBPATTERN", "BRANCH", "ATOMIC_GROUP"}:
        return _sample(_subpatterns(name, value)[0])
    if name.endswith("REPEAT"):
        return _sample(value[2]) * max(int(value[0]), 1)
    if name == "IN":
        return str(next(_members(value), "a"))
    if name in {"LITERAL", "NOT_LITERAL"}:
        return chr(int(value) + (name == "NOT_LITERAL"))
    return "a" if name == "ANY" else ""  # places, assertions, references


_CATEGORIES = {
    "CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "-",
}  # fmt: skip


def _members(items: Any) -> Iterator[str]:
    if str(items[0][0]) == "NEGATE":
        inside = re.compile("[" + "".join(_as_class(item) for item in items[1:]) + "]", re.DOTALL)
        yield from islice((text for text in " a1.,;-()=<\"'/&%\n" if not inside.match(text)), 6)
        return
    for operator, value in items:
        if str(operator) == "LITERAL":
            yield chr(value)
        elif str(operator) == "RANGE":
            yield chr(value[0])
        elif str(operator) == "CATEGORY":
            yield _CATEGORIES[str(value)]


def _as_class(item: Any) -> str:
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return re.escape(chr(value))
    if name == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    letters = {"CATEGORY_DIGIT": "d", "CATEGORY_SPACE": "s", "CATEGORY_WORD": "w"}
    name = str(value)
    return (
        f"\\{letters[name.replace('NOT_', '')]}"
        if "NOT" not in name
        else f"\\{letters[name.replace('NOT_', '')].upper()}"
    )
