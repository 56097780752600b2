"""What a page may hold, counted in its bytes before a tree stands: a page of 6 MB of `<p>x` makes a tree of 700 MB."""

import re

from etf_common.errors import LayoutError
from etf_schwab.limits import MAX_ANSWER_BYTES, MAX_PAGE_TAGS, MAX_TAG_ATTRIBUTES

# So few take the HTML parser some seconds at most, even in one tag: such a page need not be searched for one.
_FEW_ATTRIBUTES = 50_000
_SEPARATORS = tuple(b" \n\t\r\f/=".decode())
# HTML's own rules: in a tag a quote counts only behind an equals sign; in a comment or a script there are no tags.
# Every alternative can also end where the page does, so that nothing is searched twice.
_INSIDE = rb"""(?:[^>=]|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+"""
_TAG = re.compile(
    rb"<!--(?:.*?-->|.*\Z)"
    rb"|<(?:(script|style|textarea|title|xmp|iframe|noembed|noframes)(?=[\s/>])(" + _INSIDE + rb")(?:>|\Z)"
    rb"(?:.*?</\1|.*\Z)|[a-z](" + _INSIDE + rb")(?:>|\Z))",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>]*+)|[\s/]++""")


def check_page_limits(html: bytes) -> None:
    """Raises LayoutError, naming the limit, for a page larger than any real one."""
    for what, count, limit in (("bytes", len(html), MAX_ANSWER_BYTES), ("tags", html.count(b"<"), MAX_PAGE_TAGS)):
        if count > limit:
            raise LayoutError(f"the page has {count:,} {what}; at most {limit:,} are read")
    if sum(html.count(separator.encode()) for separator in _SEPARATORS) <= _FEW_ATTRIBUTES:
        return
    for tag in _TAG.finditer(html):
        inside = tag[2] or tag[3] or b""
        if len(inside) > MAX_TAG_ATTRIBUTES and len(_ATTRIBUTE.findall(inside)) > MAX_TAG_ATTRIBUTES:
            raise LayoutError(f"a tag of the page has more than {MAX_TAG_ATTRIBUTES:,} attributes; no more are read")
