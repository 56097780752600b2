"""What is odd about a filing, gathered while it is read."""

from etf_common.codes import IssueCode
from etf_common.models import Issue

ROWS_NAMED = 10
_DETAILS = {
    IssueCode.NAME_MISSING: "a line has neither a name nor a title",
    IssueCode.WEIGHT_MISSING: "a line has no weight",
    IssueCode.VALUE_MISSING: "a line has no value",
    IssueCode.UNREADABLE_NUMBER: "a field that should hold a number holds something else",
    IssueCode.NUMBER_OUT_OF_RANGE: "a number is larger than any that a fund can have, so it is null",
    IssueCode.UNREADABLE_DATE: "a field that should hold a date holds something else, so it is null",
    IssueCode.UNKNOWN_CODE: "a code is not one of the form's; it stands as filed",
    IssueCode.CHECK_DIGIT_WRONG: "an ISIN or CUSIP does not fit its check digit; it stands as filed",
    IssueCode.VALUE_AGAINST_WEIGHT: "a line's value over the net assets is not its weight",
}


class Issues:
    """Counts each kind of oddity, and names the first lines that have it."""

    def __init__(self) -> None:
        self._counts: dict[IssueCode, int] = {}
        self._rows: dict[IssueCode, list[int]] = {}
        self._whole: list[Issue] = []

    def line(self, code: IssueCode, row: int) -> None:
        """The line `row`, counted from 1, has it; one line counts once."""
        rows = self._rows.setdefault(code, [])
        if rows and rows[-1] == row:
            return
        self._counts[code] = self._counts.get(code, 0) + 1
        if len(rows) < ROWS_NAMED:
            rows.append(row)

    def filing(self, code: IssueCode, detail: str) -> None:
        """The filing as a whole has it."""
        self._whole.append(Issue(code=code, detail=detail))

    def found(self) -> tuple[Issue, ...]:
        """All of them: the filing's, then the lines', in the order of the codes' names."""
        lines = (
            Issue(code=code, detail=_DETAILS[code], count=self._counts[code], rows=tuple(rows))
            for code, rows in sorted(self._rows.items())
        )
        return (*self._whole, *lines)
