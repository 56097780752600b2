"""The Atom feeds: valid by the RFC's own schema whatever names hold, with ids that never change."""

import gzip
import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

import lxml.html
import pytest

from api.access import Access
from api.dated.atom import Entry, Feed, Link, atom, plain
from api.dated.change_feed import FEED_ENTRIES, entry_id, feed_id, feed_of, html_of, time_of
from api.dated.recent_changes import FUND_ENTRIES, MOST_DATES
from etf_common.codes import Reason
from etf_common.table_keys import changes_key, history_key
from tests.unit import atom_rules
from tests.unit.api_cases import ask, handler
from tests.unit.atom_rules import ATOM, checked, text, titles
from tests.unit.change_cases import (
    DAYS,
    dated_lake,
    digest,
    etag,
    partial,
    put_changes,
    put_history,
    real_digest,
    record,
)
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

FEEDS = ("/api/changes.atom", "/api/etfs/QQQ/changes.atom")
HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "]]></content></entry></feed><!--",
    "&lt;b&gt; &amp; &#60;i&#62; &nbsp; &bogus;",
    '"quoted" \'twice\' <?xml version="1.0"?>',
    "null\x00 bell\x07 escape\x1b[31m delete\x7f next\x85line",
    "noncharacters \ufffe\uffff and \U0001f4b0",
    "right-to-left \u202e override",
    "a\nb\tc\rd\u2028e",
    "{{7*7}} ${jndi:ldap://x} %s %(x)s {0}",
    "<![CDATA[ <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e;",
]


def feed(lake: MemoryLake, path: str = FEEDS[0]) -> Any:
    answer = ask(handler(lake), path)
    assert answer["statusCode"] == 200, answer["body"]
    return checked(answer["body"].encode())


def shown(entry: Any) -> str:
    return str(atom_rules.html_of(entry).text_content())


def cells(found: str) -> list[list[str]]:
    lines = lxml.html.fragment_fromstring(found, create_parent="div").iter("tr")
    return [[cell.text_content() for cell in line.iter("td", "th")] for line in lines]


