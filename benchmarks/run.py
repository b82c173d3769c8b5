"""The run: every peer in its own process, one round of one work at a time, peer after peer, then the next round."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.peers import PEERS, UNIT
from benchmarks.postgres import Server
from benchmarks.stores import PostgresTemplate, SqliteTemplate, Store
from benchmarks.work import FRESH, Work, works
from tests.postgres.server import NoServer

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 120.0
"""How long a peer may take for one answer before it is given up."""


@dataclass(frozen=True)
class Effort:
    """How much is measured. `round_s` is how long one round of one work should last for one peer."""

    rounds: int
    round_s: float
    bulk_rounds: int
    fresh_rounds: int
    max_calls: int = 20_000


QUICK = Effort(rounds=5, round_s=0.04, bulk_rounds=2, fresh_rounds=2)
FULL = Effort(rounds=15, round_s=0.15, bulk_rounds=7, fresh_rounds=7)


@dataclass
class Outcome:
    """What came of one work with one peer: samples, or why there are none."""

    samples: list[float] = field(default_factory=list)
    problem: str | None = None

    @property
    def median(self) -> float | None:
        return median(self.samples) if self.samples and self.problem is None else None


@dataclass
class Results:
    """All outcomes by work and peer. Samples are µs a call (or a row), ms for a cold start, MB for memory."""

    outcomes: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def outcome(self, work: str, peer: str) -> Outcome:
        return self.outcomes.setdefault(work, {}).setdefault(peer, Outcome())

    def ratio(self, work: str, peer: str) -> float | None:
        unit, mine = self.outcome(work, UNIT).median, self.outcome(work, peer).median
        return None if unit is None or mine is None else mine / unit


class PeerDied(Exception):
    """A peer's process ended, or did not answer in time."""


