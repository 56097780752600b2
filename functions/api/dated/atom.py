"""Atom feeds (RFC 4287): entries of text and HTML, with links relative to the feed, as bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# What XML 1.0 (section 2.2) allows in no document, not even as a reference: it is dropped. \t, \n and \r are allowed.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Link:
    """A link; `href` is relative to the feed's own address, so that any host, stage or prefix works."""

    rel: str
    href: str
    type: str


@dataclass(frozen=True)
class Entry:
    """An entry. `id` is a URI and never changes; `updated` is an RFC 3339 time; `html` is markup."""

    id: str
    title: str
    updated: str
    category: str
    html: str
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Feed:
    """A feed, newest entries first."""

    id: str
    title: str
    subtitle: str
    updated: str
    author: str
    links: Sequence[Link]
    entries: Sequence[Entry]


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document in UTF-8."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        _element("id", feed.id),
        _element("title", feed.title),
        _element("subtitle", feed.subtitle),
        _element("updated", feed.updated),
        f"<author>{_element('name', feed.author)}</author>",
        *map(_link, feed.links),
        *map(_entry, feed.entries),
        "</feed>",
    ]
    return ("\n".join(lines) + "\n").encode()


def plain(text: str) -> str:
    """Text for a feed or its HTML: without the characters that XML forbids, on one line."""
    return " ".join(_FORBIDDEN.sub("", text).split())


def _entry(entry: Entry) -> str:
    parts = [
        _element("id", entry.id),
        _element("title", entry.title),
        _element("updated", entry.updated),
        f'<category term="{_escaped(entry.category)}"/>',
        *map(_link, entry.links),
        f'<content type="html">{_escaped(entry.html)}</content>',
    ]
    return "\n".join(["<entry>", *parts, "</entry>"])


def _link(link: Link) -> str:
    return f'<link rel="{_escaped(link.rel)}" type="{_escaped(link.type)}" href="{_escaped(link.href)}"/>'


def _element(name: str, text: str) -> str:
    return f"<{name}>{_escaped(text)}</{name}>"


def _escaped(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text))
