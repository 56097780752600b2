"""`etf token`: the access token of a locked API in the system's own store of secrets."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import urlsplit

import typer

from local.etf.asking import faults
from local.etf.errors import NoAnswerError
from local.etf.printing import say

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

PANEL = "A locked API"
T = TypeVar("T")
ApiUrl = Annotated[
    str, typer.Argument(metavar="URL", help="the API, such as https://etf.example.com", envvar="ETF_URL")
]


def register(app: typer.Typer) -> None:
    """Give the app these commands."""
    room = typer.Typer(help="Keep the access token of a locked API in the system's keyring.", no_args_is_help=True)
    room.command("set")(keep)
    room.command("forget")(forget)
    app.add_typer(room, name="token", rich_help_panel=PANEL)


def keep(url: ApiUrl) -> None:
    """Ask for the token of an API, without showing it, and keep it."""
    with faults():
        store, (service, origin) = _store(), _place(url)
        token = typer.prompt("token", hide_input=True, err=True).strip()
        if not (token.isascii() and token.isprintable()) or " " in token or not token:
            raise NoAnswerError("a token has printable ASCII characters without blanks only; nothing was kept")
        _tried(lambda: store.set_password(service, origin, token))
        say(f"kept for {origin}; `etf token forget {origin}` takes it out again")


def forget(url: ApiUrl) -> None:
    """Take the token of an API out of the keyring."""
    with faults():
        store, (service, origin) = _store(), _place(url)
        if _tried(lambda: store.get_password(service, origin)) is None:
            say(f"there is no token for {origin}")
            return
        _tried(lambda: store.delete_password(service, origin))
        say(f"forgotten for {origin}")


def _store() -> "KeyringBackend":
    """The keyring. Raises NoAnswerError where there is none."""
    try:
        import keyring  # noqa: PLC0415 - slow to look for a store
        from keyring.backends.fail import Keyring as NoKeyring  # noqa: PLC0415
    except ImportError:
        raise NoAnswerError("the Python package keyring is not installed; `make run` installs it") from None
    store = _tried(keyring.get_keyring)
    if isinstance(store, NoKeyring):
        raise NoAnswerError("this system has no keyring that can be used; set ETF_TOKEN in the environment instead")
    return store


def _tried(call: Callable[[], T]) -> T:
    """What the store answers. Raises NoAnswerError without a word of the token."""
    try:
        return call()
    except Exception as fault:  # noqa: BLE001 - backends are plugins, which raise what they like
        raise NoAnswerError(
            f"the system's keyring refuses ({type(fault).__name__}); unlock it, or set ETF_TOKEN instead"
        ) from None


def _place(url: str) -> tuple[str, str]:
    """The service and the user under which the client looks for the token of a URL. Raises NoAnswerError."""
    from etf_client.token import SERVICE  # noqa: PLC0415

    return SERVICE, origin_of(url)


def origin_of(url: str) -> str:
    """Where the client keeps a token of this URL. Raises NoAnswerError."""
    from etf_client import token  # noqa: PLC0415

    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # brackets that do not close, a port that is none
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise NoAnswerError("that is no URL of an API; give one such as https://etf.example.com")
    return token.origin_of(url)
