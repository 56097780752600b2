"""Schedules as EventBridge reads them: what is taken, and what a wrong one is told to be instead."""

import re

import pytest

from deploy.schedule import check_schedule
from etf_common.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        *(
            "cron(30 17 ? * MON-FRI *)",
            "cron(0 7 ? * SAT *)",
            "cron(50 * * * ? *)",
            "cron(0/15 9-16 ? * 2-6 2026-2030)",
        ),
        *("cron(0 10 L * ? *)", "cron(0 10 15W * ? *)", "cron(0 10 ? * 6L 2026)", "cron(0 10 ? * FRIL *)"),
        *("cron(0 10 ? * L *)", "cron(0 10 ? * TUE#2 *)", "cron(0 10 ? * 3#5 *)", "cron(0,30 8 1,15 JAN,JUL ? 2199)"),
        *("cron(*/5 * * * ? *)", "cron(0 18 ? JAN-MAR mon-fri *)", "cron(  0  18 ? * MON-FRI  * )"),
        *("rate(1 day)", "rate(12 hours)", "rate(90 minutes)"),
    ],
)
def test_what_eventbridge_takes_is_taken(text: str) -> None:
    check_schedule("Schedule", text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # As a crontab has it, in cron(...) or without
        ("30 17 * * 1-5", "five fields as a crontab has them"),
        ("30 17 * * 1-5", "write cron(30 17 ? * MON-FRI *)"),
        ("cron(0 7 * * 6)", "write cron(0 7 ? * SAT *)"),
        ("cron(0 7 * * 0,7)", "write cron(0 7 ? * SUN *)"),
        ("cron(0 7 * * mon)", "write cron(0 7 ? * MON *)"),
        ("cron(0 7 1 * *)", "write cron(0 7 1 * ? *)"),
        ("cron(*/30 * * * *)", "write cron(*/30 * * * ? *)"),
        ("cron(0 7 1 * 1)", "a crontab's two days cannot be said together"),
        # The two days
        ("cron(30 17 * * MON-FRI *)", "neither is ?; write cron(30 17 ? * MON-FRI *)"),
        ("cron(30 17 * * * *)", "neither is ?; write cron(30 17 * * ? *)"),
        ("cron(30 17 15 * * *)", "neither is ?; write cron(30 17 15 * ? *)"),
        ("cron(30 17 15 * MON *)", "neither is ?; write cron(30 17 ? * MON *)"),
        ("cron(30 17 ? * ? *)", "both are ?; write cron(30 17 * * ? *)"),
        # The fields
        ("cron(60 17 ? * MON *)", "'60' is invalid as minutes; it takes 0-59"),
        ("cron(30 24 ? * MON *)", "'24' is invalid as hours; it takes 0-23"),
        ("cron(30 17 32 * ? *)", "'32' is invalid as day-of-month"),
        ("cron(30 17 ? 13 MON *)", "'13' is invalid as month; it takes 1-12 or JAN-DEC"),
        ("cron(30 17 ? * 0-5 *)", "'0-5' is invalid as day-of-week; it takes 1-7 or SUN-SAT"),
        ("cron(30 17 ? * MONDAY *)", "'MONDAY' is invalid as day-of-week"),
        ("cron(30 17 ? * FRI-MON *)", "'FRI-MON' is invalid as day-of-week"),
        ("cron(30 17 ? * TUE#6 *)", "'TUE#6' is invalid as day-of-week"),
        ("cron(30 17 ? * 3#1,6#3 *)", "with # the day-of-week is one day"),
        ("cron(30 17 ? * MON 1969)", "'1969' is invalid as year; it takes 1970-2199"),
        ("cron(0/0 17 ? * MON *)", "'0/0' is invalid as minutes"),
        ("cron(, 17 ? * MON *)", "'' is invalid as minutes"),
        ("cron(? 17 * * ? *)", "write * as the minutes"),
        (
            "cron(30 17 ? * MON)",
            "has 5 fields; EventBridge takes six: minutes hours day-of-month month day-of-week",
        ),
        ("cron(30 17 ? * MON * *)", "has 7 fields"),
        ("cron()", "has 0 fields"),
        ("30 17 ? * MON-FRI *", "such as cron(30 17 ? * MON-FRI *)"),
        ("daily", "write cron(...) or rate(...)"),
        ("at(2026-11-20T22:30:00)", "write cron(...) or rate(...)"),
        # Rates
        ("rate(1 days)", "rate(1 day)"),
        ("rate(5 minute)", "rate(5 minutes)"),
        ("rate(0 days)", "rate(1 day)"),
        ("rate(1 week)", "a number and minutes, hours or days"),
        ("rate(1,5 days)", "a number and minutes, hours or days"),
        ("cron(" + "1," * 200 + "1 17 ? * MON *)", "at most 256"),
    ],
)
def test_what_it_does_not_take_is_told_what_to_write(text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_schedule("Schedule", text)

    assert says in caught.value.message
    assert caught.value.message.startswith("Schedule")


@pytest.mark.parametrize(
    ("days", "means"),
    [("5-7", "FRI,SAT,SUN"), ("FRI-SUN", "FRI,SAT,SUN"), ("0-7", "SUN-SAT"), ("0-3", "SUN-WED"), ("6,7,0", "SAT,SUN")],
)
def test_what_a_crontab_is_told_to_be_is_taken(days: str, means: str) -> None:
    with pytest.raises(UsageError) as refused:
        check_schedule("Schedule", f"30 9 * * {days}")

    (suggested,) = re.findall(r"write (cron\(.*\))$", str(refused.value))
    assert suggested == f"cron(30 9 ? * {means} *)"
    check_schedule("Schedule", suggested)
