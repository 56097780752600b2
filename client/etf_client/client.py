"""The client of one API."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import requests

from etf_client.answers import Answer, Table
from etf_client.arguments import body_of, path_of
from etf_client.errors import NoTable
from etf_client.methods import Methods
from etf_client.operations import OPERATIONS, Operation, operation
from etf_client.transport import RETRIES, TIMEOUT, Reply, Timeout, Transport

URL = "http://localhost:3000"
"""Where `make run` serves."""
BODY = "body"
"""In `call`, the whole body of a POST, or its positions alone."""


@dataclass(frozen=True)
class _Question:
    """What is asked, as it is sent: a table of the same question is asked for by the same path and body."""

    operation: Operation
    path: str
    body: dict[str, Any] | None

    @classmethod
    def of(cls, asked: Operation, parameters: Mapping[str, Any]) -> Self:
        """The question with these parameters. Raises UsageError."""
        is_post = asked.method == "POST"
        named = {name: value for name, value in parameters.items() if not (is_post and name == BODY)}
        given = {asked.parameter(name).name: value for name, value in named.items()}
        body = body_of(asked, parameters.get(BODY), given) if is_post else None
        return cls(asked, path_of(asked, given), body)

    def in_format(self, wanted: str) -> Self:
        """The same question for an answer in this format."""
        return replace(self, path=f"{self.path}{'&' if '?' in self.path else '?'}{urlencode({'format': wanted})}")


class Client(Methods):
    """The API at `url`: a method for each route, besides `call` and `table` by an operation's name.

    `token` is the access token of a locked API. By default it is that of ETF_TOKEN, or else the one that the system's
    keyring has under the service `etf-client` and the URL's origin as user, if `keyring` is installed; "" means none.
    It goes to the URL's own origin only. `session` is a requests.Session of your own, with the adapters, retries and
    proxies that it has; without one, the client makes its own, which tries 429, 502, 503, 504 and lost connections
    `retries` times more. `timeout` is in seconds, or a pair: to connect, and to wait for bytes.

    Answers with an ETag are kept in memory, at most 128 of them and 32 MB, and asked for with If-None-Match.
    Threads may share a client. It can be used in a `with` block, which closes it. Raises UsageError.
    """

    def __init__(
        self,
        url: str = URL,
        token: str | None = None,
        *,
        session: requests.Session | None = None,
        timeout: Timeout = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        self._transport = Transport(url, token, session=session, timeout=timeout, retries=retries)

    @property
    def url(self) -> str:
        """Where the API is."""
        return self._transport.url

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What `call` can ask, by name."""
        return OPERATIONS

    def call(self, name: str, /, **parameters: Any) -> Answer[Any]:
        """The answer of an operation by its name, as the method of that name gives it.

        Parameters are named as in Python (`from_`) or as in the API (`from`, by way of `**`); one that is None is not
        sent. `body=` is the whole body of a POST, or its positions alone.
        """
        question = _Question.of(operation(name), parameters)
        reply = self._reply(question)
        return Answer(question.operation, reply, lambda wanted: self._table(question, wanted))

    def export(self, name: str, /, format: str = "ndjson", **parameters: Any) -> Table:  # noqa: A002 - the API's word
        """The answer of an operation as a table alone: one request where `call(...).table(format)` takes two.

        Raises NoTable for an operation without one.
        """
        return self._table(_Question.of(operation(name), parameters), format)

    def close(self) -> None:
        """Close the connections and drop what is kept."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def _table(self, question: _Question, wanted: str) -> Table:
        asked = question.operation
        if not asked.has_table:
            there = ", ".join(name for name, known in OPERATIONS.items() if known.has_table)
            raise NoTable(f"{asked.name}() has no table, only .data; there are tables of {there}")
        return Table(asked, self._reply(question.in_format(wanted)), wanted)

    def _reply(self, question: _Question) -> Reply:
        if question.body is not None:
            return self._transport.post(question.path, question.body)
        return self._transport.get(question.path)
