"""What the shell completes: the funds that the data folder has."""

import os
from pathlib import Path

import typer

from local.kept import kept_root


def funds(ctx: typer.Context, incomplete: str) -> list[str]:
    """The symbols of the funds in the data folder that begin so; none where answers come from elsewhere."""
    given = ctx.params
    if given.get("url") or os.environ.get("ETF_URL"):
        return []
    root = kept_root(Path(given.get("data_dir") or "data"), str(given.get("source") or "auto"))
    try:
        names = sorted(entry.name for entry in os.scandir(root / "processed"))
    except OSError:
        return []
    begun = [name for name in names if name.startswith(incomplete.upper())]
    return [name.lower() for name in begun] if incomplete.islower() else begun  # a shell keeps what was typed