class Child:
    """A process that answers with one JSON object a line."""

    def __init__(self, module: str, peer: str, store: Store, log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, peer, json.dumps(asdict(store.target))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env=_environment(log.parent),
            )
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe(self._process.stdout), selectors.EVENT_READ)

    def read(self) -> dict[str, Any]:
        """Return the next answer; raises PeerDied."""
        if not self._selector.select(PATIENCE_S):
            self._process.kill()
            raise PeerDied(f"no answer within {PATIENCE_S:.0f} s")
        line = self._pipe(self._process.stdout).readline()
        if not line:
            raise PeerDied(f"the process ended with {self._process.wait(10)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, **request: Any) -> dict[str, Any]:
        pipe = self._pipe(self._process.stdin)
        try:
            pipe.write(json.dumps(request).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            raise PeerDied("the process has ended") from None
        return self.read()

    def end(self) -> None:
        """Close its input, on which it ends by itself, and wait."""
        try:
            self._pipe(self._process.stdin).close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._pipe(self._process.stdout).close()
        self._selector.close()

    @staticmethod
    def _pipe(pipe: Any) -> Any:
        assert pipe is not None
        return pipe


def _environment(folder: Path) -> dict[str, str]:
    """Return the environment of a peer: byte code is kept, for all of them in one place, whoever installed them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


class Run:
    """One run of some works with some peers."""

    def __init__(
        self, peers: list[str], names: list[str] | None, effort: Effort, folder: Path, synchronous: str
    ) -> None:
        self.results = Results()
        self.server_version: str | None = None
        # The unit is always measured: without it there are no ratios.
        self._peers = [name for name in PEERS if name in peers or name == UNIT]
        self._works = works(names)
        self._fresh = [name for name in FRESH if names is None or name in names]
        self._effort = effort
        self._folder = folder
        self._synchronous = synchronous
        self._stores: dict[str, Store] = {}
        self._children: dict[str, Child] = {}
        self._calls: dict[tuple[str, str], int] = {}

    def measure(self) -> Results:
        with ExitStack() as stack:
            self._make_stores(stack)
            if self._fresh:
                self._measure_fresh()
            if self._works:
                stack.callback(self._end_children)
                self._start()
                for work in self._works:
                    self._measure(work)
        return self.results

    def _make_stores(self, stack: ExitStack) -> None:
        sqlite = SqliteTemplate(self._folder, self._synchronous)
        postgres: PostgresTemplate | None = None
        problem = ""
        if any(PEERS[name].store == "postgres" for name in self._peers):
            try:
                server = stack.enter_context(Server())
                self.server_version = server.version
                postgres = PostgresTemplate(server)
            except (NoServer, ImportError, OSError) as fault:
                problem = str(fault)
        for name in self._peers:
            if PEERS[name].store == "sqlite":
                self._stores[name] = sqlite.copy(name)
            elif postgres is not None:
                self._stores[name] = postgres.copy(name)
            else:
                self._give_up(name, problem)

    def _give_up(self, peer: str, problem: str) -> None:
        """Note for every work that has no number yet why this peer has none."""
        tell(f"{peer}: {problem}")
        for name in (*(work.name for work in self._works), *self._fresh):
            outcome = self.results.outcome(name, peer)
            if not outcome.samples and outcome.problem is None:
                outcome.problem = problem

    def _measure_fresh(self) -> None:
        tell(", ".join(self._fresh))
        # Once for nothing: byte code is written, files are in the system's cache.
        for number in range(self._effort.fresh_rounds + 1):
            for name in [name for name in self._stores if not self._is_missing(name)]:
                self._measure_one_fresh(name, is_counted=number > 0)

    def _is_missing(self, peer: str) -> bool:
        return any(self.results.outcome(work, peer).problem for work in self._fresh)

    def _measure_one_fresh(self, peer: str, *, is_counted: bool) -> None:
        store = self._stores[peer]
        with self._child("benchmarks.fresh", peer) as child:
            try:
                answer = child.read()
            except PeerDied as fault:
                answer = {"missing": f"{fault}; see {self._log(peer).name}"}
            if "missing" in answer:
                for work in self._fresh:
                    self.results.outcome(work, peer).problem = answer["missing"]
                return
            if not is_counted:
                return
            found = {"cold_start": answer["cold_ns"] / 1e6}
            if "rss_kib" in answer:
                found["memory"] = (answer["rss_kib"] + store.server_memory_kib()) / 1024
            for work in self._fresh:
                outcome = self.results.outcome(work, peer)
                if work in found:
                    outcome.samples.append(found[work])
                else:
                    outcome.problem = "this system does not tell a process's memory"

    @contextmanager
    def _child(self, module: str, peer: str) -> Iterator[Child]:
        child = Child(module, peer, self._stores[peer], self._log(peer))
        try:
            yield child
        finally:
            child.end()

    def _log(self, peer: str) -> Path:
        return self._folder / f"{peer}.log"

    def _start(self) -> None:
        for name, store in self._stores.items():
            self._children[name] = Child("benchmarks.worker", name, store, self._log(name))
            try:
                answer = self._children[name].read()
            except PeerDied as fault:
                answer = {"error": str(fault)}
            if "ready" not in answer:
                self._give_up(name, answer.get("missing") or answer["error"])
                self._children.pop(name).end()

    def _end_children(self) -> None:
        while self._children:
            self._children.popitem()[1].end()

    def _measure(self, work: Work) -> None:
        tell(work.title)
        able = [name for name in list(self._children) if self._guarded(name, work, self._check)]
        able = [name for name in able if self._guarded(name, work, self._calibrate)]
        rounds = self._effort.rounds if work.units == 1 else self._effort.bulk_rounds
        for number in range(rounds):
            # Another one begins each time, so that none always follows the same.
            for name in rotated(able, number):
                if self.results.outcome(work.name, name).problem is None:
                    self._guarded(name, work, self._time)

    def _guarded(self, peer: str, work: Work, step: Callable[[str, Work], str | None]) -> bool:
        """Do a step; note the problem where it has one, and go on without this peer."""
        if peer not in self._children:
            return False
        try:
            problem = step(peer, work)
        except PeerDied as fault:
            problem = str(fault)
            self._children.pop(peer).end()
            self._give_up(peer, f"{problem}, at {work.name}")
        if problem is not None:
            self.results.outcome(work.name, peer).problem = problem
        return problem is None

    def _check(self, peer: str, work: Work) -> str | None:
        store = self._stores[peer]
        store.restore(1)
        answer = self._children[peer].ask(do="check", work=work.name)
        if "lacks" in answer:
            return f"not offered: {answer['lacks']}"
        if "error" in answer:
            return failed(peer, work, answer["error"])
        if "proof" in answer and store.rows(answer["proof"]) != answer["rows"]:
            return failed(peer, work, "the table does not hold what was written")
        return None

    def _calibrate(self, peer: str, work: Work) -> str | None:
        """Find how many calls make a round of the wanted length."""
        if work.units > 1:
            self._calls[peer, work.name] = 1
            return None
        calls = work.tasks * 2 if work.tasks > 1 else 5
        while True:
            answer = self._timed(peer, work, calls)
            if "error" in answer:
                return failed(peer, work, answer["error"])
            per_call_s = answer["elapsed_ns"] / 1e9 / answer["calls"]
            wanted = min(self._effort.max_calls, ceil(self._effort.round_s / per_call_s))
            if wanted <= calls * 4:
                break
            calls = wanted
        # Every task gets the same number of calls, and the tenth of them that warms up comes on top.
        self._calls[peer, work.name] = max(work.tasks * 2, wanted + wanted // 9 + 1, 4)
        return None

    def _time(self, peer: str, work: Work) -> str | None:
        answer = self._timed(peer, work, self._calls[peer, work.name])
        if "error" in answer:
            return failed(peer, work, answer["error"])
        per_unit_us = answer["elapsed_ns"] / 1e3 / (answer["calls"] * work.units)
        self.results.outcome(work.name, peer).samples.append(per_unit_us)
        return None

    def _timed(self, peer: str, work: Work, calls: int) -> dict[str, Any]:
        if work.is_write:
            self._stores[peer].restore(calls if work.deletes else 0)
        return self._children[peer].ask(do="time", work=work.name, count=calls)


def failed(peer: str, work: Work, error: str) -> str:
    tell(f"{peer}, {work.name}: {error}")
    return f"failed: {error}"


def rotated(names: list[str], by: int) -> Iterable[str]:
    at = by % len(names) if names else 0
    return [*names[at:], *names[:at]]


def tell(text: str) -> None:
    """Say on the error channel what is going on."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)
