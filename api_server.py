"""The API over the data that is there:  see README.md."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT), str(ROOT / "functions"), str(ROOT / "layers" / "common")]

from local.commands import server  # noqa: E402 - the folders above must be on the path first

if __name__ == "__main__":
    sys.exit(server(sys.argv[1:]))
