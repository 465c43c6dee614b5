from __future__ import annotations

import sys
from pathlib import Path

# the toy and the work functions must be importable here and in worker processes
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "faults")]
