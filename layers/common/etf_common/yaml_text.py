"""YAML as a person writes it: loaded safely, and where it is broken, the line and column that an editor shows.

Stricter than PyYAML in three points: a key may stand in a mapping once (PyYAML takes the last one without a word), a
text may not refer to another part of itself (a few lines could otherwise mean gigabytes), and its size has a limit.
"""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError, SafeConstructor

from etf_common.errors import UsageError, one_line, shorten

MAX_BYTES = 1_000_000
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class _Loader(yaml.SafeLoader):
    """SafeLoader that refuses references and repeated keys, and says where the value is that it cannot read."""

    # Its own: the SAM CLI, in whose process `make config` reads the config, teaches SafeLoader other ways.
    yaml_constructors = SafeConstructor.yaml_constructors.copy()
    yaml_multi_constructors = SafeConstructor.yaml_multi_constructors.copy()

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # a gap in PyYAML's stubs
            raise ComposerError(None, None, "references (*name) are not supported", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        first: dict[Any, Any] = {}
        for key_node, _ in node.value:
            key, mark = self.construct_object(key_node, deep=True), key_node.start_mark
            try:
                known = first.setdefault(key, mark)
            except TypeError:
                raise ConstructorError(None, None, "a key has to be a plain text", mark) from None
            if known is not mark:
                raise ConstructorError("it was there first", known, f"the key {shorten(key)} is there twice", mark)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, AttributeError, OverflowError):
            # PyYAML lets the faults of its constructors through: the 31st of February, a number of 5,000 digits.
            problem = f"{shorten(str(node.value))} cannot be read as a date or a number"
            raise ConstructorError(None, None, problem, node.start_mark) from None


def load_yaml(data: bytes, name: str) -> tuple[Any, dict[Any, int]]:
    """The value in `data` (UTF-8, or UTF-16 with a byte order mark), and the line of each key of its outermost mapping.

    Raises UsageError, one line with `name`, line and column, for what is not YAML.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: has {len(data):,} bytes; at most {MAX_BYTES:,} are allowed")
    text = _decoded(data, name)
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = None if node is None else loader.construct_document(node)
    except yaml.reader.ReaderError as error:
        problem = f"the character {shorten(chr(error.character))} is not allowed"
        raise UsageError(f"{name}: is not YAML {_place(text, error.position)}: {problem}") from None
    except yaml.MarkedYAMLError as error:
        raise UsageError(f"{name}: is not YAML {_told(text, error)}") from None
    except RecursionError:
        raise UsageError(f"{name}: is nested too deeply; allowed are keys with a value or a list each") from None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return value, {key.value: _line(text, key.start_mark.index) for key, _ in pairs}


def _decoded(data: bytes, name: str) -> str:
    encoding = _UTF_16.get(data[:2], "utf-8")
    body = data[2:] if encoding != "utf-8" else data
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding)
        place, shown = _place(before, len(before)), encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise UsageError(f"{name}: is not YAML {place}: the bytes there are not {shown}; save it as UTF-8") from None


def _told(text: str, error: yaml.MarkedYAMLError) -> str:
    """Where and what. What is never closed is found at the end of the text only: then where it begins comes first."""
    problem, context = error.problem_mark, error.context_mark
    what = one_line(error.problem or "", 120)
    if problem is None:
        return f"{_place(text, context.index) if context else ''}: {what}"
    if context is None or context.index == problem.index:
        return f"{_place(text, problem.index)}: {what}"
    if not text[problem.index :].strip():
        return f"{_place(text, context.index)}: what begins there is not closed; {what}"
    return f"{_place(text, problem.index)}: {what}; {one_line(error.context or '', 60)} {_place(text, context.index)}"


def _line(text: str, index: int) -> int:
    return 1 + sum(1 for _ in _LINE_BREAK.finditer(text, 0, index))


def _place(text: str, index: int) -> str:
    """`(line 2, column 14)`, both counted from 1, in characters; a tab is one."""
    begin = max((found.end() for found in _LINE_BREAK.finditer(text, 0, index)), default=0)
    return f"(line {_line(text, index)}, column {index - begin + 1})"
