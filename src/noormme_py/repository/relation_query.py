"""The statement that reads what a relation leads to, for many rows at once.

The rows whose relation is wanted are known by the values of their columns. One parameter holds all of these, so
that the text of the statement is the same for any number of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from noormme_py.frozen import changed, frozen, replaced
from noormme_py.names import fold
from noormme_py.query import nodes
from noormme_py.query.functions import fn
from noormme_py.query.operands import Operand
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Column, Schema, Table
from noormme_py.schema.relations import Relation

# What JSON cannot hold exactly is said value by value, so many rows at a time.
_MAX_SPELLED = 200
_PLACE = "place of the row"
_COUNT = "count of the rows"

KEYS = "keys of the rows"
"""The placeholder for the list of keys, as JSON text."""


@frozen
class RelationQuery:
    """How the rows of a relation are found: the sources, and the columns `keys` that say whose they are.

    `told` are the keys as they are grouped and given. `is_plain` says that they are columns of the target itself.
    """

    relation: Relation
    joins: tuple[nodes.Join, ...]
    keys: tuple[nodes.Ref, ...]
    told: tuple[nodes.Node, ...]
    is_plain: bool

    @classmethod
    def of(cls, schema: Schema, relation: Relation, live: nodes.Node | None = None) -> RelationQuery:
        """Plan it; `live` is what holds for the rows of the link that count.

        Where the columns on both sides compare alike, the far side alone tells whose a row is.
        """
        source, target = schema.table(relation.table), schema.table(relation.target)
        at_target = tuple(nodes.Ref(name, target.name) for name in relation.target_columns)
        far, far_columns, keys = target, relation.target_columns, at_target
        joins: tuple[nodes.Join, ...] = ()
        if relation.link is not None:
            far, far_columns = schema.table(relation.link.table), relation.link.source_columns
            link = _Beside(far, "link", target, relation.link.target_columns + far_columns)
            joins = (link.joined(_equal(at_target, link.refs[: len(at_target)]), live),)
            keys = link.refs[len(at_target) :]
        if all(
            _is_alike(source.column(one), far.column(other))
            for one, other in zip(relation.columns, far_columns, strict=True)
        ):
            return cls(relation, joins, keys, keys, relation.link is None)
        near = _Beside(source, "source", target, relation.columns)
        # As a foreign key is compared: by the parent's collation, which is that of the left-hand side.
        is_parent_far = relation.kind == "many to one"
        equal = _equal(keys, near.refs) if is_parent_far else _equal(near.refs, keys)
        # What the column takes for the same is still two keys, and each row asks for its own.
        told = tuple(nodes.Collate(ref, "BINARY") for ref in near.refs)
        return cls(relation, (*joins, near.joined(equal)), near.refs, told, False)

    def rows(
        self,
        items: tuple[nodes.Node, ...],
        wanted: nodes.Node,
        where: nodes.Node | None,
        order_by: tuple[nodes.Order, ...],
        limit: nodes.Value | None,
    ) -> nodes.Select:
        """Return the query for the related rows: `items` of the target, then the keys unless they are among them."""
        target = self.relation.target
        order_by = tuple(replaced(order, operand=_within(order.operand, target)) for order in order_by)
        keys = () if self.is_plain else self._aliased
        is_distinct = self._is_repeated
        query = nodes.Select(
            sources=(nodes.TableName(target),),
            items=(*items, *keys),
            is_distinct=is_distinct,
            joins=self.joins,
            where=wanted if where is None else nodes.And((wanted, where)),
        )
        if limit is None or is_distinct:
            # The keys go first, because an index that finds them has them in order; what counts is each one's rows.
            by_key = tuple(map(nodes.Order, self.told)) if order_by else ()
            return changed(query, {"order_by": (*by_key, *order_by)})
        place = nodes.Function("row_number", (), over=nodes.Window(self.told, order_by))
        numbered = changed(query, {"items": (*query.items, nodes.Aliased(place, _PLACE))})
        return nodes.Select(
            sources=(nodes.Aliased(nodes.Subquery(numbered), target),),
            items=tuple(_name_of(item) for item in query.items),
            where=nodes.Binary(nodes.Ref(_PLACE), "<=", limit),
            order_by=(nodes.Order(nodes.Ref(_PLACE)),),
        )

    def counts(self, wanted: nodes.Node, where: nodes.Node | None) -> nodes.Select:
        """Return the query for how many rows there are for each key."""
        count = fn.count()
        if self._is_repeated:
            count = fn.count(Operand(nodes.Ref(self.relation.target_columns[0], self.relation.target))).distinct()
        return nodes.Select(
            sources=(nodes.TableName(self.relation.target),),
            items=(*self._aliased, nodes.Aliased(count.node, _COUNT)),
            joins=self.joins,
            where=wanted if where is None else nodes.And((wanted, where)),
            group_by=self.told,
        )

    @property
    def _aliased(self) -> tuple[nodes.Node, ...]:
        return tuple(nodes.Aliased(key, f"key {place} of the row") for place, key in enumerate(self.told))

    @property
    def _is_repeated(self) -> bool:
        # Of a table that is in the way only to compare with, several rows may lead to one.
        return self.relation.kind == "many to one" and bool(self.joins)

    def listed(self) -> nodes.Node:
        """Return the condition that holds for the rows of the keys that the placeholder KEYS lists."""
        value = nodes.Ref("value", "wanted")
        if len(self.keys) == 1:
            left: nodes.Node = self.keys[0]
            items = [nodes.Aliased(value, "value")]
        else:
            left = nodes.Row(self.keys)
            items = [
                nodes.Aliased(nodes.JsonPath(value, (place,)), f"value {place}") for place in range(len(self.keys))
            ]
        listed = nodes.Aliased(nodes.Function("json_each", (nodes.Param(KEYS),)), "wanted")
        return nodes.InQuery(left, nodes.Select(sources=(listed,), items=tuple(items)))

    def list_of(self, keys: Sequence[Any]) -> str | None:
        """Return what KEYS is to be for these keys, each a raw value or a tuple of several.

        None where one of them cannot be said exactly in JSON: they are then to be spelled out.
        """
        values = keys if len(self.keys) == 1 else chain.from_iterable(keys)
        return json.dumps(keys, ensure_ascii=False) if all(map(_is_exact_in_json, values)) else None

    def spelled(self, keys: Sequence[Any]) -> Iterator[nodes.Node]:
        """Yield conditions that hold for the rows of keys, some of them at a time."""
        for start in range(0, len(keys), _MAX_SPELLED):
            yield nodes.Or(tuple(map(self._spelled, keys[start : start + _MAX_SPELLED])))

    def _spelled(self, key: Any) -> nodes.Node:
        # Between pieces of text a value is bound as it is: it has been through its column's codec before.
        parts = zip(self.keys, (key,) if len(self.keys) == 1 else key, strict=True)
        return nodes.And(
            tuple(nodes.Binary(column, "=", nodes.Fragment(("", ""), (nodes.Value(part),))) for column, part in parts)
        )


def _is_exact_in_json(value: Raw) -> bool:
    # SQLite's JSON cuts a text off at a NUL, and does not promise the last digit of a float.
    return isinstance(value, int) or (isinstance(value, str) and "\0" not in value)


def _is_alike(one: Column, other: Column) -> bool:
    """Whether values of two columns are equal in Python when they are in SQLite."""
    return one.affinity == other.affinity and {one.collation.upper(), other.collation.upper()} == {"BINARY"}


class _Beside:
    """A table that is joined to the target, its columns by other names: what callers name is of the target."""

    def __init__(self, table: Table, alias: str, target: Table, columns: Sequence[str]) -> None:
        taken = {fold(target.name), *map(fold, target.column_names)}
        self._table = table.name
        self._alias = _free(alias, taken)
        self._columns = columns
        self.refs = tuple(nodes.Ref(_free(f"{alias} {place}", taken), self._alias) for place in range(len(columns)))

    def joined(self, equal: nodes.Node, where: nodes.Node | None = None) -> nodes.Join:
        items = tuple(
            nodes.Aliased(nodes.Ref(column), ref.column) for column, ref in zip(self._columns, self.refs, strict=True)
        )
        query = nodes.Select(sources=(nodes.TableName(self._table),), items=items, where=where)
        return nodes.Join("inner", nodes.Aliased(nodes.Subquery(query), self._alias), equal)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _equal(left: Sequence[nodes.Ref], right: Sequence[nodes.Ref]) -> nodes.Node:
    return nodes.And(tuple(nodes.Binary(one, "=", other) for one, other in zip(left, right, strict=True)))


def _within(item: nodes.Node, table: str) -> nodes.Node:
    """Return a column that names no table as one of this table: a rowid is found in no other way."""
    return nodes.Ref(item.column, table) if isinstance(item, nodes.Ref) and item.table is None else item


def _name_of(item: nodes.Node) -> nodes.Ref:
    return nodes.Ref(item.alias if isinstance(item, nodes.Aliased) else item.column)  # type: ignore[attr-defined]
