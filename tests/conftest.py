"""What all tests share."""

import os
import tempfile
from pathlib import Path

import pytest

from local.system import use_local_credentials

# Before any client is made: no test may reach for somebody's AWS account.
use_local_credentials(os.environ)
# What Hypothesis keeps between runs (nothing but tables, here) does not belong into the project's folder.
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(tempfile.gettempdir()) / "etf-pipeline-hypothesis"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root folder."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real_folder(root: Path) -> Path:
    """Real pages and tables, which are not part of the project; skips where they are absent."""
    folder = root.parent / "shared" / "real"
    if not folder.is_dir():
        pytest.skip("the folder with real pages is not here")
    return folder
