"""How long the course takes: every chapter and its evidence, run in a fresh kernel."""

import sys
import time
from pathlib import Path

from .processes import ROOT, Answer, answer

sys.path.append(str(ROOT / "book"))
from freeze import run


def executed(notebook: str) -> Answer:
    """Time one notebook, and leave the file as it is."""
    start = time.perf_counter()
    run(Path(notebook))
    return {"seconds": time.perf_counter() - start}


if __name__ == "__main__":
    answer(executed=executed)
