"""Loading relations with the rows that have them: one statement for each relation, however many rows there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, Generic, TypeAlias, TypeVar

from noormme_py.codec.row_model import RowModel
from noormme_py.errors import QueryError, ResultError
from noormme_py.query import nodes
from noormme_py.query.statement import Cursor, Operation, Raw, Statement, ask, atomic
from noormme_py.repository.criteria import condition
from noormme_py.repository.read_operations import ReadOperations, order_of, row_not_found, whole
from noormme_py.repository.related import Including, Related, Wanted, wanted
from noormme_py.repository.relation_query import KEYS, RelationQuery
from noormme_py.schema.model import Schema
from noormme_py.schema.relations import Relation, Relations

R = TypeVar("R")
Key: TypeAlias = Any
"""What rows on both sides of a relation have in common: one raw value, or a tuple of several."""

RawRows: TypeAlias = list[tuple[Raw, ...]]

_NOTHING = Related("")


class Known:
    """The schema with its relations, and what reads a table of it."""

    def __init__(self, schema: Schema, relations: Relations, table: Callable[[str], ReadOperations[Any]]) -> None:
        self.schema = schema
        self.relations = relations
        self.table = table


class Preload(Generic[R]):
    """Reads rows of one table with what is wanted of their relations."""

    def __init__(self, read: ReadOperations[R], known: Known, include: Including, with_count: Including) -> None:
        self._read = read
        self._loads = _Loads(read, known, wanted(include, with_count))

    def all(self, found: Statement[list[R]]) -> Operation[list[R]]:
        """Run a statement that gives rows of the table, and load what they are to have, of the same moment."""
        return atomic(self._all(found))

    def first(self, found: Statement[Any]) -> Operation[R | None]:
        """Run a statement that gives one row or none."""
        rows = yield from self.all(found)
        return rows[0] if rows else None

    def got(self, found: Statement[Any]) -> Operation[R]:
        """Run a statement that gives one row; raises RowNotFound."""
        row = yield from self.first(found)
        if row is None:
            raise row_not_found(self._read.plan.table.name)
        return row

    def into(self, raw: RawRows, rows: Sequence[R]) -> Operation[None]:
        """Load what rows are to have that were read already; `raw` are they as SQLite gave them."""
        yield from self._loads.into(raw, rows)

    def _all(self, found: Statement[Any]) -> Operation[list[R]]:
        raw = yield from ask(Statement(found.sql, found.parameters, raw_rows))
        rows = self._read.plan.all(raw)
        yield from self._loads.into(raw, rows)
        return rows


class _Loads:
    """What is loaded into rows of one table."""

    def __init__(self, read: ReadOperations[Any], known: Known, tree: Wanted) -> None:
        plan = read.plan
        if not (isinstance(plan.row_type, type) and issubclass(plan.row_type, RowModel)):
            raise QueryError(
                f"relations are loaded into rows of a RowModel, and {plan.row_type.__name__} is none",
                hint="leave the class out, or derive yours from RowModel",
            )
        relation = known.relations.one
        name = plan.table.name
        self._steps = [_Load(read, known, relation(name, key), found) for key, found in tree.include.items()]
        self._counts = [_Count(read, known, relation(name, key), found) for key, found in tree.counts.items()]

    def into(self, raw: RawRows, rows: Sequence[Any]) -> Operation[None]:
        for step in self._steps:
            yield from step.into(raw, rows)
        for row in rows if self._counts else ():
            row.__dict__["related_counts"] = {}
        for count in self._counts:
            yield from count.into(raw, rows)


class _Asked(ABC):
    """One relation of the rows of a table, and what is wanted of it."""

    def __init__(self, read: ReadOperations[Any], known: Known, relation: Relation, said: Related) -> None:
        if relation.is_required and said.where is not None:
            raise QueryError(
                f"the relation {relation.name!r} of {relation.table!r} is never without a row, so it takes no `where`"
            )
        self.relation = relation
        link = None if relation.link is None else known.table(relation.link.table)
        hidden = None if link is None else link.marks.hidden
        self.query = RelationQuery.of(
            known.schema, relation, None if link is None or hidden is None else hidden.live(link.plan.table.name)
        )
        self.target = known.table(relation.target)
        # What a row refers to is shown though it be marked as deleted.
        refers = relation.kind == "many to one"
        self.where = condition(self.target.plan.table, said.where) if refers else self.target.condition(said.where)
        self.key_of = itemgetter(*_places(read, relation.columns))

    def keys_of(self, raw: RawRows) -> list[Key]:
        """Return the key by which each row's related rows are found, None where a part of it is NULL."""
        keys: list[Key] = [*map(self.key_of, raw)]
        return keys if len(self.relation.columns) == 1 else [None if None in key else key for key in keys]

    def asked(self, keys: list[Key]) -> Operation[RawRows]:
        """Ask for what has these keys: in one statement, however many there are."""
        wanted_keys = [key for key in dict.fromkeys(keys) if key is not None]
        if not wanted_keys:
            return []
        listed = self.query.list_of(wanted_keys)
        if listed is not None:
            return (yield from ask(self._statement(listed)))
        plans = self.target.plan.plans
        found: RawRows = []
        for is_wanted in self.query.spelled(wanted_keys):
            found += yield from ask(plans.statement(self.asking(is_wanted), raw_rows))
        return found

    @abstractmethod
    def asking(self, is_wanted: nodes.Node) -> nodes.Select:
        """Return the query for what meets a condition."""

    def compile(self) -> None:
        """Raise for names and values that cannot be, before any SQL is run and whether or not there are rows."""
        self._plan, self._data = self.target.plan.plans.plan(self.asking(self.query.listed()))
        self._statement("[]")

    def _statement(self, keys: str) -> Statement[RawRows]:
        return self._plan.statement(self._data, raw_rows, {KEYS: keys})