class TestFeeds:
    def test_the_feed_of_all_funds_has_an_entry_for_each_fund_and_date_newest_first(self) -> None:
        assert titles(feed(dated_lake())) == [
            "QQQ on 2026-11-18: 2 added, 1 removed, 0.4 % traded",
            "VTI on 2026-11-18: 2 added, 1 removed, 0.4 % traded",
            "QQQ on 2026-11-17: 2 added, 1 removed, 0.4 % traded",
            "VTI on 2026-11-17: 2 added, 1 removed, 0.4 % traded",
        ]

    def test_the_feed_of_a_fund_has_its_dates_only(self) -> None:
        assert titles(feed(dated_lake(), FEEDS[1])) == [
            f"QQQ on {day}: 2 added, 1 removed, 0.4 % traded" for day in ("2026-11-18", "2026-11-17")
        ]

    @pytest.mark.parametrize("path", FEEDS)
    def test_its_links_are_relative_so_that_any_host_and_stage_works(self, path: str) -> None:
        root = feed(dated_lake(), path)
        links = [link.get("href") for link in root.iter(f"{ATOM}link")]
        folder = "" if "QQQ" in path else "etfs/QQQ/"
        assert "changes.atom" in links
        assert f"{folder}changes?from=2026-11-17&to=2026-11-18" in links
        assert not any(link.startswith(("/", "http")) for link in links)

    @pytest.mark.parametrize("path", FEEDS)
    def test_a_reader_of_a_locked_api_is_asked_for_a_password_and_then_gets_the_feed(self, path: str) -> None:
        asked = handler(dated_lake(), access=Access(hashlib.sha256(b"secret").hexdigest()))
        refused = ask(asked, path)
        basic = f"Basic {b64encode(b'reader:secret').decode()}"
        given = ask(asked, path, headers={"authorization": basic})

        # Readers take the first scheme that they know.
        schemes = re.findall(r"(\w+) realm=", refused["headers"]["WWW-Authenticate"])
        assert (refused["statusCode"], schemes) == (401, ["Basic", "Bearer"])
        assert given["statusCode"] == 200
        assert titles(checked(given["body"].encode())) == titles(feed(dated_lake(), path))
        assert given["headers"]["Cache-Control"].startswith("private")

    def test_it_is_updated_when_its_newest_list_was_fetched(self) -> None:
        root = feed(dated_lake())
        assert text(root, "updated") == "2026-11-18T22:30:04Z"
        updated = [text(entry, "updated") for entry in root.findall(f"{ATOM}entry")]
        assert updated == ["2026-11-18T22:30:04Z"] * 2 + ["2026-11-17T22:30:04Z"] * 2

    @pytest.mark.parametrize("path", FEEDS)
    def test_a_feed_without_entries_is_valid_too(self, path: str) -> None:
        root = feed(dated_lake(days=DAYS[:1]), path)
        assert titles(root) == []
        assert text(root, "updated") != "1970-01-01T00:00:00Z"

    def test_before_the_first_changes_the_feed_of_all_funds_is_empty_and_valid(self) -> None:
        lake = dated_lake()
        for key in [key for key in lake.objects if key.startswith("tables/changes/")]:
            lake.delete(key)
        assert text(feed(lake), "updated") == "2026-11-21T11:00:00Z"

    @pytest.mark.parametrize("path", FEEDS)
    def test_sample_data_is_called_so_in_every_title(self, path: str) -> None:
        root = feed(dated_lake(source="sample"), path)
        assert text(root, "title").startswith("SAMPLE DATA: ")
        assert {title.partition(":")[0] for title in titles(root)} == {"SAMPLE DATA"}
        assert all("made up" in shown(entry) for entry in root.findall(f"{ATOM}entry"))
        assert not text(feed(dated_lake(), path), "title").startswith("SAMPLE")

    def test_data_of_an_unknown_source_is_called_so(self) -> None:
        body = feed_of([digest(source="live")], source="schwab", updated=None)
        assert titles(checked(body))[0].startswith("SOURCE UNKNOWN: ")

    def test_the_feed_of_all_funds_has_at_most_100_entries(self) -> None:
        lake = dated_lake(
            [f"F{letter}" for letter in "ABCDE"], [f"2026-{10 + n // 28}-{n % 28 + 1:02}" for n in range(40)]
        )
        root = feed(lake)
        found = titles(root)
        assert len(found) == FEED_ENTRIES
        assert found[0].startswith("FA on 2026-11-12")
        assert "only 100 entries are here" in text(root, "subtitle")
        assert "only" not in text(feed(dated_lake()), "subtitle")
        # Of the 40 dates, 20 have 100 changes.
        assert len([key for kind, key in lake.calls if kind == "read" and "changes.json" in key]) == FEED_ENTRIES // 5

    def test_the_feed_of_a_fund_has_at_most_40_entries(self) -> None:
        days = [f"2026-{9 + n // 28:02}-{n % 28 + 1:02}" for n in range(60)]
        assert len(titles(feed(dated_lake(["QQQ"], days), FEEDS[1]))) == FUND_ENTRIES

    def test_an_entry_of_the_future_is_left_out(self) -> None:
        lake = dated_lake()
        put_changes(lake, "2031-01-01", [digest(to="2031-01-01")])
        put_history(lake, "QQQ", {"2031-01-01": record("QQQ", "2031-01-01", digest(to="2031-01-01"))})
        assert not any("2031" in title for path in FEEDS for title in titles(feed(lake, path)))


