"""`python -m benchmarks`; started so, the processes of a benchmark import only what they need."""

from __future__ import annotations

import sys

from benchmarks.main import main

if __name__ == "__main__":
    sys.exit(main())
