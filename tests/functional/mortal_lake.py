"""A lake whose process ends in the middle of its writes."""

import itertools
from typing import Any

import boto3

from etf_common.lake import Lake
from local.system import System


class Killed(BaseException):
    """The process ends here: no handler for errors may see it."""


class MortalLake(Lake):
    """A lake whose process ends at the write that follows the first `writes` ones."""

    def __init__(self, system: System, writes: int) -> None:
        super().__init__(boto3.client("s3", endpoint_url=system.aws.url), system.lake.bucket)
        self._left = itertools.count(writes, -1)

    def write(self, *arguments: Any, **named: Any) -> None:
        self._live_on()
        super().write(*arguments, **named)

    def replace(self, *arguments: Any, **named: Any) -> None:
        self._live_on()
        super().replace(*arguments, **named)

    def _live_on(self) -> None:
        if next(self._left) <= 0:
            raise Killed
