"""Whom the SEC is told that asks: it wants to know of everybody, and nothing is made up for it."""

from dataclasses import dataclass

from etf_common.config import EtlConfig, parse_config
from etf_common.errors import ContactError
from etf_common.lake import CONFIG_KEY, StoredObject
from etf_common.settings import SEC_DATA_URL, SEC_URL

SAMPLE_CONTACT = "sample@sample.invalid"
"""What the stand-in is told, which writes to nobody."""
_WHAT_TO_DO = "write `contact: ` and your e-mail address into etl_config.yaml"


@dataclass(frozen=True)
class Wanted:
    """The config, and whether the lake that it stands in holds made-up data."""

    config: EtlConfig
    is_sample: bool

    @classmethod
    def of(cls, stored: StoredObject) -> "Wanted":
        """What the config object says. Raises UsageError."""
        return cls(parse_config(stored.body, CONFIG_KEY), stored.metadata.get("source") == "sample")

    def contact(self) -> str:
        """The e-mail address that goes with each request. Raises ContactError."""
        if self.is_sample:
            return SAMPLE_CONTACT
        if self.config.contact is None:
            raise ContactError(f"the SEC wants to know who asks, so nothing is fetched: {_WHAT_TO_DO}")
        return self.config.contact

    def check_hosts(self, *urls: str) -> None:
        """Raises ContactError where made-up data would be mixed with the SEC's."""
        if self.is_sample and not {SEC_URL, SEC_DATA_URL}.isdisjoint(urls):
            raise ContactError(
                "the data here is made up, so the SEC itself is not asked; let SEC_URL and SEC_DATA_URL name a stand-in"
            )
