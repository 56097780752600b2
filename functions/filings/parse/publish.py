"""Publishing a filing's snapshot: of the filings of one report date, always the same one stands, in whatever order they
came.
"""

from collections.abc import Mapping

from etf_common.codes import ErrorCode
from etf_common.errors import shorten
from etf_common.filing import FilingSnapshot
from etf_common.filing_keys import DIGEST_PREFIX, filing_key, is_accession
from etf_common.lake import Lake, until_written
from etf_common.status import AttemptError

JSON = "application/json"


def publish(lake: Lake, snapshot: FilingSnapshot) -> AttemptError | None:
    """Write filings/{symbol}/{report_date}.json where nothing there outranks the snapshot.

    Returns None if it stands there now, else why another one stays. Raises WriteConflictError.
    """
    key, metadata = filing_key(snapshot.symbol, snapshot.report_date), snapshot.metadata()

    def write() -> AttemptError | None:
        known = lake.head_if_there(key)
        stays = why_it_stays(known.metadata, metadata) if known else None
        if not stays:
            lake.replace(key, snapshot.to_bytes(), JSON, metadata, known=known)
        return stays

    return until_written(write)


def why_it_stays(standing: Mapping[str, str], new: Mapping[str, str]) -> AttemptError | None:
    """Why the snapshot with the metadata `standing` outranks `new`; None if `new` takes its place.

    One with lines outranks one without, whichever was filed later: an amendment can be empty. Then the one that was
    filed later stands; a filing of an unknown day was taken by hand, and ranks below. The same accession is written
    again, so that a replay with a better parser counts. What has no rank was not written here: raw-filings/ still has
    everything.
    """
    accession = standing.get("accession", "")
    if not is_accession(accession) or accession == new["accession"]:
        return None
    if _has_lines(standing) != _has_lines(new):
        if _has_lines(new):
            return None
        message = f"{shorten(accession)} lists {standing['lines']} lines of this date, this one none"
        return AttemptError(code=ErrorCode.FEWER_LINES, message=message)
    if _rank(new) >= _rank(standing):
        return None
    when = f"filed on {standing['filed']}" if standing.get("filed") else "taken later"
    message = f"{shorten(accession)}, {when}, stands for {new['report-date']}"
    return AttemptError(code=ErrorCode.OLDER_FILING, message=message)


def _has_lines(metadata: Mapping[str, str]) -> bool:
    return metadata.get("lines", "0") != "0"


def _rank(metadata: Mapping[str, str]) -> tuple[str, str, str, str]:
    accession = metadata["accession"]
    by_number = "" if accession.startswith(DIGEST_PREFIX) else accession
    return metadata.get("filed", ""), by_number, metadata.get("fetched-at", ""), accession
