"""`python -m local.etf`, where there is no `etf` on the path."""

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120 - as in etf.py
sys.path[:0] = [os.path.join(ROOT, *folder) for folder in (("functions",), ("layers", "common"), ("client",))]  # noqa: PTH118

from local.etf import main  # noqa: E402 - the folders above must be on the path first

if __name__ == "__main__":
    sys.exit(main())
