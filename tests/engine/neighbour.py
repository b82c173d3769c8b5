"""Another process that works on the same file with plain `sqlite3`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PROGRAM = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=float(sys.argv[2]))
print("ready", flush=True)
for line in sys.stdin:
    try:
        sql, parameters = json.loads(line)
        answer = {"rows": connection.execute(sql, parameters).fetchall()}
    except sqlite3.Error as fault:
        answer = {"error": getattr(fault, "sqlite_errorname", str(fault))}
    print(json.dumps(answer), flush=True)
"""


class Refused(Exception):
    """SQLite refused the statement of the other process; the message is its name for the reason."""


class Neighbour:
    """Runs SQL in another process, which waits for locks for `timeout_s`, by default not at all."""

    def __init__(self, path: Path, timeout_s: float = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(path), str(timeout_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._read() == "ready\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Its input ends, and so does it; what it holds open is rolled back.
        self._process.communicate(timeout=30)

    @property
    def pid(self) -> int:
        return self._process.pid

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[list[Any]]:
        """Run a statement and return its rows; raises Refused."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([sql, list(parameters)]) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._read())
        if "error" in answer:
            raise Refused(answer["error"])
        rows: list[list[Any]] = answer["rows"]
        return rows

    def run(self, *statements: str) -> None:
        """Run statements one after another."""
        for statement in statements:
            self.execute(statement)

    def check_that_it_can_write(self) -> None:
        """Take the write lock at once, look through the whole file, and let go."""
        self.execute("begin immediate")
        assert self.execute("pragma integrity_check") == [["ok"]]
        self.execute("rollback")

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def run_python(source: str, *arguments: object, timeout_s: float = 30) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own, which must end by itself."""
    command = [sys.executable, "-W", "default", "-c", source, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
