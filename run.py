"""The whole system on one machine:  see README.md."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "layers" / "common")]

from local.commands import run  # noqa: E402 - the folders above must be on the path first

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
