"""What one way of joining a list with a filing found."""

from dataclasses import dataclass, field

from etf_common.codes import JoinedBy, OpenReason


@dataclass(frozen=True)
class Found:
    """Pairs, and why others stay open, by the numbers that the rows and the lines were given with."""

    pairs: list[tuple[int, int, JoinedBy]] = field(default_factory=list)
    open_rows: dict[int, OpenReason] = field(default_factory=dict)
    open_lines: dict[int, OpenReason] = field(default_factory=dict)
