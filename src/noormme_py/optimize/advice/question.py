"""A statement of a record as the advisor looks at it: what it asks of its tables, and what it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from noormme_py.errors import DatabaseError, QueryError
from noormme_py.names import fold, quote
from noormme_py.optimize.laboratory import Laboratory
from noormme_py.optimize.reading.access import Access, Key, Term
from noormme_py.optimize.recording.record import StatementRecord
from noormme_py.query.placeholders import nulls_for
from noormme_py.query.statement import Parameters
from noormme_py.query.tokens import main_verb
from noormme_py.query.write_target import WriteTarget, write_target
from noormme_py.schema.model import ForeignKey, Schema, Table

_PLANNED = frozenset({"SELECT", "VALUES", "INSERT", "UPDATE", "DELETE", "REPLACE"})

Reader: TypeAlias = Callable[[str, Schema, Laboratory], tuple[Access, ...]]
"""What tells how a statement uses its tables."""

# So many sets of parameters of a statement are tried: the slowest, and others of another kind.
_MOST_SAMPLES = 3
_MOST_STEPS = 2_000_000


@dataclass(frozen=True, slots=True)
class Question:
    """One statement with what is known of it. `rows` is how many rows a run gives or writes, on average.

    `tables` are the folded names of those whose indexes may change its cost. `stands_for` is the statement of the
    record, where this is made up to show what that one costs.
    """

    sql: str
    count: int
    samples: tuple[Parameters, ...] = field(repr=False)
    accesses: tuple[Access, ...]
    tables: frozenset[str]
    write: WriteTarget | None
    rows: float
    stands_for: str | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it asks for some of the rows only."""
        return "limit" in self.sql.lower()

    @property
    def told(self) -> str:
        """The text that it is shown as."""
        return self.stands_for or self.sql


def questions(
    statements: Iterable[StatementRecord], schema: Schema, lab: Laboratory, accesses: Reader
) -> Iterator[Question]:
    """Yield the statements that have a plan, and for a parent's DELETE or UPDATE what its children cost."""
    for known in statements:
        if main_verb(known.sql) not in _PLANNED or not known.count:
            continue
        samples = known.samples[:_MOST_SAMPLES] or (nulls_for(known.sql),)
        # What was never run, a statement of a file, is taken to write one row.
        rows = known.rows / known.count if known.rows or known.total_ns else 1.0
        write = write_target(known.sql)
        children = _children(write, schema)
        try:
            tables = {fold(table) for table, _ in lab.columns_read(known.sql)}
        except DatabaseError:
            # It may be of another database, or need a function that only the application has.
            tables = set[str]()
        asked = (*accesses(known.sql, schema, lab), *children)
        tables |= {fold(access.table) for access in asked}
        yield Question(known.sql, known.count, samples, asked, frozenset(tables), write, rows)
        if write is not None and children:
            yield from _deletion(known, write, samples[0], rows, children, schema, lab)


def _children(write: WriteTarget | None, schema: Schema) -> tuple[Access, ...]:
    """Return how SQLite looks for the children of the rows that a statement deletes, or gives another key."""
    parent = write.table_in(schema) if write is not None else None
    if write is None or parent is None:
        return ()
    if not (write.verb == "DELETE" or write.replaces or _moves_key(write, parent, schema)):
        return ()
    return tuple(
        Access(child.name, child.name, tuple(Term(Key(name), "equal") for name in key.columns))
        for child, key in schema.foreign_keys_to(parent.name)
    )


def _deletion(
    known: StatementRecord,
    write: WriteTarget,
    sample: Parameters,
    rows: float,
    children: tuple[Access, ...],
    schema: Schema,
    lab: Laboratory,
) -> Iterator[Question]:
    """Yield a DELETE of some parent row, where the statement itself finds none any more: it has deleted them."""
    parent = write.table_in(schema)
    if parent is None or not parent.has_rowid:
        return
    name = quote(parent.name)
    try:
        some = lab.query(f"select rowid from {name} limit 1 offset (select count(*) from {name}) / 2")
        if not some or lab.run(known.sql, sample, max_steps=_MOST_STEPS).rows > 0:
            return
    except (DatabaseError, QueryError):
        return
    count = max(1, round(known.count * rows))
    itself = Access(parent.name, parent.name, (Term(Key("rowid"), "equal"),))
    tables = frozenset(fold(child.table) for child in children)
    sql = f"delete from {name} where rowid = ?"
    yield Question(sql, count, (some[0],), (itself, *children), tables, None, 0.0, stands_for=known.sql)


def _moves_key(write: WriteTarget, parent: Table, schema: Schema) -> bool:
    keys: list[ForeignKey] = [key for _, key in schema.foreign_keys_to(parent.name)]
    return any(fold(name) in write.assigned for key in keys for name in key.parent_columns)
