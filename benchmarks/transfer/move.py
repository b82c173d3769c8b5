"""One move by one peer in a fresh process: how long, and the most memory it ever held. Imports are not timed."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.transfer.peers import PEERS


def peak_kib() -> int:
    """Return the highest resident memory of this process; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


def main() -> None:
    name, url, path = sys.argv[1:]
    try:
        move = PEERS[name].load()
        start, cpu_start = perf_counter(), process_time()
        move(url, Path(path))
        seconds, cpu_seconds = perf_counter() - start, process_time() - cpu_start
    except ImportError as fault:
        print(json.dumps({"missing": str(fault)}), flush=True)
        return
    except Exception as fault:
        traceback.print_exc()
        print(json.dumps({"missing": f"failed: {type(fault).__name__}: {fault}"[:200]}), flush=True)
        # The peer may have left a thread that would keep the process.
        os._exit(1)
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds, "peak_kib": peak_kib()}), flush=True)


if __name__ == "__main__":
    main()