class _Load(_Asked):
    """Loads the rows that a relation leads to."""

    def __init__(self, read: ReadOperations[Any], known: Known, relation: Relation, tree: Wanted) -> None:
        said = tree.said or _NOTHING
        super().__init__(read, known, relation, said)
        if not relation.is_many and (said.limit is not None or said.order_by is not None):
            raise QueryError(
                f"the relation {relation.name!r} of {relation.table!r} leads to one row: no order and no limit applies"
            )
        plan = self.target.plan
        self._order = order_of(plan.table, said.order_by) if relation.is_many else ()
        self._limit = whole("limit", said.limit)
        self._loads = _Loads(self.target, known, tree) if tree.include or tree.counts else None
        columns = [key.column for key in self.query.keys]
        # The keys are columns of the row, or come behind these.
        self._width = None if self.query.is_plain else len(plan.columns)
        self._owner_of = itemgetter(
            *(_places(self.target, columns) if self._width is None else range(self._width, self._width + len(columns)))
        )
        self.compile()

    def into(self, raw: RawRows, rows: Sequence[Any]) -> Operation[None]:
        keys = self.keys_of(raw)
        found = yield from self.asked(keys)
        plan = self.target.plan
        related = plan.all(found if self._width is None else [row[: self._width] for row in found])
        if self._loads is not None:
            yield from self._loads.into(found, related)
        groups: dict[Key, list[Any]] = {}
        for owner, row in zip(map(self._owner_of, found), related, strict=True):
            if owner in groups:
                groups[owner].append(row)
            else:
                groups[owner] = [row]
        self._attach(keys, rows, groups)

    def asking(self, is_wanted: nodes.Node) -> nodes.Select:
        return self.query.rows(self.target.plan.items, is_wanted, self.where, self._order, self._limit)

    def _attach(self, keys: list[Key], rows: Sequence[Any], groups: dict[Key, list[Any]]) -> None:
        name = self.relation.name
        for key, row in zip(keys, rows, strict=True):
            related = groups.get(key)
            if self.relation.is_many:
                row.__dict__[name] = [] if related is None else [*related]
            elif related is not None or not self.relation.is_required:
                row.__dict__[name] = None if related is None else related[0]
            else:
                raise ResultError(
                    f"a row of {self.relation.table!r} refers to one of {self.relation.target!r} that is not there",
                    hint="`PRAGMA foreign_key_check` finds such rows",
                )


class _Count(_Asked):
    """Counts the rows that a relation leads to."""

    def __init__(self, read: ReadOperations[Any], known: Known, relation: Relation, said: Related) -> None:
        super().__init__(read, known, relation, said)
        self.compile()

    def into(self, raw: RawRows, rows: Sequence[Any]) -> Operation[None]:
        keys = self.keys_of(raw)
        found = yield from self.asked(keys)
        owner_of = itemgetter(*range(len(self.query.keys)))
        counts = {owner_of(row): row[-1] for row in found}
        for key, row in zip(keys, rows, strict=True):
            row.__dict__["related_counts"][self.relation.name] = counts.get(key, 0)

    def asking(self, is_wanted: nodes.Node) -> nodes.Select:
        return self.query.counts(is_wanted, self.where)


def _places(read: ReadOperations[Any], columns: Sequence[str]) -> list[int]:
    """Return where columns stand in the rows that are read."""
    names = [column.name for column in read.plan.columns]
    wanted = [read.plan.table.column(name).name for name in columns]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise QueryError(f"{read.plan.row_type.__name__} needs the column {missing[0]!r} for a relation")
    return [names.index(name) for name in wanted]


def raw_rows(cursor: Cursor) -> RawRows:
    """Collect all rows as SQLite gives them."""
    return cursor.fetchall()
