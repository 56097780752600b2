"""A small data folder for the etf command: three funds, one of them partial, with their tables."""

from pathlib import Path

from etf_common.lake import CONFIG_KEY
from local.disk import DataFolder
from tests.unit.lake_cases import MemoryLake, build, publish, row, stored_fund

TYPE = "application/json"


def small_lake() -> MemoryLake:
    """VTI and VOO whole, QQQ with two of three lines."""
    lake = MemoryLake()
    nvidia, apple = ("NVDA", "NVIDIA Corp"), ("AAPL", "Apple Inc")
    publish(
        lake, stored_fund("VTI", [row(*nvidia, 60.0), row(*apple, 39.996), row(None, "=Crafty\x1b[31m Inc", 0.004)])
    )
    publish(lake, stored_fund("VOO", [row(*apple, 50.0), row(*nvidia, 50.0)]))
    publish(lake, stored_fund("QQQ", [row(*nvidia, 50.0), row(*apple, 30.0)], reported=3))
    lake.put(CONFIG_KEY, b"etf_symbols: [VTI, VOO, QQQ]")
    build(lake)
    return lake


def write_folder(lake: MemoryLake, root: Path) -> DataFolder:
    """The lake's objects as files below `root`."""
    folder = DataFolder(root)
    for key, stored in lake.objects.items():
        folder.write(
            key, stored.body, {"content-type": TYPE, **{f"x-amz-meta-{k}": v for k, v in stored.metadata.items()}}
        )
    return folder
