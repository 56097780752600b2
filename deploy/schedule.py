"""When EventBridge Scheduler runs something: `cron(...)` with six fields, or `rate(...)`, checked before a deploy.

CloudFormation finds a wrong one out half-way, and rolls a first deploy back. What each field takes is in AWS's
reference of cron expressions (EventBridge Scheduler's user guide, Schedule types).
"""

import re
from dataclasses import dataclass

from etf_common.errors import UsageError

_LONGEST = 256
_CRON = re.compile(r"cron\(([^()]*)\)")
_RATE = re.compile(r"rate\((\d{1,9}) (minute|hour|day)(s?)\)")
_STEP = re.compile(r"(.+)/(\d{1,4})")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NTH_DAY = re.compile(r"(\w{1,3})#([1-5])")
_EXAMPLE = "cron(30 17 ? * MON-FRI *)"


@dataclass(frozen=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    takes_any: bool = False
    """Whether it can be `?`."""
    has_steps: bool = True

    @property
    def allowed(self) -> str:
        named = f" or {self.names[0]}-{self.names[-1]}" if self.names else ""
        return f"{self.least}-{self.most}{named}"


_MONTH_DAY = _Field("day-of-month", 1, 31, takes_any=True)
_WEEKDAY = _Field("day-of-week", 1, 7, _DAYS, takes_any=True, has_steps=False)
_FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _MONTH_DAY,
    _Field("month", 1, 12, _MONTHS),
    _WEEKDAY,
    _Field("year", 1970, 2199),
)
_NAMES = " ".join(field.name for field in _FIELDS)


def check_schedule(name: str, text: str) -> None:
    """Raises UsageError, which says what to write, unless EventBridge takes `text` as the schedule `name`."""
    if len(text) > _LONGEST:
        raise UsageError(f"{name} has {len(text)} characters; a schedule has at most {_LONGEST}")
    if text.startswith("rate("):
        return _check_rate(name, text)
    found = _CRON.fullmatch(text)
    inside = found[1] if found else text
    fields = inside.split()
    if len(fields) == 5 and all(map(_looks_like_crontab, fields)):
        raise UsageError(f"{name} is {text!r}, five fields as a crontab has them; {_six_of(fields)}")
    if not found:
        like = f"cron({inside})" if len(fields) == len(_FIELDS) else _EXAMPLE
        raise UsageError(f"{name} is {text!r}; write cron(...) or rate(...), such as {like} or rate(1 day)")
    if len(fields) != len(_FIELDS):
        raise UsageError(f"{name} has {len(fields)} fields; EventBridge takes six: {_NAMES}, such as {_EXAMPLE}")
    for field, part in zip(_FIELDS, fields, strict=True):
        _check_field(name, field, part)
    _check_days(name, fields)
    return None


def _check_rate(name: str, text: str) -> None:
    found = _RATE.fullmatch(text)
    number = int(found[1]) if found else 0
    if not found or not number or (number == 1) is bool(found[3]):
        right = f"rate({number} {found[2]}{'' if number == 1 else 's'})" if found and number else "rate(1 day)"
        raise UsageError(f"{name} is {text!r}; a rate is a number and minutes, hours or days, one of them: {right}")


def _looks_like_crontab(part: str) -> bool:
    return re.fullmatch(r"[0-9A-Za-z*,/-]{1,40}", part) is not None


def _six_of(fields: list[str]) -> str:
    """What a crontab's line is in EventBridge's form: weekdays count from Sunday as 1, and one day field is `?`."""
    minutes, hours, month_day, month, weekday = (field.upper() for field in fields)
    told = f"EventBridge takes six ({_NAMES}), with a ? in one of the two day fields"
    if month_day != "*" and weekday != "*":
        return f"{told}: a crontab's two days cannot be said together, so write one schedule for one of them"
    # A crontab's Sunday is 0 or 7, its Monday 1.
    named = re.sub(r"(?<![/\d])[0-7](?!\d)", lambda found: _DAYS[int(found[0]) % 7], weekday)
    days = ",".join(dict.fromkeys(",".join(map(_forward, named.split(","))).split(",")))
    month_day, weekday = ("?", days) if weekday != "*" else (month_day, "?")
    return f"{told}: write cron({minutes} {hours} {month_day} {month} {weekday} *)"


def _forward(days: str) -> str:
    """A range that ends in Sunday, day by day: a crontab's week can end with it, EventBridge's begins with it."""
    begin, _, end = days.partition("-")
    if end != "SUN" or begin not in _DAYS:
        return days
    return ",".join((*_DAYS[_DAYS.index(begin) :], end)) if begin != end else f"{begin}-{_DAYS[-1]}"


def _check_field(name: str, field: _Field, part: str) -> None:
    if part == "?" and not field.takes_any:
        raise UsageError(f"{name}: ? stands for one of the two days only; write * as the {field.name}")
    if "#" in part and "," in part:
        raise UsageError(f"{name}: with # the day-of-week is one day, such as TUE#2; {part!r} names several")
    if part in ("*", "?"):
        return
    for item in part.split(","):
        if not _is_item(field, item):
            more = {_MONTH_DAY: ", L, 15W", _WEEKDAY: ", L, FRIL, TUE#2"}.get(field, "")
            steps = ", 0/15" if field.has_steps else ""
            raise UsageError(
                f"{name}: {item!r} is invalid as {field.name}; it takes {field.allowed}, lists, ranges{steps}{more}"
            )


def _is_item(field: _Field, item: str) -> bool:
    if _is_special(field, item):
        return True
    stepped = _STEP.fullmatch(item) if field.has_steps else None
    if stepped and not int(stepped[2]):
        return False
    begin, dash, end = (stepped[1] if stepped else item).partition("-")
    if not dash:
        return (begin == "*" and stepped is not None) or _number(field, begin) is not None
    first, last = _number(field, begin), _number(field, end)
    return first is not None and last is not None and first <= last


def _is_special(field: _Field, item: str) -> bool:
    """Whether it is the last day, the weekday nearest to a day, or the last or the n-th of a weekday."""
    if field is _MONTH_DAY:
        return item == "L" or (item.endswith("W") and _number(field, item[:-1]) is not None)
    if field is not _WEEKDAY:
        return False
    nth = _NTH_DAY.fullmatch(item)
    day = nth[1] if nth else item.removesuffix("L")
    return item == "L" or (day != item and _number(field, day) is not None)


def _number(field: _Field, text: str) -> int | None:
    """The number of a value or a name; None if the field does not take it."""
    if text.upper() in field.names:
        return field.names.index(text.upper()) + field.least
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else -1
    return number if field.least <= number <= field.most else None


def _check_days(name: str, fields: list[str]) -> None:
    month_day, weekday = fields[2], fields[4]
    if (month_day == "?") is not (weekday == "?"):
        return
    first, last = ("*", "?") if month_day == "?" or weekday == "*" else ("?", weekday)
    first = month_day if weekday == "*" and month_day != "?" else first
    right = " ".join((*fields[:2], first, fields[3], last, fields[5]))
    both = "both are ?" if month_day == "?" else "neither is ?"
    raise UsageError(f"{name}: of day-of-month and day-of-week exactly one is ?, and here {both}; write cron({right})")
