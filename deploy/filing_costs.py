"""What the SEC's filings cost a month: one look a week at each fund, a filing a quarter, and keeping them."""

import math
from dataclasses import dataclass

from deploy.prices import HOURS, S3_GB, S3_GET, S3_PUT, SQS_FIFO_REQUEST, SQS_REQUEST

WEEKS = 365.25 / 7 / 12
"""Looks for new filings a month."""


@dataclass(frozen=True)
class FilingsUsage:
    """What the filings of one fund use. Fetch asks at most twice a second, so it mostly waits.

    Sizes and parse are means over the sample portal's eight funds, of which one files nothing; they are larger than
    most, as `du data/sample/raw-filings data/sample/filings` shows. Parse takes 0.3 s of a whole processor, of which
    512 MB are given 0.29.
    """

    check_seconds: float = 2.0
    """Of each fund and week: the feed of its series; the ticker file is kept between funds."""
    filing_seconds: float = 2.0
    fetch_gb: float = 0.5
    parse_seconds: float = 2.0
    parse_gb: float = 0.5
    check_puts, check_gets = 1, 5
    """The status; config, list and status are read, each looked for first where it may be absent."""
    filing_puts, filing_gets = 5, 8
    """The document, the snapshot, and the status as fetch and parse go on; parse and tables read what they wrote."""
    filings_a_year: float = 4.2
    """One a quarter, and now and then an amendment."""
    first_filings: float = 4.0
    """Of each fund at the first look: a year."""
    raw_mb: float = 1.5
    snapshot_mb: float = 0.9
    sweep_gb_seconds: float = 0.02
    """Of each fund and day, when raw-filings/ is looked through: its keys are listed and its status is read."""

    def a_month(self, funds: int) -> float:
        """New filings a month."""
        return funds * self.filings_a_year / 12

    def hours(self, funds: int) -> float:
        """How long one week's look takes, one fund after the other."""
        return (funds * self.check_seconds + self.a_month(funds) / WEEKS * self.filing_seconds) / 3600

    def builds(self, funds: int, builds_a_minute: int) -> float:
        """Builds of the tables a month that new filings call for, at most one each."""
        return WEEKS * min(self.a_month(funds) / WEEKS, builds_a_minute * 60 * self.hours(funds) + 1)

    def gb_seconds(self, funds: int) -> float:
        """Fetch, parse, and the daily look at raw-filings/."""
        new = self.a_month(funds)
        fetching = funds * WEEKS * self.check_seconds + new * self.filing_seconds
        looking = HOURS / 24 * funds * self.sweep_gb_seconds
        return fetching * self.fetch_gb + new * self.parse_seconds * self.parse_gb + looking

    def calls(self, funds: int) -> float:
        """Invocations a month."""
        return funds * WEEKS + self.a_month(funds) + WEEKS + HOURS / 24

    def s3_usd(self, funds: int, months: int) -> float:
        """Requests of a month, and what is stored once `months` of filings are there beside the first ones."""
        checks, new = funds * WEEKS, self.a_month(funds)
        kept = funds * (self.first_filings + self.filings_a_year * months / 12)
        # The hourly sweep lists the snapshots, the daily look the documents, a thousand keys a call.
        lists = (HOURS + HOURS / 24) * math.ceil(kept / 1000)
        puts = checks * self.check_puts + new * self.filing_puts + lists
        gets = checks * self.check_gets + new * self.filing_gets + HOURS / 24 * funds
        return puts * S3_PUT + gets * S3_GET + kept * (self.raw_mb + self.snapshot_mb) / 1000 * S3_GB

    def sqs_usd(self, funds: int) -> float:
        """Messages to fetch, sent ten at once, received and deleted one by one, and those to the tables queue."""
        return funds * WEEKS * 2.1 * SQS_FIFO_REQUEST + self.a_month(funds) * 1.2 * SQS_REQUEST
