"""What the API keeps does not grow with what it is asked, and what it needs for one answer has a limit."""

import gc
import json
import subprocess
import sys
import tracemalloc
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlsplit

from api.app import Handler, handler_of
from api.documents import VIEWS_KEPT
from api.service import Api
from api.snapshots import CACHE_SECONDS
from etf_common.config import DEFAULT_SYMBOLS
from local.system import System
from tests.events import http_event
from tests.functional.conftest import Refresh
from tests.functional.questions import any_question
from tests.translation import load

QUESTIONS = 150
ROUNDS = 8
BYTES_A_QUESTION = 3
"""A fraction of one entry for each stranger among the questions, or of one view for each new query."""


def ask(api: Handler, url: str) -> None:
    parts = urlsplit(url)
    answer = api(http_event(parts.path, query=dict(parse_qsl(parts.query)), headers={"accept-encoding": "gzip"}), None)
    assert answer["statusCode"] in {200, 400, 404}, (url, answer["body"])


def ask_much(api: Handler, chance: Random) -> None:
    """Ask anything, then what replaces all that may be kept, so that the same is kept at every measuring."""
    more_than_any = 1_000
    for _ in range(QUESTIONS):
        ask(api, any_question(chance, evenly=True))
    for symbol in DEFAULT_SYMBOLS:
        views = [f"holdings?limit={more_than_any + rows}" for rows in range(VIEWS_KEPT)]
        for path in ("", *(f"/{view}" for view in views), "/history", "/analytics"):
            ask(api, f"/api/etfs/{symbol}{path}")
    gc.collect()


def test_nothing_is_kept_of_what_was_asked(system: System, refresh: Refresh) -> None:
    # Given an API over eight funds that has been asked much, its caches expiring now and then
    for symbol in DEFAULT_SYMBOLS:
        refresh(symbol, max_holdings=100)
    ticks, chance = count(step=CACHE_SECONDS / 100), Random(0)
    # Counted from the start, so that what is replaced later counts as much before.
    tracemalloc.start()
    try:
        # Of computed answers only the newest is kept, which is the same at every measuring.
        api = handler_of(Api(system.lake, clock=lambda: next(ticks), answer_bytes=0))
        ask_much(api, chance)

        # When it is asked as much again, and again
        kept = []
        for _ in range(ROUNDS + 2):
            ask_much(api, chance)
            kept.append(_bytes_of_ours(tracemalloc.take_snapshot()))
    finally:
        tracemalloc.stop()

    # Then its own code keeps what it kept before; the interpreter's free lists breathe by some 1,000 bytes, whatever is
    # asked, which is why many rounds are compared with the first full one
    assert kept[-1] - kept[1] < ROUNDS * QUESTIONS * BYTES_A_QUESTION


def _bytes_of_ours(taken: tracemalloc.Snapshot) -> int:
    ours = [
        tracemalloc.Filter(inclusive=True, filename_pattern=f"*/{folder}/*")
        for folder in ("functions/api", "etf_common")
    ]
    size = sum(trace.size for trace in taken.filter_traces(ours).traces)
    print(size, "bytes")
    return size


def test_the_heaviest_questions_stay_within_the_functions_memory(root: Path) -> None:
    # Given the memory that the template gives the API
    limit = load(root)["Resources"]["Api"]["Properties"]["MemorySize"]

    # When a process of its own answers the heaviest questions, with the lake in its memory too
    command = [sys.executable, "-m", "tests.functional.heaviest_questions"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 - ours

    # Then a third of it is left for what is not measured here
    assert json.loads(ran.stdout.splitlines()[-1]) < limit * 2 / 3