class TestIds:
    def test_they_are_what_they_have_always_been(self) -> None:
        # A changed id shows every entry to every subscriber again: this test may never be changed.
        assert entry_id("QQQ", "2026-11-24") == "urn:uuid:72505b2b-38ca-5145-9dd0-78a579c242ca"
        assert feed_id() == "urn:uuid:1ca453bc-1dbc-5dad-84d9-27222e6889e5"
        assert feed_id("QQQ") == "urn:uuid:4b3596a0-a1cc-5bd4-9a21-f24038f8e2d2"

    def test_a_corrected_list_keeps_the_id_and_tells_when_it_was_corrected(self) -> None:
        lake = dated_lake(["QQQ"])
        before = feed(lake).findall(f"{ATOM}entry")
        put_changes(lake, DAYS[2], [digest("QQQ", DAYS[2], DAYS[1], added_count=9, fetched_at="2026-11-20T23:00:00Z")])
        after = feed(lake).findall(f"{ATOM}entry")

        assert [text(entry, "id") for entry in after] == [text(entry, "id") for entry in before]
        assert (text(before[0], "updated"), text(after[0], "updated")) == (
            "2026-11-18T22:30:04Z",
            "2026-11-20T23:00:00Z",
        )
        assert text(after[0], "title") != text(before[0], "title")

    def test_a_list_that_was_fetched_again_and_says_the_same_is_no_news(self) -> None:
        lake = dated_lake(["QQQ"])
        values = {"fetched_at": "2026-11-20T23:00:00Z", "changed_at": "2026-11-18T22:30:04Z"}
        put_changes(lake, DAYS[2], [digest("QQQ", DAYS[2], DAYS[1], **values)])

        assert text(feed(lake).findall(f"{ATOM}entry")[0], "updated") == "2026-11-18T22:30:04Z"

    def test_both_feeds_have_the_same_entries(self) -> None:
        ids = [
            {text(entry, "id") for entry in feed(dated_lake(["QQQ"]), path).findall(f"{ATOM}entry")} for path in FEEDS
        ]
        assert ids[0] == ids[1]

    def test_ids_of_different_funds_and_dates_differ(self) -> None:
        pairs = [(symbol, day) for symbol in ("QQQ", "VTI", "BRK.B", "Q") for day in DAYS]
        assert len({entry_id(*pair) for pair in pairs} | {feed_id(), feed_id("QQQ")}) == len(pairs) + 2


