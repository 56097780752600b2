"""What whole tables cost: the export function, the API's, which waits for it, and what is sent."""

from dataclasses import dataclass

from deploy.prices import LAMBDA_GB_SECOND, LAMBDA_REQUEST, S3_GB, S3_PUT, TRANSFER_GB


@dataclass(frozen=True)
class ExportUsage:
    """What whole tables use: each begins with a cold start of DuckDB, then takes time by its lines.

    Sizes are those of NDJSON in gzip, 390 lines a fund. A large one lies under exports/ for a day or two.
    """

    exports: int = 200
    seconds: float = 1.0
    seconds_a_fund: float = 0.002
    mb_a_fund: float = 0.008
    gb: float = 3008 / 1024
    days: float = 2.0

    def usd(self, funds: int, api_gb: float) -> float:
        """A month."""
        seconds, sent_gb = self.seconds + self.seconds_a_fund * funds, self.mb_a_fund * funds / 1000
        each = seconds * (self.gb + api_gb) * LAMBDA_GB_SECOND + LAMBDA_REQUEST + S3_PUT
        return self.exports * (each + sent_gb * (TRANSFER_GB + S3_GB * self.days / 30))


def worst_second_usd(running: float, gb: float, at_once: int) -> float:
    """What exports cost a second where callers ask for so many that `running` would be at work, of `at_once` that may.

    Each holds the API for its 11 seconds of waiting and then goes on for up to 60, so that a small concurrency of the
    API alone still lets five times as many run: ExportReservedConcurrency limits them.
    """
    return min(running, at_once) * gb * LAMBDA_GB_SECOND
