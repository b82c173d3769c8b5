"""One peer in a fresh process: how long to the first row, and how much memory after the reads.

What is imported before the clock starts is what the measurement itself needs.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from itertools import islice
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from benchmarks.peers import PEERS, NotOffered, Target
from benchmarks.work import READS

REPEATS = {"rows_1000": 10, "dataclasses_1000": 10, "join_three": 50, "relations": 50}
USUAL_REPEATS = 500


def first_row_sync(peer: Any, target: Target) -> None:
    peer.setup(target)
    peer.find_by_id(1)


def reads_sync(peer: Any) -> None:
    for work in READS:
        if not (work.name in peer.lacks or work.method in peer.lacks):
            call = getattr(peer, work.method)
            for arguments in islice(work.arguments(0), REPEATS.get(work.name, USUAL_REPEATS)):
                call(*arguments)


async def reads_async(peer: Any, gather: Any) -> None:
    for work in READS:
        if not (work.name in peer.lacks or work.method in peer.lacks):
            call = getattr(peer, work.method)
            supply = list(islice(work.arguments(0), REPEATS.get(work.name, USUAL_REPEATS)))
            for start in range(0, len(supply), work.tasks):
                await gather(*(call(*arguments) for arguments in supply[start : start + work.tasks]))


def memory_kib(pid: int | str = "self") -> dict[str, int]:
    """Return the resident and the proportional memory of a process; empty where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("Rss:", "Pss:"))}
    return {"rss_kib": sizes["Rss"], "pss_kib": sizes["Pss"]}


def main() -> None:
    name, target = sys.argv[1], Target(**json.loads(sys.argv[2]))
    entry = PEERS[name]
    start = perf_counter_ns()
    try:
        peer = entry.load()
        if peer.is_async:
            import asyncio  # noqa: PLC0415 - its import is part of an asynchronous peer's cold start

            runner = asyncio.Runner()

            async def first_row() -> None:
                await peer.setup(target)
                await peer.find_by_id(1)

            runner.run(first_row())
        else:
            first_row_sync(peer, target)
        cold_ns = perf_counter_ns() - start
        if peer.is_async:
            runner.run(reads_async(peer, asyncio.gather))
        else:
            reads_sync(peer)
    except (ImportError, NotOffered) as fault:
        print(json.dumps({"missing": str(fault)}), flush=True)
        return
    except Exception as fault:
        traceback.print_exc()
        print(json.dumps({"missing": f"failed: {type(fault).__name__}: {fault}"[:200]}), flush=True)
        # The peer may have left a thread that would keep the process.
        os._exit(1)
    print(json.dumps({"cold_ns": cold_ns, **memory_kib()}), flush=True)
    # The server's memory is looked at while this client is connected.
    sys.stdin.readline()
    if peer.is_async:
        runner.run(peer.teardown())
        runner.close()
    else:
        peer.teardown()


if __name__ == "__main__":
    main()
