"""The command line: `python -m benchmarks.transfer --quick`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.transfer import tables
from benchmarks.transfer.data import FULL_ROWS, QUICK_ROWS
from benchmarks.transfer.peers import PEERS, UNIT
from benchmarks.transfer.run import measure

ROUNDS = 5
QUICK_ROUNDS = 3


def main() -> None:
    options = _arguments().parse_args()
    rows = options.rows or (QUICK_ROWS if options.quick else FULL_ROWS)
    rounds = options.rounds or (QUICK_ROUNDS if options.quick else ROUNDS)
    with tempfile.TemporaryDirectory(prefix="bench-transfer-") as folder:
        results = measure(options.only or list(PEERS), rows, rounds, Path(folder))
    about = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
        "postgresql": results.server_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "rounds": rounds,
        "versions": tables.versions(),
    }
    print(tables.as_text(results, about), end="")
    if options.json:
        options.json.write_text(json.dumps(tables.as_json(results, about), indent=1) + "\n", "utf-8")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.transfer", description="Move one shop by several ways.")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and fewer rounds: a look")
    parser.add_argument("--rows", type=_thousands, metavar="N", help=f"in all tables; {FULL_ROWS} without --quick")
    parser.add_argument("--rounds", type=int, metavar="N", help=f"{ROUNDS} without --quick, {QUICK_ROUNDS} with it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples")
    parser.add_argument("--only", type=_peers, metavar="PEER,…", help=f"{', '.join(PEERS)}; with {UNIT}")
    return parser


def _thousands(text: str) -> int:
    rows = int(text)
    if rows < QUICK_ROWS // 10 or rows % 1000:
        raise argparse.ArgumentTypeError(f"a multiple of 1000, and {QUICK_ROWS // 10} at least")
    return rows


def _peers(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in PEERS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(PEERS)}")
    return names


if __name__ == "__main__":
    main()
