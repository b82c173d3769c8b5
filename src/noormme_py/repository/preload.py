"""Loading relations with the rows that have them: one statement for each relation, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from noormme_py.codec.row_model import RowModel
from noormme_py.errors import QueryError, ResultError
from noormme_py.query.statement import Cursor, Operation, Raw, Statement, ask, atomic
from noormme_py.repository.criteria import condition
from noormme_py.repository.read_operations import ReadOperations, order_of, row_not_found, whole
from noormme_py.repository.related import Including, Related, Wanted, wanted
from noormme_py.repository.relation_query import RelationQuery
from noormme_py.schema.model import Schema
from noormme_py.schema.relations import Relation, Relations

R = TypeVar("R")
Key: TypeAlias = tuple[Raw, ...]
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

    def _all(self, found: Statement[Any]) -> Operation[list[R]]:
        raw = yield from ask(Statement(found.sql, found.parameters, _raw_rows))
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


class _Asked:
    """One relation of the rows of a table."""

    def __init__(self, read: ReadOperations[Any], known: Known, relation: Relation, said: Related) -> None:
        self.relation = relation
        self.query = RelationQuery.of(known.schema, relation)
        self.target = known.table(relation.target)
        if relation.is_required and said.where is not None:
            raise QueryError(
                f"the relation {relation.name!r} of {relation.table!r} is never without a row, so it takes no `where`"
            )
        self.where = condition(self.target.plan.table, said.where)
        self._places = _places(read, relation.columns)

    def keys_of(self, raw: RawRows) -> list[Key | None]:
        """Return the key by which each row's related rows are found, None where it has a NULL."""
        if len(self._places) == 1:
            place = self._places[0]
            return [None if row[place] is None else (row[place],) for row in raw]
        keys = [tuple([row[place] for place in self._places]) for row in raw]
        return [None if None in key else key for key in keys]


class _Load(_Asked):
    """Loads the rows that a relation leads to."""

    def __init__(self, read: ReadOperations[Any], known: Known, relation: Relation, tree: Wanted) -> None:
        said = tree.said or _NOTHING
        super().__init__(read, known, relation, said)
        if said.limit is not None and not relation.is_many:
            raise QueryError(f"the relation {relation.name!r} of {relation.table!r} leads to one row: no limit applies")
        order = order_of(self.target.plan.table, said.order_by)
        self._order = order if relation.is_many else ()
        self._limit = whole("limit", said.limit)
        self._loads = _Loads(self.target, known, tree) if tree.include or tree.counts else None
        width = len(self.target.plan.columns)
        self._width = width
        self._key_places = (
            _places(self.target, tuple(key.column for key in self.query.keys))
            if self.query.is_plain
            else range(width, width + len(self.query.keys))
        )

    def into(self, raw: RawRows, rows: Sequence[Any]) -> Operation[None]:
        keys = self.keys_of(raw)
        distinct = [key for key in dict.fromkeys(keys) if key is not None]
        found: RawRows = []
        plan = self.target.plan
        for part in self.query.wanted(distinct) if distinct else ():
            node = self.query.rows(plan.items, part, self.where, self._order, self._limit)
            found += yield from ask(plan.plans.statement(node, _raw_rows))
        width = self._width
        related = plan.all(found if self.query.is_plain else [row[:width] for row in found])
        if self._loads is not None:
            yield from self._loads.into(found, related)
        groups: dict[Key, list[Any]] = {}
        places = self._key_places
        if len(places) == 1:
            place = places[0]
            for row, one in zip(found, related, strict=True):
                groups.setdefault((row[place],), []).append(one)
        else:
            for row, one in zip(found, related, strict=True):
                groups.setdefault(tuple([row[place] for place in places]), []).append(one)
        self._attach(keys, rows, groups)

    def _attach(self, keys: list[Key | None], rows: Sequence[Any], groups: dict[Key, list[Any]]) -> None:
        name = self.relation.name
        for key, row in zip(keys, rows, strict=True):
            mine = groups.get(key, ()) if key is not None else ()
            if self.relation.is_many:
                row.__dict__[name] = [*mine]
            elif mine or not self.relation.is_required:
                row.__dict__[name] = mine[0] if mine else None
            else:
                raise ResultError(
                    f"a row of {self.relation.table!r} refers to one of {self.relation.target!r} that is not there",
                    hint="`PRAGMA foreign_key_check` finds such rows",
                )


class _Count(_Asked):
    """Counts the rows that a relation leads to."""

    def into(self, raw: RawRows, rows: Sequence[Any]) -> Operation[None]:
        keys = self.keys_of(raw)
        distinct = [key for key in dict.fromkeys(keys) if key is not None]
        counts: dict[Key | None, Raw] = {}
        for part in self.query.wanted(distinct) if distinct else ():
            statement = self.target.plan.plans.statement(self.query.counts(part, self.where), _raw_rows)
            for row in (yield from ask(statement)):
                counts[row[:-1]] = row[-1]
        for key, parent in zip(keys, rows, strict=True):
            parent.__dict__["related_counts"][self.relation.name] = counts.get(key, 0)


def _places(read: ReadOperations[Any], columns: tuple[str, ...]) -> list[int]:
    """Return where columns stand in the rows that are read."""
    names = [column.name for column in read.plan.columns]
    wanted = [read.plan.table.column(name).name for name in columns]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise QueryError(f"{read.plan.row_type.__name__} needs the column {missing[0]!r} for a relation")
    return [names.index(name) for name in wanted]


def _raw_rows(cursor: Cursor) -> RawRows:
    return cursor.fetchall()
