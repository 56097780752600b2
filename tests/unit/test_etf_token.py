"""`etf token`: a token goes into the system's keyring, where the client finds it, and is never shown."""

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from etf_client import Client
from local.etf.app import command
from local.etf.errors import NoAnswerError
from local.etf.token import origin_of

WORD = "secret-word"


class Memory(KeyringBackend):
    """A store of secrets."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


NO_STORE: KeyringBackend = NoKeyring()  # type: ignore[no-untyped-call]


class Locked(Memory):
    """A store that stays shut."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"will not keep {password}")


def use(store: KeyringBackend, monkeypatch: pytest.MonkeyPatch, token: str = WORD) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: store)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: token)


def test_a_token_is_kept_where_the_client_looks_and_forgotten_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Memory()
    use(store, monkeypatch)
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(keyring, "get_password", lambda *place: asked.append(place))

    assert command(["token", "set", "https://ETF.example.com:443/prod/"]) == 0
    monkeypatch.delenv("ETF_TOKEN", raising=False)
    Client("https://ETF.example.com:443/prod/")
    assert list(store.kept.items()) == [(asked[0], WORD)]

    assert [command(["token", "forget", "https://etf.example.com"]) for _ in range(2)] == [0, 0]
    assert store.kept == {}
    out, err = capsys.readouterr()
    assert "secret" not in out + err
    assert "there is no token for https://etf.example.com" in err


@pytest.mark.parametrize(("store", "told"), [(NO_STORE, "set ETF_TOKEN"), (Locked(), "unlock it")])
def test_without_a_usable_keyring_it_says_what_to_do(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: KeyringBackend, told: str
) -> None:
    use(store, monkeypatch)

    assert command(["token", "set", "https://etf.example.com"]) == 1

    err = capsys.readouterr().err
    assert told in err
    assert "secret" not in err


def test_whatever_a_plugin_for_keyrings_raises_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> KeyringBackend:
        raise LookupError(WORD)

    monkeypatch.setattr(keyring, "get_keyring", broken)
    monkeypatch.delenv("ETF_TOKEN", raising=False)

    Client("https://etf.example.com")  # asks without a token
    assert command(["token", "forget", "https://etf.example.com"]) == 1

    err = capsys.readouterr().err
    assert err.startswith("error: the system's keyring refuses (LookupError)")
    assert (err.count("\n"), WORD in err) == (1, False)


@pytest.mark.parametrize("token", ["", "two words", "umläut"])
def test_what_no_header_can_carry_is_not_kept(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    store = Memory()
    use(store, monkeypatch, token)

    assert command(["token", "set", "https://etf.example.com"]) == 1
    assert store.kept == {}


@pytest.mark.parametrize(
    "url", ["etf.example.com", "ftp://host", "https://secret@host", "http://host:99999", "http://[::1", "x"]
)
def test_what_is_no_url_has_no_token(url: str) -> None:
    with pytest.raises(NoAnswerError, match="no URL") as caught:
        origin_of(url)

    assert "secret" not in str(caught.value)
