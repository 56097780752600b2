"""SQL over the tables of all funds; see README.md and docs/tables.md."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - an old Python must get as far as its message
sys.path[:0] = [ROOT, os.path.join(ROOT, "functions"), os.path.join(ROOT, "layers", "common")]  # noqa: PTH118

from local.start import start  # noqa: E402 - the folders above must be on the path first

if __name__ == "__main__":
    sys.exit(start("sql", "local.sql"))