class TestWhatAnEntrySays:
    def test_it_says_the_counts_the_turnover_and_the_flow(self) -> None:
        found = html_of(digest())
        assert "<p>QQQ Trust (QQQ): holdings of 2026-11-17 compared with those of 2026-11-16.</p>" in found
        for fact in ("2 added", "1 removed", "1 increased", "0 decreased", "97 not traded"):
            assert f"<li>{fact}</li>" in found
        assert "<li>Turnover, one side: 0.4000 % of the fund</li>" in found
        assert "<li>Creations: each line&#x27;s shares times 1.01</li>" in found
        assert cells(found)[1] == ["added", "NVDA", "NVIDIA Corp", "+5,000", "+900,000", "0.0000", "1.5000", "+1.5000"]

    def test_what_cannot_be_told_is_said_with_its_reason_and_never_as_0(self) -> None:
        found = html_of(partial())
        meaning = Reason.PARTIAL_LIST.meaning
        assert f"How many lines were added cannot be told: {meaning}" in found
        assert f"How many lines were removed cannot be told: {meaning}" in found
        assert f"How much was traded cannot be told: {meaning}" in found
        assert f"Creations and redemptions cannot be told: {meaning}" in found
        assert "<li>3 entered the list</li><li>2 left it</li>" in found
        assert "the newer one has 100 of 3,544 lines" in found
        assert "0 added" not in found
        assert "<table>" not in found

    def test_figures_of_a_trade_that_are_not_known_are_said_so(self) -> None:
        row_of = {**digest()["largest_trades"][0], "traded_usd": None, "trade_pct": None, "traded_shares": None}
        found = cells(html_of(digest(largest_trades=[row_of])))[1]
        assert (found[3], found[4], found[7]) == ("not known", "not known", "not known")

    def test_a_reason_that_this_release_does_not_know_is_said_as_it_stands(self) -> None:
        found = html_of(digest(turnover_pct=None, reasons={"turnover_pct": "moon_in_the_way"}))
        assert "How much was traded cannot be told: moon in the way" in found

    @pytest.mark.parametrize(
        ("values", "fact"),
        [
            ({"flow_factor": 1.0, "baskets": 0}, "<li>No creations or redemptions</li>"),
            ({"flow_factor": 1.0, "baskets": 1}, "<li>Creations or redemptions in 1 basket only; most lines"),
            ({"flow_factor": 1.0, "baskets": 2}, "<li>Creations or redemptions in 2 baskets only; most lines"),
            ({"flow_factor": 0.98, "baskets": 2}, "Redemptions: each line&#x27;s shares times 0.98, in 2 baskets"),
            ({"splits": [{"symbol": "NVDA", "name": None, "ratio": 10.0}]}, "Split of NVDA: 10 for 1"),
            ({"splits": [{"symbol": None, "name": "Old Co", "ratio": 0.1}]}, "Split of Old Co: 1 for 10"),
            ({"undetermined_count": 1}, "Of 1 line it cannot be told whether they were traded"),
            ({"flaws": {DAYS[1]: "list_repeated"}}, f"Doubts about the list of {DAYS[1]}: no share, value or weight"),
        ],
    )
    def test_it_says_flows_splits_and_doubts(self, values: Mapping[str, Any], fact: str) -> None:
        assert fact in html_of(digest(**values))

    def test_a_digest_of_real_lists_becomes_a_valid_entry(self) -> None:
        names = ("AAPL", "MSFT", "NVDA", "XOM", "CVX", "JPM")
        before = stored_fund("QQQ", [row(name, f"{name} Corp", 10.0 + place) for place, name in enumerate(names)])
        lines = [row(name, f"{name} Corp", 10.0 + place) for place, name in enumerate(names[1:])]
        after = stored_fund("QQQ", lines, day="2026-11-19")
        body = feed_of([real_digest(before, after)], source="schwab", updated=None)
        assert titles(checked(body))[0].startswith("QQQ on 2026-11-19: ")

    @pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_name_of_the_portal_never_becomes_markup(self, hostile: str) -> None:
        trade = {**digest()["largest_trades"][0], "symbol": hostile, "name": hostile}
        split = {"symbol": None, "name": hostile, "ratio": 2.0}
        reasons = {"max_trade_pct": hostile, "turnover_pct": hostile}
        told = digest(name=hostile, largest_trades=[trade], splits=[split], reasons=reasons, turnover_pct=None)
        lake = dated_lake(["QQQ"])
        put_changes(lake, DAYS[2], [{**told, "to": DAYS[2], "from": DAYS[1]}])
        put_history(lake, "QQQ", {DAYS[1]: record("QQQ", DAYS[1], told)})

        for path in FEEDS:
            entry = feed(lake, path).find(f"{ATOM}entry")
            lines = [[cell.text_content() for cell in line.iter("td")] for line in atom_rules.html_of(entry).iter("tr")]
            assert lines[1][1:3] == [plain(hostile)] * 2

    def test_characters_that_xml_forbids_are_dropped_and_no_others(self) -> None:
        everything = "".join(map(chr, (*range(0x20), 0x7F, 0x85, 0xD800, 0xDFFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x10FFFF)))
        assert plain(f"a{everything}b") == "a \x7f \ufffd\U0010ffffb"
        assert plain("Société Générale 日本 & <Co>") == "Société Générale 日本 & <Co>"

    def test_no_part_of_a_feed_can_have_a_character_that_xml_forbids(self) -> None:
        link = Link("self", "changes.atom", "a/b")
        entry = Entry(entry_id("A", "x"), "t\x00 <b>", "2026-11-18T22:30:04Z", "c\x01&", "<p>\ufffe</p>")
        found = checked(atom(Feed(feed_id(), "\x0b]]>", "s\x1f", "2026-11-18T22:30:04Z", "a\x02", [link], [entry])))
        assert (titles(found), text(found, "title")) == (["t <b>"], "]]>")

    def test_a_time_that_is_none_becomes_the_beginning_of_the_date(self) -> None:
        assert time_of("2026-11-18T22:30:04Z", DAYS[0]) == "2026-11-18T22:30:04Z"
        assert time_of("2026-11-18T17:30:04.5-05:00", DAYS[0]) == "2026-11-18T22:30:04Z"
        for bad in (None, "", "yesterday", "<b>", "0001-01-01T00:00:00+14:00"):
            assert time_of(bad, DAYS[0]) == f"{DAYS[0]}T00:00:00Z"


