"""What the API keeps does not grow with what it is asked, to within a few bytes a question."""

import gc
import tracemalloc
from itertools import count
from random import Random
from urllib.parse import parse_qsl, urlsplit

from api.app import Handler, handler_of
from api.documents import VIEWS_KEPT
from api.service import Api
from api.snapshots import CACHE_SECONDS
from etf_common.config import DEFAULT_SYMBOLS
from local.system import System
from tests.functional.conftest import Refresh, http_event
from tests.functional.questions import any_question

QUESTIONS = 200
BYTES_A_QUESTION = 32
"""Less than any object of Python's, and a third of an entry that is kept for each stranger among the questions."""


def ask(api: Handler, url: str) -> None:
    parts = urlsplit(url)
    answer = api(http_event(parts.path, query=dict(parse_qsl(parts.query)), headers={"accept-encoding": "gzip"}), None)
    assert answer["statusCode"] in {200, 400, 404}, (url, answer["body"])


def ask_much(api: Handler, chance: Random) -> None:
    """Ask anything, then what replaces all that may be kept, so that the same is kept at every measuring."""
    for _ in range(QUESTIONS):
        ask(api, any_question(chance))
    for symbol in DEFAULT_SYMBOLS:
        views = [f"holdings?limit={rows}" for rows in range(1, VIEWS_KEPT + 1)]
        for path in ("", *(f"/{view}" for view in views), "/history", "/analytics"):
            ask(api, f"/api/etfs/{symbol}{path}")
    gc.collect()


def test_nothing_is_kept_of_what_was_asked(system: System, refresh: Refresh) -> None:
    # Given an API over eight funds that has been asked much, its caches expiring now and then
    for symbol in DEFAULT_SYMBOLS:
        refresh(symbol, max_holdings=100)
    ticks, chance = count(step=CACHE_SECONDS / 100), Random(0)
    api = handler_of(Api(system.lake, clock=lambda: next(ticks)))
    ask_much(api, chance)

    # When it is asked as much again, and again
    tracemalloc.start()
    try:
        kept = []
        for _ in range(2):
            ask_much(api, chance)
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    # Then it keeps what it kept before
    assert kept[1] - kept[0] < QUESTIONS * BYTES_A_QUESTION
