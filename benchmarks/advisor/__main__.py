"""The command line: `python -m benchmarks.advisor --quick`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.advisor import advisers, held_out, proof, tables, workloads
from benchmarks.advisor.score import FULL, QUICK, Bench, Score


def main() -> int:
    options = _arguments().parse_args()
    chosen = [*workloads.WORKLOADS, *held_out.WORKLOADS]
    if options.only:
        chosen = [workload for workload in chosen if workload.name in options.only]
    effort = QUICK if options.quick or options.prove else FULL
    scores: dict[str, list[Score]] = {}
    is_sound = True
    with tempfile.TemporaryDirectory(prefix="advisor-") as folder:
        for workload in chosen:
            print(f"{workload.name} …", file=sys.stderr, flush=True)
            bench = Bench(workload, Path(folder), effort)
            if options.prove:
                lines = proof.prove(bench)
                is_sound &= all(line.is_right for line in lines)
                print("\n".join(tables.of_proof(bench, lines)), flush=True)
                continue
            asked = advisers.measured() + advisers.fixed(workload)[: 2 if options.check else 1]
            scores[workload.name] = [bench.score(adviser) for adviser in asked if _is_asked(adviser, options.advisers)]
            if not options.json:
                print("\n".join(tables.of_workload(bench, scores[workload.name], details=options.details)), flush=True)
            bench.file.unlink()
    if options.json:
        print(json.dumps({name: [asdict(score) for score in each] for name, each in scores.items()}, indent=1))
    elif scores:
        held = {workload.name for workload in held_out.WORKLOADS}
        print("\n".join(tables.summary({w.name: w for w in chosen}, scores, held)))
    return 0 if is_sound else 1


def _is_asked(adviser: advisers.Adviser, names: list[str] | None) -> bool:
    # The hot half of the unit is always asked: gains are compared with its own.
    return not names or adviser.name in names or adviser.name == tables.UNIT


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advisor", description="Judge advice on indexes.")
    parser.add_argument("--only", type=_workloads_named, metavar="NAME,…", help=", ".join(_workload_names()))
    parser.add_argument("--advisers", type=_names, metavar="NAME,…", help="expert, expert-hot, copy, plan, right")
    parser.add_argument("--quick", action="store_true", help="steps only, with fresh statistics: no times")
    parser.add_argument("--details", action="store_true", help="also what was advised, missed and wrong")
    parser.add_argument("--check", action="store_true", help="also one that advises each column")
    parser.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    parser.add_argument("--prove", action="store_true", help="measure whether the workloads are right about themselves")
    return parser


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")]


def _workloads_named(text: str) -> list[str]:
    names = _names(text)
    if unknown := set(names) - set(_workload_names()):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def _workload_names() -> Iterator[str]:
    yield from (workload.name for workload in (*workloads.WORKLOADS, *held_out.WORKLOADS))


if __name__ == "__main__":
    sys.exit(main())
