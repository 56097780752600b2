"""No text from outside can hold a pattern up: every pattern of the product takes time in proportion to the text."""

import re
import time
import types
from pathlib import Path
from typing import Any

import pytest

from tests.unit.patterns import Found, every_pattern, hostile, patterns_called, patterns_kept

# In small steps at first: a pattern whose time doubles with each character must be caught before it takes for ever.
SIZES = (16, 20, 24, 28, 32, 40, 52, 64, 96, 128, 192, 256, 384, 512, 1024)
LONG = 4 * SIZES[-1]
SUSPICIOUS_SECONDS = 0.004
FAR_TOO_LONG_SECONDS = 0.05


def seconds(pattern: re.Pattern[Any], text: str, tries: int = 1) -> float:
    """The least time of some tries for `search` and `fullmatch` over the text."""
    subject: Any = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    times = []
    for _ in range(tries):
        began = time.thread_time()
        pattern.search(subject)
        pattern.fullmatch(subject)
        times.append(time.thread_time() - began)
    return min(times)


def grows_too_fast(pattern: re.Pattern[Any]) -> str | None:
    """The hostile text over which the pattern takes more than in proportion, if there is one."""
    for before, piece, end in hostile(pattern):

        def text(size: int, begin: str = before, repeated: str = piece, last: str = end) -> str:
            return begin + repeated * (size // len(repeated)) + last

        shown = f"{before!r} + {piece!r} * n + {end!r}"
        if any(
            min(seconds(pattern, text(size)), seconds(pattern, text(size))) > FAR_TOO_LONG_SECONDS for size in SIZES
        ):
            return shown
        if seconds(pattern, text(LONG)) > SUSPICIOUS_SECONDS:
            long, short = seconds(pattern, text(LONG), 3), seconds(pattern, text(LONG // 4), 3)
            # Four times the text: four times the time for a linear pattern, sixteen times for a quadratic one.
            if long > SUSPICIOUS_SECONDS and long > 9 * short:
                return shown
    return None


@pytest.fixture(scope="module")
def patterns(root: Path) -> list[Found]:
    return every_pattern(root / "functions", root / "layers" / "common")


def test_every_pattern_is_linear_on_growing_hostile_input(patterns: list[Found]) -> None:
    slow = {found.where: text for found in patterns if (text := grows_too_fast(found.pattern))}
    assert slow == {}


def test_the_patterns_of_every_room_are_found(patterns: list[Found]) -> None:
    rooms = {found.where.partition(".")[0].partition(":")[0] for found in patterns}
    assert {"api", "etf_analytics", "etf_common", "etf_schwab", "extract", "transform"} <= rooms
    assert len(patterns) > 40


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b", r"(a|a)*b", r"(\w+\s?)*!", r"(?:\(\w\)\s*)+(?:\(\w\)\s*)*$", r"\d*\.?\d+x", r"\d+\.?\d*%",
        r"\s*x?\s*y", r";(?=[^=]*=)", r"[\d,]*\.?\d+(?:\s*[(/]?\s*[\d,]*\.?\d+)?\)", r"(?:ab?)*(?:ab?)*c",
        r".*=.*;", r"a.*?b.*?c$",
    ],
)  # fmt: skip
def test_a_pattern_that_is_not_linear_is_recognised(pattern: str) -> None:
    assert grows_too_fast(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern", [r"\d+(?:,\d+)*(?:\.\d*)?", r"\A\s*(?:this\.)?x\s*=", r"(?<!\d)\d++%", r"\w{1,12}x", r"[;,]\s?a"]
)
def test_a_linear_pattern_is_not_mistaken(pattern: str) -> None:
    assert grows_too_fast(re.compile(pattern)) is None


def test_patterns_are_found_wherever_a_module_keeps_them() -> None:
    module: Any = types.ModuleType("made_up")
    source = """
import functools, re
PLAIN = re.compile("plain")
NESTED = {"a": [(re.compile("nested"),)], re.compile("as a key"): 1}
BOUND = re.compile("bound").sub
PARTIAL = functools.partial(re.compile("partial").sub, "")
class Kept:
    INSIDE = re.compile("in a class")
    def __init__(self): self.own = re.compile("in an instance")
    def method(self, pattern=re.compile("a default")): pass
    @staticmethod
    def still(pattern=re.compile("a static default")): pass
INSTANCE = Kept()
def enclosing():
    pattern = re.compile("in a closure")
    def inner(): return pattern
    return inner
CLOSURE = enclosing()
@functools.lru_cache
def cached(pattern=re.compile("behind a cache")): pass
"""
    exec(source, module.__dict__)  # noqa: S102 - the module of this test
    assert {pattern.pattern for _, pattern in patterns_kept(module)} == {
        *("plain", "nested", "as a key", "bound", "partial", "in a class", "in an instance", "a default"),
        *("a static default", "in a closure", "behind a cache"),
    }  # fmt: skip


def test_patterns_are_found_in_calls() -> None:
    source = """
def call(text, symbol):
    re.search("constant", text, re.IGNORECASE)
    re.sub(PATTERN, "", text, flags=re.DOTALL)
    re.compile(rf"{PATTERN} of {re.escape(symbol)}")
    re.split("a" + PATTERN, text)
"""
    found = {
        each.pattern.pattern: each.pattern.flags for each in patterns_called(source, "x", {"PATTERN": "p+", "re": re})
    }

    assert set(found) == {"constant", "p+", "p+ of A", "ap+"}
    assert found["constant"] & re.IGNORECASE
    assert found["p+"] & re.DOTALL
    with pytest.raises(AssertionError, match="cannot tell"):
        list(patterns_called("def call(text): re.search(made_of(text), text)", "x", {}))