class TestHttp:
    @pytest.mark.parametrize("path", FEEDS)
    def test_a_reader_that_has_it_gets_a_304(self, path: str) -> None:
        lake = dated_lake()
        first = ask(handler(lake), path)
        assert first["headers"]["Content-Type"] == "application/atom+xml; charset=utf-8"
        known = {"If-None-Match": first["headers"]["ETag"]}
        assert ask(handler(lake), path, headers=known)["statusCode"] == 304

        put_changes(lake, DAYS[2], [digest("QQQ", DAYS[2], DAYS[1], added_count=9)])
        put_history(lake, "QQQ", {DAYS[2]: record("QQQ", DAYS[2], digest("QQQ", DAYS[2], DAYS[1], added_count=9))})
        assert ask(handler(lake), path, headers=known)["statusCode"] == 200

    @pytest.mark.parametrize("path", FEEDS)
    def test_it_comes_compressed_and_head_says_its_length(self, path: str) -> None:
        asked = handler(dated_lake())
        body = ask(asked, path)["body"]
        zipped = ask(asked, path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(b64decode(zipped["body"])).decode() == body
        head = ask(asked, path, method="HEAD")
        assert (head["body"], head["headers"]["Content-Length"]) == ("", str(len(body.encode())))

    @pytest.mark.parametrize("path", FEEDS)
    def test_without_tables_it_is_a_503_that_says_when_to_come_again(self, path: str) -> None:
        lake = dated_lake()
        for key in [key for key in lake.objects if key.startswith("tables/")]:
            lake.delete(key)
        answer = ask(handler(lake), path)
        assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "60")

    @pytest.mark.parametrize("body", [b"{", b"[]", json.dumps({"schema_version": 9}).encode(), b"\xff", None])
    def test_a_history_that_is_missing_damaged_or_of_another_release_is_a_503(self, body: bytes | None) -> None:
        lake = dated_lake()
        lake.delete(history_key("QQQ"))
        if body is not None:
            lake.put(history_key("QQQ"), body)
        assert ask(handler(lake), FEEDS[1])["statusCode"] == 503

    def test_one_damaged_date_leaves_the_others_in_the_feed_until_it_is_mended(self) -> None:
        lake = dated_lake(["QQQ"])
        asked, good = handler(lake), lake.objects[changes_key(DAYS[2])]
        whole = ask(handler(lake), FEEDS[0])
        lake.put(changes_key(DAYS[2]), b"{", good.etag)

        found = ask(asked, FEEDS[0])
        assert titles(checked(found["body"].encode())) == ["QQQ on 2026-11-17: 2 added, 1 removed, 0.4 % traded"]
        assert found["headers"]["ETag"] != whole["headers"]["ETag"]

        # The same bytes have the same ETag as before the damage.
        lake.put(changes_key(DAYS[2]), good.body, good.etag)
        assert ask(asked, FEEDS[0])["body"] == whole["body"]

    def test_unknown_funds_are_a_404_and_unknown_parameters_a_400(self) -> None:
        asked = handler(dated_lake())
        assert ask(asked, "/api/etfs/NOPE/changes.atom")["statusCode"] == 404
        assert ask(asked, "/api/etfs/912810TM0/changes.atom")["statusCode"] == 404
        assert ask(asked, FEEDS[0], {"since": DAYS[0]})["statusCode"] == 400

    def test_a_fund_that_the_tables_do_not_have_yet_is_a_503(self) -> None:
        lake = dated_lake()
        publish(lake, stored_fund("NEW", [row("AAPL", "Apple Inc", 5.0)]))
        answer = ask(handler(lake), "/api/etfs/NEW/changes.atom")
        assert (answer["statusCode"], "NEW yet" in answer["body"]) == (503, True)

    def test_a_share_class_has_a_feed_under_each_spelling(self) -> None:
        lake = dated_lake(["BRK.B"])
        found = {ask(handler(lake), f"/api/etfs/{text}/changes.atom")["body"] for text in ("BRK.B", "brk%2Fb", "BRK/B")}
        assert len(found) == 1
        assert titles(checked(found.pop().encode()))[0].startswith("BRK.B on ")

    def test_it_reads_at_most_40_dates(self) -> None:
        lake = dated_lake(["QQQ"], [f"2026-{9 + n // 28:02}-{n % 28 + 1:02}" for n in range(60)])
        feed(lake)
        assert len([key for kind, key in lake.calls if kind == "read" and "changes.json" in key]) == MOST_DATES

    def test_etags_of_the_two_feeds_differ(self) -> None:
        lake = dated_lake(["QQQ"])
        build(lake)
        assert len({ask(handler(lake), path)["headers"]["ETag"] for path in FEEDS}) == 2
        assert etag("QQQ", DAYS[0]) not in ask(handler(lake), FEEDS[0])["body"]
