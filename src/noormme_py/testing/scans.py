"""A block in which no statement may read a table from one end to the other."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import quote

from noormme_py.client.async_client import Noormme
from noormme_py.client.sync_client import SyncNoormme
from noormme_py.errors import ConfigError, DatabaseError, QueryError
from noormme_py.location import Location
from noormme_py.names import fold
from noormme_py.query.observe import StatementFinished
from noormme_py.query.placeholders import nulls_for
from noormme_py.query.tokens import main_verb
from noormme_py.schema.model import Schema
from noormme_py.testing.queries import is_of_caller
from noormme_py.testing.walks import Step, walked_roots

_PLANNED = frozenset({"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "REPLACE"})


@contextmanager
def assert_no_scan(db: Noormme | SyncNoormme, *tables: str) -> Generator[None]:
    """Fail when a statement of the block walks one of the tables, or any table when none is named, end to end.

    So does a walk over a whole index of the table, covering or not, one with a LIMIT, one that a trigger does, and
    one that makes an automatic index; min() and max() of an index do not. What is looked at is the program that
    SQLite makes of each statement at the end of the block, for its parameters, on another connection to the file;
    so it must be committed what tables there are. The planner knows what ANALYZE has noted; a small table without
    it is planned like a large one. Raises TableNotFound, QueryError for a view, and ConfigError for a `Noormme`
    in memory, which has no second connection.
    """
    __tracebackhide__ = True
    _check(db.schema, tables)
    if db.config.location.is_memory and isinstance(db, Noormme):
        raise ConfigError("the plans of a Noormme in memory cannot be looked at from outside", hint="use a file")
    events: list[StatementFinished] = []
    end = db.observe(events.append)
    try:
        yield
    finally:
        end()
    ran = {event.sql: event for event in events if is_of_caller(event) and main_verb(event.sql) in _PLANNED}
    with _beside(db) as planner:
        roots = _roots(planner, tables)
        scans = [text for event in ran.values() for text in _scans(planner, event, roots)]
    if scans:
        raise AssertionError("\n".join([f"statements that scan a table: {len(scans)}", *scans]))


def _check(schema: Schema, tables: Iterable[str]) -> None:
    for name in tables:
        table = schema.table(name)
        if table.kind in ("view", "virtual"):
            raise QueryError(f"{name!r} is a {table.kind} and has no rows of its own", hint="name the tables below it")


@contextmanager
def _beside(db: Noormme | SyncNoormme) -> Generator[SyncNoormme]:
    """Open the file once more, for reading only; a database in memory is itself all there is."""
    location = db.config.location
    if location.is_memory and isinstance(db, SyncNoormme):
        yield db
        return
    # Foreign keys are looked up, or not, by the statement's own program.
    keys = {"enable_foreign_keys": db.config.optimization.enable_foreign_keys}
    with SyncNoormme(_read_only_url(location), optimization=keys) as planner:
        yield planner


def _read_only_url(location: Location) -> str:
    return f"sqlite:///{quote(os.fsencode(location.file))}?mode=ro&immutable={int(location.is_immutable)}"


def _roots(planner: SyncNoormme, tables: Sequence[str]) -> dict[int, str]:
    """Return the table of each root page, of its own b-tree and of its indexes."""
    wanted = {fold(name) for name in tables}
    rows = planner.execute("select rootpage, tbl_name from main.sqlite_schema where rootpage > 0").rows
    return {
        row["rootpage"]: row["tbl_name"]
        for row in rows
        if (fold(row["tbl_name"]) in wanted if wanted else not row["tbl_name"].startswith("sqlite_"))
    }


def _scans(planner: SyncNoormme, event: StatementFinished, roots: Mapping[int, str]) -> Iterator[str]:
    parameters = event.parameters or nulls_for(event.sql)
    try:
        program = planner.execute(f"explain {event.sql}", parameters).rows
        plan = planner.execute(f"explain query plan {event.sql}", parameters).rows
    except DatabaseError as fault:
        # What failed when it ran may fail for the same reason here.
        if event.error is None:
            yield f"  this could not be explained ({fault.message}):\n    {event.sql}"
        return
    walked = walked_roots(Step(row["addr"], row["opcode"], row["p1"], row["p2"], row["p3"]) for row in program)
    names = sorted({roots[root] for root in walked & roots.keys()})
    if names:
        lines = [f"      {row['detail']}" for row in plan]
        yield "\n".join([f"  {', '.join(names)}:", f"    {event.sql}", *lines])
