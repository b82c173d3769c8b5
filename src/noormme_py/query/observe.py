"""What is told to whoever listens to a database: one event for each statement, once it has finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from noormme_py.query.statement import Parameters


@dataclass(frozen=True, slots=True)
class StatementFinished:
    """One statement that was run, the BEGIN, COMMIT and ROLLBACK of transactions included.

    `elapsed_ns` counts from the moment the connection took the statement until its rows were decoded, and
    `wait_ns` how long the caller's work had waited for that connection before (told with its first statement).
    `rows` are those that were read, or written where none came back; `lane` names the connection: "loop",
    "writer" or "reader 0". `error` is what the statement failed with.
    A stream is told when it ends. The parameters are left out of the repr: they may be secrets.
    """

    sql: str
    parameters: Parameters = field(repr=False)
    elapsed_ns: int
    wait_ns: int
    rows: int
    lane: str
    error: BaseException | None = None


Observer: TypeAlias = Callable[[StatementFinished], None]
"""It is called on the thread that ran the statement, several at a time, and holds the statement's answer up.

What is told may still be inside a transaction, and be rolled back with it: kept is what a COMMIT was told of.
"""
