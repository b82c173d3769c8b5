"""What is told of the statements of a database: to whoever listens, and to what keeps a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from noormme_py.frozen import frozen
from noormme_py.query.statement import Parameters, Work


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


@frozen
class Origin:
    """Who asked for a statement.

    `unit` is the task, or the thread where there is none. `call_site` is the first place outside of the library,
    `loop` the innermost loop of the caller's own code around it, each as "path:line in function".
    """

    unit: object
    call_site: str
    loop: str | None


UNTOLD = Origin(None, "not looked at", None)
"""Of work that another thread does, and whose origin nobody needs to know."""


class Runs:
    """The runs of one text on one connection that are counted, and not looked at.

    `left` is how many more of them may be. Only whoever uses the connection writes it, and takes one away for each
    run that went well: so they are counted at next to no price, and without a mutex.
    """

    __slots__ = ("granted", "lane", "left")

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self.left = 0
        self.granted = 0

    def grant(self, count: int) -> None:
        """Let so many go by from now on."""
        self.left = self.granted = count

    def taken(self) -> int:
        """Return how many went by since this was last asked. Whoever else uses the connection may go on."""
        left = self.left
        taken, self.granted = self.granted - left, left
        return taken


class StatementRecorder(Protocol):
    """What keeps a record: the threads that run statements tell it of them, several at a time.

    Most statements are short and well known, which being told of each would slow down: so it says how many of a text
    may go by, and is told of the next.
    """

    def counting(self) -> dict[str, Runs]:
        """Return the runs that a new connection is to count, by their texts; a text that is not there is told."""
        ...

    def origin_of(self, work: Work[Any] | None) -> Origin:
        """Return the origin of work that another thread is to do, called on the stack of whoever asks for it.

        UNTOLD is the origin of what may go by, and of what is no statement.
        """
        ...

    def finished(self, event: StatementFinished, origin: Origin | None, counted: dict[str, Runs]) -> None:
        """Note a statement, and the runs that its connection has counted.

        Without an origin, this is the thread and the stack of its caller.
        """
        ...
