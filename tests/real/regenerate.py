"""`python -m tests.real.regenerate` writes golden_rnv.txt anew; read the difference before committing it."""

from __future__ import annotations

from tests.real import rnv
from tests.real.golden import GOLDEN, golden_text

if __name__ == "__main__":
    GOLDEN.write_text(golden_text(rnv.snapshot(rnv.CACHE)), encoding="utf-8")
