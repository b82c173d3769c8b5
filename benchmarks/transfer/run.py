"""One run: the shop is made once, then every peer moves it in turn, round by round, each time in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic

import psycopg

from benchmarks.postgres import Server
from benchmarks.transfer import data
from benchmarks.transfer.kept import Kept, kept
from benchmarks.transfer.peers import COPY, PEERS, UNIT, VALIDATED

DATABASE = "shop"
REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Sample:
    """One move: time by the clock and of the process's own, the most memory it held, the size of the file."""

    seconds: float
    cpu_seconds: float
    peak_kib: int
    file_bytes: int


@dataclass(slots=True)
class Outcome:
    """What a peer did: a sample of each round, what its file kept, or why there is none."""

    samples: list[Sample] = field(default_factory=list)
    kept: Kept = field(default_factory=dict)
    problem: str | None = None

    def median(self, name: str) -> float:
        """Return the median over the rounds of a field of `Sample`."""
        return median(getattr(sample, name) for sample in self.samples)


@dataclass(slots=True)
class Results:
    """Everything that was found, by peer; `server_version` and `database_bytes` are the source's."""

    rows: int
    server_version: str
    database_bytes: int
    outcomes: dict[str, Outcome]

    def share(self, peer: str, name: str = "seconds") -> float | None:
        """Return a peer's speed as a share of the floor's, by the clock or by `cpu_seconds`."""
        unit, outcome = self.outcomes[UNIT], self.outcomes[peer]
        if not (unit.samples and outcome.samples):
            return None
        return unit.median(name) / outcome.median(name)

    def validation(self, name: str = "seconds") -> float | None:
        """Return what validation adds to our copy: the median over rounds, each compared with its own."""
        if not (COPY in self.outcomes and VALIDATED in self.outcomes):
            return None
        pairs = zip(self.outcomes[COPY].samples, self.outcomes[VALIDATED].samples, strict=False)
        added = [getattr(validated, name) - getattr(copied, name) for copied, validated in pairs]
        return median(added) if added else None


def measure(peers: list[str], rows: int, rounds: int, folder: Path) -> Results:
    """Measure the peers, and the floor with them; raises NoServer where there is no PostgreSQL."""
    chosen = [name for name in PEERS if name in peers or name == UNIT]
    outcomes = {name: Outcome() for name in chosen}
    with Server() as server:
        url = server.dsn(DATABASE)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(f"create database {DATABASE}".encode())
        _tell(f"making {rows} rows …")
        counts = data.create(url, rows)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("checkpoint")
            size = connection.execute("select pg_database_size(current_database())").fetchone()
        for number in range(rounds):
            # Nobody always comes after the same one.
            shift = number % len(chosen)
            for name in (*chosen[shift:], *chosen[:shift]):
                if outcomes[name].problem is None:
                    _move(name, url, folder, outcomes[name])
        version = server.version
    return Results(sum(counts.values()), version, size[0] if size else 0, outcomes)


def _move(name: str, url: str, folder: Path, outcome: Outcome) -> None:
    _tell(f"round {len(outcome.samples) + 1}: {name} …")
    path = folder / f"{name}.db"
    # What another peer wrote is not written out on this one's time.
    os.sync()
    start = monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.transfer.move", name, url, path],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    told = json.loads(run.stdout.splitlines()[-1]) if run.stdout.strip() else {"missing": "it died without a word"}
    if "missing" in told:
        outcome.problem = told["missing"]
        sys.stderr.write(run.stderr)
    else:
        _tell(f"  {told['seconds']:.1f} s of {monotonic() - start:.1f} s")
        outcome.samples.append(Sample(**told, file_bytes=path.stat().st_size))
        if not outcome.kept:
            outcome.kept = kept(url, path)
    for left in folder.iterdir():
        left.unlink()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
