"""JSON for people to read: one value a line, indented."""

import json

MOST_INDENTED_BYTES = 4_000_000
"""A second of CPU; the largest fund's snapshot has a third of it."""


def indented(json_text: str) -> str:
    """The same JSON value, two blanks deeper on each level. Numbers of the pipeline are shortest, so they stay."""
    return f"{json.dumps(json.loads(json_text), indent=2, ensure_ascii=False)}\n"
