"""A first start with sample data has five holdings dates, and a second one adds nothing to them."""

from pathlib import Path

from tests.e2e.conftest import Start


def captures(tmp_path: Path, symbol: str) -> list[str]:
    return sorted(path.name for path in (tmp_path / "data" / "sample" / "raw" / symbol).glob("*.html"))


def test_a_first_start_has_a_history_and_the_newest_date_stays_in_front(start: Start, tmp_path: Path) -> None:
    # Given a server that has just started, and says so before it looks after older dates
    config = tmp_path / "etl_config.yaml"
    config.write_text("etf_symbols: [GLD, QQQ]\n")
    first = start("run.py", "--port", "0", "--source", "sample", "--config", str(config))
    first.says("(?s)next refresh: .*sample data: 4 older holdings dates stored")
    first.says("4 holdings dates built")

    # Then it has five dates, and serves the newest
    dates = [entry["holdings_as_of"] for entry in first.get("/api/etfs/QQQ/history")]
    assert len(dates) == 5
    assert dates == sorted(dates, reverse=True)
    assert first.get("/api/etfs/QQQ")["holdings_as_of"] == dates[0]
    assert {found["stale"] for found in first.get("/api/status").values()} == {False}
    before = captures(tmp_path, "QQQ")
    assert len(before) == 5
    first.process.terminate()
    assert first.ends() == 0

    # When it starts again, then there is one more capture, of the newest, and no other
    second = start("etl_pipeline.py", "--source", "sample", "--config", str(config))
    assert second.ends() == 0, second.output
    assert "older holdings date" not in second.output
    assert len(captures(tmp_path, "QQQ")) == 6
    assert captures(tmp_path, "QQQ")[:5] == before


def test_one_refresh_by_hand_has_the_history_too(start: Start, tmp_path: Path) -> None:
    command = start("etl_pipeline.py", "--source", "sample", "QQQ")

    assert command.ends() == 0, command.output
    assert "sample data: 4 older holdings dates stored" in command.output
    assert len(captures(tmp_path, "QQQ")) == 5
    assert captures(tmp_path, "GLD") == []
