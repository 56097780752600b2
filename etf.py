"""Answers about ETFs in a terminal; see docs/command.md. `make run` puts it into .venv/bin as `etf`."""

import os
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - an old Python must get as far as its message
FOLDERS = (("functions",), ("layers", "common"), ("client",))
sys.path[:0] = [ROOT] + [os.path.join(ROOT, *folder) for folder in FOLDERS]  # noqa: PTH118

from local.etf import main  # noqa: E402 - the folders above must be on the path first

if __name__ == "__main__":
    sys.exit(main())
