"""Where answers come from: an API at a URL, or its code over the data folder in this process."""

from typing import TYPE_CHECKING

from local.etf.errors import NoAnswerError, WrongUsageError
from local.etf.options import Where
from local.kept import holds, is_sample, kept_root

if TYPE_CHECKING:
    from etf_client import Client


def connect(where: Where) -> "Client":
    """The client that asks there. Raises NoAnswerError where the data folder has no data."""
    from etf_client import Client  # noqa: PLC0415 - --help needs no HTTP

    if where.url:
        # `or None`: an empty ETF_TOKEN is none, and the keyring may have one.
        try:
            return Client(where.url, token=where.token or None)
        except ValueError:  # urllib's word for brackets and ports that cannot be
            raise WrongUsageError("--url is no URL of an API; give one such as http://localhost:3000") from None
    root = kept_root(where.data_dir, where.source)
    if not holds(root):
        what = "--source sample" if is_sample(root) and where.source == "sample" else ""
        raise NoAnswerError(
            f"there is no data in {root} yet: `etf refresh{f' {what}' if what else ''}` fetches it, "
            "or give --url or another --data-dir"
        )
    import requests  # noqa: PLC0415

    from local.etf.in_process import ADDRESS, InProcess, handler_over  # noqa: PLC0415 - the API's code

    session = requests.Session()
    session.trust_env = False  # no proxy, no .netrc: nothing leaves this process
    session.mount(ADDRESS, InProcess(handler_over(root)))
    return Client(ADDRESS, token="", session=session)
