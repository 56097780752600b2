"""The notebook docs/tour.ipynb, executed.

`python -m tools.tour` executes it against the API at ETF_URL, by default http://localhost:3000, and stores what it
shows: of the sample data, so that it can be read without running it.
"""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

TOUR = Path(__file__).parents[1] / "docs" / "tour.ipynb"
_PATIENCE = 100
"""Seconds for a cell."""


def executed(url: str) -> Any:
    """The notebook with what it shows of the API at this URL. Raises CellExecutionError."""
    notebook = nbformat.read(TOUR, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, timeout=_PATIENCE, kernel_name="python3", record_timing=False)
    client.execute(env={**os.environ, "ETF_URL": url, "MPLBACKEND": "module://matplotlib_inline.backend_inline"})
    return notebook


if __name__ == "__main__":
    shown = executed(os.environ.get("ETF_URL", "http://localhost:3000"))
    shown.metadata = {"kernelspec": shown.metadata.kernelspec, "language_info": {"name": "python"}}
    nbformat.write(shown, TOUR)  # type: ignore[no-untyped-call]
