"""Times `noormme generate` with 200 tables of ten columns, process and all: python -m benchmarks.generate.

Processor time is printed beside the time on the clock: the one says what the machine did meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from benchmarks.big_schema import TABLES, big_schema

RUNS = 5


def main() -> None:
    """Print the median of several runs."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "big.db")
        with closing(sqlite3.connect(database)) as connection:
            connection.executescript(big_schema())
        command = [sys.executable, "-m", "noormme_py", "generate", "--database", str(database), "--out", "-"]
        elapsed_s: list[float] = []
        processor_s: list[float] = []
        lines = 0
        for _ in range(RUNS):
            start, before = time.perf_counter(), os.times()
            lines = subprocess.run(command, capture_output=True, check=True).stdout.count(b"\n")
            after = os.times()
            elapsed_s.append(time.perf_counter() - start)
            children = (after.children_user - before.children_user, after.children_system - before.children_system)
            processor_s.append(sum(children))
    print(f"{TABLES} tables, {lines} lines: {median(elapsed_s):.2f} s, {median(processor_s):.2f} s of the processor")


if __name__ == "__main__":
    main()
