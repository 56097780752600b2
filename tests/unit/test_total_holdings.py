"""The number of holdings in words, where a list has no pager."""

import pytest

from etf_schwab.pager import find_total_holdings


@pytest.mark.parametrize(
    ("html", "total"),
    [
        ("15 Total Holdings", 15),
        ("15 total holdings", 15),
        ("15 TOTAL HOLDINGS", 15),
        ("1,015 Total Holdings", 1015),
        ("15&nbsp;Total&nbsp;Holdings", 15),
        ("15\u00a0Total\u00a0Holdings", 15),
        ("<b>15</b> <span>Total</span> <span>Holdings</span>", 15),
        ("Total Holdings: 15", 15),
        ("<b>Total Holdings</b>: <b>1,015</b>", 1015),
        ("<b>Total Holdings:</b>&nbsp;15", 15),
        ("15 Total Holdings, Total Holdings: 16", None),
        ("Total Holdings: 15.5%", None),
        ("15.5 Total Holdings", None),
        ("Total Holdings", None),
    ],
)
def test_the_total_is_read_in_every_form_that_a_page_can_write(html: str, total: int | None) -> None:
    assert find_total_holdings(html) == total
