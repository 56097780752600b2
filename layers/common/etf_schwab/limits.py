"""How much one capture may hold. Extract and transform keep the same limits: a capture can be put into raw/ by hand.

They are many times what the largest real fund needs (some 20,000 lines in answers of 300 KB, a page of 300 KB), and
small enough that the heaviest capture within them stays below the functions' memory (tests/functional/test_limits.py).
"""

MAX_ANSWER_BYTES = 8 * 1024 * 1024
"""One answer of the module API, or the page, after decompression."""
MAX_ROWS = 40_000
"""Rows of one list."""

MAX_ANSWER_NODES = 400_000
"""Objects and arrays of one answer: a row of five cells has about twenty."""
MAX_ANSWER_VALUES = 1_500_000
"""Values of one answer, counted by their commas."""
MAX_ANSWER_DEPTH = 100
"""Objects and arrays inside one another; a real answer has about twelve."""

MAX_PAGE_TAGS = 60_000
"""Tags of a page: a real one has a few thousand."""
MAX_TAG_ATTRIBUTES = 1_000
"""Attributes of one tag. The HTML parser compares each with all before it, so 100,000 of them take minutes."""

RAW_CHARACTERS = 10_000
"""Of a text as it came, escapes included; the rest is not read."""
NAME_CHARACTERS = 300
"""Of a holding's or a fund's name; a longer one is cut, with an issue."""
SYMBOL_CHARACTERS = 32
"""Of a symbol; a longer one is cut, with an issue."""
