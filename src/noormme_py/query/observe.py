"""What is told of the statements of a database: to whoever listens, and to what keeps a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from noormme_py.frozen import frozen
from noormme_py.query.statement import Parameters, Statement


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


class SetAside(Protocol):
    """The runs of one text that are set aside, to be counted together; one operation of a list needs no mutex.

    `times` are added to by whoever has run it. Where there are then `due` of them, or one took longer than `max_ns`,
    the recorder is told of that run.
    """

    times: list[int]
    due: int
    max_ns: int


class StatementRecorder(Protocol):
    """What keeps a record: it is told of every statement, by the threads that ran them, several at a time.

    Most statements are short reads, which being told of each would slow down: those of a text in `known` that were
    done at once are set aside.
    """

    @property
    def known(self) -> Mapping[str, SetAside | None]:
        """Texts that it has met, always the same mapping; None for those that it does not record."""
        ...

    def ran(
        self, statement: Statement[Any], elapsed_ns: int, answer: object, unit: object, lane: str, *, is_set_aside: bool
    ) -> None:
        """Note a statement that was done at once, with its answer, on the thread and the stack of its caller.

        `is_set_aside` says that its time is, since its text was known.
        """
        ...

    def finished(self, event: StatementFinished, origin: Origin | None) -> None:
        """Note any other statement; without an origin, this is the thread and the stack of its caller."""
        ...
