"""What RFC 4287 demands of a feed, as far as a machine can tell: its RELAX NG schema, and the rules beside it."""

import re
from typing import Any

import lxml.etree
import lxml.html

ATOM = "{http://www.w3.org/2005/Atom}"
# Appendix B of the RFC in XML syntax, without what these feeds never use (xhtml, extensions, other sources, rights).
SCHEMA = """
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed"><interleave>
    <oneOrMore><ref name="author"/></oneOrMore>
    <zeroOrMore><ref name="category"/></zeroOrMore>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><element name="subtitle"><ref name="text"/></element></optional>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="entry"><element name="entry"><interleave>
    <zeroOrMore><ref name="author"/></zeroOrMore>
    <zeroOrMore><ref name="category"/></zeroOrMore>
    <ref name="id"/><ref name="title"/><ref name="updated"/>
    <optional><ref name="content"/></optional>
    <zeroOrMore><ref name="link"/></zeroOrMore>
  </interleave></element></define>
  <define name="author"><element name="author"><element name="name"><text/></element></element></define>
  <define name="category"><element name="category">
    <attribute name="term"/><optional><attribute name="label"/></optional>
  </element></define>
  <define name="id"><element name="id"><data type="anyURI"/></element></define>
  <define name="title"><element name="title"><ref name="text"/></element></define>
  <define name="updated"><element name="updated"><data type="dateTime"/></element></define>
  <define name="content"><element name="content">
    <attribute name="type"><choice><value>text</value><value>html</value></choice></attribute><text/>
  </element></define>
  <define name="link"><element name="link">
    <attribute name="href"><data type="anyURI"/></attribute>
    <optional><attribute name="rel"/></optional>
    <optional><attribute name="type">
      <data type="string"><param name="pattern">.+/.+</param></data>
    </attribute></optional>
  </element></define>
  <define name="text">
    <optional><attribute name="type"><choice><value>text</value><value>html</value></choice></attribute></optional>
    <text/>
  </define>
</grammar>
"""
RELAX_NG = lxml.etree.RelaxNG(lxml.etree.fromstring(SCHEMA))
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
KNOWN = {"p", "ul", "li", "strong", "table", "thead", "tbody", "tr", "th", "td", "div"}
"""The elements that an entry's HTML may have; `div` is what lxml puts around it."""


def checked(body: bytes) -> Any:
    """The root of a feed that keeps to the RFC; its entries have no markup but ours."""
    # A strict parser: it refuses characters that XML forbids, and knows no entity but XML's own.
    root = lxml.etree.fromstring(body, lxml.etree.XMLParser(resolve_entities=False, recover=False))
    RELAX_NG.assertValid(root)
    entries = root.findall(f"{ATOM}entry")
    ids = [found.text for found in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", found) for found in ids)
    assert all(TIME.fullmatch(found.text) for found in root.iter(f"{ATOM}updated"))
    assert [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"] == ["changes.atom"]
    for each in (root, *entries):
        alternates = [link.get("type") for link in each.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(set(alternates)) == len(alternates)
    assert all(html_of(entry) is not None for entry in entries)
    return root


def html_of(entry: Any) -> Any:
    """The parsed HTML of an entry."""
    found = lxml.html.fragment_fromstring(text(entry, "content"), create_parent="div")
    assert {element.tag for element in found.iter()} <= KNOWN
    assert not any(element.attrib for element in found.iter())
    return found


def text(element: Any, name: str) -> str:
    return str(element.findtext(f"{ATOM}{name}"))


def titles(root: Any) -> list[str]:
    """The titles of the entries."""
    return [text(entry, "title") for entry in root.findall(f"{ATOM}entry")]
