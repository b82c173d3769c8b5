"""The command line: `python -m benchmarks --quick`."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from benchmarks import picture, report
from benchmarks.peers import PEERS, UNIT
from benchmarks.run import FULL, QUICK, Run
from benchmarks.work import work_names


def main() -> None:
    options = arguments().parse_args()
    if options.picture_of:
        found = json.loads(options.picture_of.read_text("utf-8"))
        (options.svg or Path("benchmarks.svg")).write_text(_drawn(found), "utf-8")
        return
    if options.pin:
        # Inherited by every process that is started from here, PostgreSQL's server included.
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        run = Run(
            peers=options.peers or list(PEERS),
            names=options.only,
            effort=QUICK if options.quick else FULL,
            folder=Path(folder),
            synchronous=options.synchronous,
        )
        results = run.measure()
    settings = {"quick": options.quick, "pinned": options.pin, "synchronous": options.synchronous}
    about = report.conditions(settings, run.server_version)
    found = report.as_json(results, about)
    print(report.as_text(results, about), end="")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if options.svg:
        options.svg.write_text(_drawn(found), "utf-8")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure peers on the same work.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds: a look, not a measurement")
    parser.add_argument("--pin", action="store_true", help="keep every process on one core")
    parser.add_argument("--only", type=_of(work_names()), metavar="WORK,…", help=", ".join(work_names()))
    parser.add_argument("--peers", type=_of(list(PEERS)), metavar="PEER,…", help=f"{', '.join(PEERS)}; with {UNIT}")
    parser.add_argument(
        "--synchronous",
        choices=("normal", "full"),
        default="normal",
        help="SQLite's pragma: full syncs at each commit, as PostgreSQL does by default",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the medians")
    parser.add_argument("--picture-of", type=Path, metavar="FILE", help="only draw what an earlier --json wrote")
    return parser


def _of(known: list[str]) -> type[list[str]]:
    def split(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
        return names

    return split  # type: ignore[return-value]


def _drawn(found: dict[str, object]) -> str:
    return picture.draw(found, frozenset(name for name, entry in PEERS.items() if entry.is_ours))


if __name__ == "__main__":
    main()
