"""The statements that run in a block, and how many they may be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from noormme_py.client.async_client import Noormme
from noormme_py.client.sync_client import SyncNoormme
from noormme_py.errors import Interrupted
from noormme_py.introspect.discover import DISCOVERY_SQL
from noormme_py.query.observe import StatementFinished
from noormme_py.query.tokens import main_verb

_CONTROL = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"})


@contextmanager
def assert_max_queries(db: Noormme | SyncNoormme, limit: int) -> Generator[list[str]]:
    """Fail when more than so many statements ran in the block; give the list of those that did, as it grows.

    Counted is every statement that was run for the caller, on whatever connection of the database, inside of
    transactions too, and also when it failed; `execute_many` counts once, a stream when it ends. Not counted are
    BEGIN, COMMIT, ROLLBACK and savepoints, what the library reads of the schema, and the attempt of a statement
    that turned out to be too long for the event loop's thread.
    """
    __tracebackhide__ = True
    seen: list[str] = []
    end = db.observe(lambda event: seen.append(event.sql) if is_of_caller(event) else None)
    try:
        yield seen
    finally:
        end()
    if len(seen) > limit:
        raise AssertionError(f"queries that ran: {len(seen)}, expected: {limit} at most\n{_listed(seen)}")


def is_of_caller(event: StatementFinished) -> bool:
    """Whether the statement was run for the caller, and this is the one time that it counts."""
    if event.sql in DISCOVERY_SQL or main_verb(event.sql) in _CONTROL:
        return False
    return not (event.lane == "loop" and isinstance(event.error, Interrupted))


def _listed(seen: Iterable[str]) -> str:
    return "\n".join(f"  {count} x {sql}" for sql, count in Counter(seen).most_common())
