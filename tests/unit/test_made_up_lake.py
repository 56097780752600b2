"""The lakes that benchmarks and tests of all funds run on are as the pipeline writes them."""

from pathlib import Path

from benchmarks import made_up_lake
from benchmarks.made_up_names import GIANTS, symbol_of
from etf_analytics import fund_overlap, prepare
from etf_analytics.reference.sectors import sectors
from etf_common.config import parse_config
from etf_common.lake import CONFIG_KEY, latest_key, status_key
from etf_common.models import Snapshot
from etf_common.status import Status
from local.disk import DataFolder

TURN = 20


def snapshots(count: int) -> list[Snapshot]:
    return [Snapshot.model_validate_json(made.body) for made in made_up_lake.funds(count)]


def test_funds_are_valid_and_have_400_lines_on_average() -> None:
    found = snapshots(TURN)

    assert 360 < sum(snapshot.totals.reported or 0 for snapshot in found) / TURN < 420
    assert max(snapshot.totals.included for snapshot in found) > 3_400
    assert not all(snapshot.quality.complete for snapshot in found)
    for snapshot, made in zip(found, made_up_lake.funds(TURN), strict=True):
        assert snapshot.totals.included == len(snapshot.holdings)
        assert abs(sum(row["weight_pct"] or 0 for row in snapshot.holdings) - snapshot.totals.weight_pct) < 0.01
        assert Status.model_validate_json(made.status).symbol == snapshot.symbol == made.symbol


def test_a_fund_is_the_same_in_every_lake() -> None:
    assert [made.body for made in made_up_lake.funds(3)] == [made.body for made in made_up_lake.funds(5)][:3]
    assert len({symbol_of(number) for number in range(4_500)}) == 4_500


def test_no_security_is_called_as_a_fund() -> None:
    market = made_up_lake.market()
    securities = [listed.symbol for listed in (*market["equity"], *market["foreign"])]

    assert len(set(securities)) == len(securities)
    assert {symbol_of(number) for number in range(4_500)}.isdisjoint(securities)
    assert tuple(securities[: len(GIANTS)]) == GIANTS


def test_a_refreshed_fund_is_a_later_and_different_list() -> None:
    made = made_up_lake.fund(14)
    later = Snapshot.model_validate_json(made_up_lake.refreshed(made).body)

    assert later.totals.included == len(later.holdings) == int(made.metadata["included"]) - 1
    assert made_up_lake.refreshed(made).metadata["run"] > made.metadata["run"]


def test_funds_overlap_as_real_ones_do() -> None:
    # Two that follow the market, of 500 lines each
    indexes = [prepare(made_up_lake.fund(n).snapshot(), sector_of=sectors().of) for n in (6, 14)]

    (pair,) = fund_overlap(indexes)["pairs"]

    overlap = pair["overlap_pct"]
    assert (overlap["low"] if isinstance(overlap, dict) else overlap) > 80


def test_the_folder_is_as_the_local_system_writes_it(tmp_path: Path) -> None:
    lines = made_up_lake.write(tmp_path, 8)
    folder = DataFolder(tmp_path, read_only=True)

    found = list(map(folder.find, folder.keys()))

    assert lines > 3_000
    assert len(found) == 8 * 3 + 1
    assert all(each and not each.damaged for each in found)
    config = folder.read(CONFIG_KEY)
    assert config is not None
    symbols = parse_config(config[1]).etf_symbols
    assert len(symbols) == 8
    for symbol in symbols:
        latest = folder.find(latest_key(symbol))
        assert latest is not None
        assert latest.headers["x-amz-meta-complete"] in {"true", "false"}
        assert folder.find(status_key(symbol)) is not None
