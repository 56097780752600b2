"""The access token: where it comes from, whom it goes to, and that nothing shows it."""

import pickle
import sys
import traceback
from types import ModuleType, SimpleNamespace

import pytest
import requests

from etf_client import Client, EtfError, UsageError
from tests.unit.client_cases import URL, StandIn, answer, client, error, session

TOKEN = "a-token-that-nobody-may-see"
ELSEWHERE = "https://bucket.elsewhere.test/exports/x.json?signature=1"


def keyring(
    monkeypatch: pytest.MonkeyPatch, tokens: dict[tuple[str, str], str], fails: Exception | None = None
) -> None:
    """A stand-in for the package `keyring`."""

    def get_password(service: str, user: str) -> str | None:
        if fails:
            raise fails
        return tokens.get((service, user))

    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    vars(module).update(get_password=get_password)
    vars(errors).update(KeyringError=type("KeyringError", (Exception,), {}))
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    monkeypatch.delenv("ETF_TOKEN", raising=False)
    keyring(monkeypatch, {})
    return StandIn()


def test_a_token_is_the_argument_then_the_environment_then_the_keyring(
    monkeypatch: pytest.MonkeyPatch, asked: StandIn
) -> None:
    keyring(monkeypatch, {("etf-client", URL): "of-keyring", ("etf-client", "https://api.test"): "of-https"})
    made = [Client(URL, session=session(asked)), Client("https://API.test:443/prod", session=session(asked))]
    monkeypatch.setenv("ETF_TOKEN", "of-environment\n")
    made += [Client(URL, token, session=session(asked)) for token in (None, "of-argument", "")]

    for one in made:
        one.etfs()

    expected = ["Bearer of-keyring", "Bearer of-https", "Bearer of-environment", "Bearer of-argument", None]
    assert asked.authorizations() == expected


@pytest.mark.parametrize("fails", [RuntimeError("no store"), OSError("no bus")])
def test_a_keyring_that_fails_gives_no_token(monkeypatch: pytest.MonkeyPatch, asked: StandIn, fails: Exception) -> None:
    keyring(monkeypatch, {}, fails)
    Client(URL, session=session(asked)).etfs()
    assert asked.authorizations() == [None]


def test_without_the_package_keyring_there_is_no_token(monkeypatch: pytest.MonkeyPatch, asked: StandIn) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    Client(URL, session=session(asked)).etfs()
    assert asked.authorizations() == [None]


def test_feeds_are_asked_for_by_basic_as_feed_readers_do() -> None:
    asked = StandIn((200, {"Content-Type": "application/atom+xml"}, "<feed>Größe</feed>".encode()))
    found = client(asked, TOKEN)
    assert found.feed().data == found.feed_of_fund("QQQ").data == "<feed>Größe</feed>"
    assert asked.paths == ["/api/changes.atom", "/api/etfs/QQQ/changes.atom"]
    assert {str(value).partition(" ")[0] for value in asked.authorizations()} == {"Basic"}


def test_a_redirect_to_another_origin_takes_no_token_along() -> None:
    asked = StandIn((307, {"Location": ELSEWHERE}, b""), answer(["VTI"]))
    own = session(asked)
    own.headers["Authorization"] = f"Bearer {TOKEN}"
    assert Client(URL, TOKEN, session=own).etfs().data == ["VTI"]
    assert asked.paths == ["/api/etfs", ELSEWHERE]
    assert asked.authorizations() == [f"Bearer {TOKEN}", None]


@pytest.mark.parametrize(
    ("target", "is_own"),
    [
        ("/api/etfs?x=1", True),
        (f"{URL}/other", True),
        ("http://api.test:3001/api/etfs", False),
        ("https://api.test:3000/api/etfs", False),
        ("http://api.test/api/etfs", False),
        ("http://sub.api.test:3000/", False),
        ("http://api.test:3000" + "@elsewhere.test/", False),
        ("//elsewhere.test/", False),
    ],
)
def test_only_the_own_origin_is_told_the_token(target: str, is_own: bool) -> None:
    asked = StandIn((302, {"Location": target}, b""), answer([]))
    client(asked, TOKEN).etfs()
    assert asked.authorizations() == [f"Bearer {TOKEN}", f"Bearer {TOKEN}" if is_own else None]


def test_a_token_in_netrc_goes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.sessions.get_netrc_auth", lambda url: ("user", "of-netrc"))
    asked = StandIn((302, {"Location": ELSEWHERE}, b""), answer([]))
    client(asked).etfs()
    assert asked.authorizations() == [None, None]


def test_what_is_asked_in_a_body_goes_to_no_other_host() -> None:
    asked = StandIn((307, {"Location": ELSEWHERE}, b""))
    with pytest.raises(EtfError, match="redirects a question to https://bucket"):
        client(asked, TOKEN).drift({"VTI": 1})
    assert len(asked.sent) == 1


@pytest.mark.parametrize("target", ["http://api.test:3000.elsewhere.test/", "file:///etc/passwd", "http://["])
def test_a_redirect_to_no_url_is_an_error(target: str) -> None:
    asked = StandIn((302, {"Location": target}, b""))
    with pytest.raises(EtfError):
        client(asked, TOKEN).etfs()
    assert len(asked.sent) == 1


def test_redirects_end() -> None:
    asked = StandIn((307, {"Location": "/api/etfs"}, b""))
    with pytest.raises(EtfError, match="redirects without end"):
        client(asked).etfs()


@pytest.mark.parametrize(
    "happens",
    [
        requests.ConnectionError("refused"),
        requests.exceptions.InvalidHeader("Invalid header value"),
        error(401, "this is not the access token of this API"),
        (200, {"Content-Type": "text/html"}, b"<html>"),
    ],
)
def test_no_error_shows_the_token(caplog: pytest.LogCaptureFixture, happens: object) -> None:
    found = client(StandIn(happens), TOKEN)  # type: ignore[arg-type]
    with pytest.raises(EtfError) as raised, caplog.at_level("DEBUG"):
        found.etfs()
    chain = raised.value
    assert chain.__cause__ is None
    assert chain.__suppress_context__ or chain.__context__ is None
    shown = "".join(traceback.format_exception(chain)) + repr(vars(chain)) + caplog.text + repr(found)
    assert TOKEN not in shown


def test_no_representation_shows_the_token() -> None:
    found = client(StandIn(answer([])), TOKEN)
    shown = [repr(found), str(found.etfs()), repr(found.etfs().headers), *map(repr, vars(found).values())]
    assert TOKEN not in "".join(shown)


@pytest.mark.parametrize("token", ["two words", "line\nX-Injected: 1", "Schlüssel", "\x00"])
def test_a_token_that_no_header_can_carry_is_an_error_that_does_not_show_it(token: str) -> None:
    with pytest.raises(UsageError) as raised:
        Client(URL, token)
    assert token not in str(raised.value)


def test_a_url_with_a_password_is_an_error_that_does_not_show_it() -> None:
    with pytest.raises(UsageError, match="token=") as raised:
        Client(f"http://user:{TOKEN}@api.test")
    assert TOKEN not in str(raised.value)


def test_errors_survive_a_process_pool() -> None:
    found = client(StandIn(error(404, "no such ETF")))
    with pytest.raises(EtfError) as raised:
        found.snapshot("NOPE")
    again = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 - our own bytes
    assert (type(again), again.status, str(again)) == (type(raised.value), 404, "404: no such ETF")
    assert SimpleNamespace(**vars(again)).message == "no such ETF"
