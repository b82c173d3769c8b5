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
from noormme_py.query import nodes
from noormme_py.query.functions import fn
from noormme_py.query.statement import Raw
from noormme_py.schema.model import Column, Schema
from noormme_py.schema.relations import Relation

# What JSON cannot hold exactly is said value by value, so many rows at a time.
_MAX_SPELLED = 200
_PLACE = "place of the row"

KEYS = "keys"
"""The placeholder for the list of keys, as JSON text."""


@frozen
class RelationQuery:
    """How the rows of a relation are found: the sources, and the columns `keys` that say whose they are.

    `is_plain` says that the keys are columns of the target itself.
    """

    relation: Relation
    joins: tuple[nodes.Join, ...]
    keys: tuple[nodes.Ref, ...]
    is_plain: bool

    @classmethod
    def of(cls, schema: Schema, relation: Relation) -> RelationQuery:
        """Plan it. Where the columns on both sides compare alike, the far side alone tells whose a row is."""
        source, target = schema.table(relation.table), schema.table(relation.target)
        near, target_columns = source.name, relation.target_columns
        joins: list[nodes.Join] = []
        far, far_columns = target, relation.target_columns
        taken = {target.name.lower()}
        if relation.link is not None:
            far = schema.table(relation.link.table)
            link = _free("link", taken)
            far_columns = relation.link.source_columns
            joins.append(
                _join(far.name, link, _pairs((target.name, target_columns), (link, relation.link.target_columns)))
            )
            far_name = link
        else:
            far_name = target.name
        if all(
            _is_alike(source.column(one), far.column(other))
            for one, other in zip(relation.columns, far_columns, strict=True)
        ):
            keys = tuple(nodes.Ref(name, far_name) for name in far_columns)
            return cls(relation, tuple(joins), keys, relation.link is None)
        near = _free("source", taken)
        # As a foreign key is compared: by the parent's collation, which is that of the left-hand side.
        parent_first = [(far_name, far_columns), (near, relation.columns)]
        if relation.kind != "many to one":
            parent_first.reverse()
        joins.append(_join(source.name, near, _pairs(*parent_first)))
        return cls(relation, tuple(joins), tuple(nodes.Ref(name, near) for name in relation.columns), False)

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
        found = [_within(item, target) for item in items]
        order_by = tuple(replaced(order, operand=_within(order.operand, target)) for order in order_by)
        keys = [] if self.is_plain else [nodes.Aliased(key, f"key {place}") for place, key in enumerate(self.keys)]
        # Of a table that is in the way only to compare with, several rows may lead to one.
        is_distinct = self.relation.kind == "many to one" and bool(self.joins)
        query = nodes.Select(
            sources=(nodes.TableName(target),),
            items=(*found, *keys),
            is_distinct=is_distinct,
            joins=self.joins,
            where=wanted if where is None else nodes.And((wanted, where)),
        )
        if limit is None or is_distinct:
            # The keys go first, because an index that finds them has them in order; what counts is each one's rows.
            by_key = tuple(map(nodes.Order, self.keys)) if order_by else ()
            return changed(query, {"order_by": (*by_key, *order_by)})
        place = nodes.Function("row_number", (), over=nodes.Window(self.keys, order_by))
        numbered = changed(query, {"items": (*query.items, nodes.Aliased(place, _PLACE))})
        return nodes.Select(
            sources=(nodes.Aliased(nodes.Subquery(numbered), target),),
            items=tuple(_name_of(item) for item in query.items),
            where=nodes.Binary(nodes.Ref(_PLACE), "<=", limit),
            order_by=(nodes.Order(nodes.Ref(_PLACE)),),
        )

    def counts(self, wanted: nodes.Node, where: nodes.Node | None) -> nodes.Select:
        """Return the query for how many rows there are for each key."""
        return nodes.Select(
            sources=(nodes.TableName(self.relation.target),),
            items=(
                *(nodes.Aliased(key, f"key {place}") for place, key in enumerate(self.keys)),
                nodes.Aliased(fn.count().node, "count"),
            ),
            joins=self.joins,
            where=wanted if where is None else nodes.And((wanted, where)),
            group_by=self.keys,
        )

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


def _free(alias: str, taken: set[str]) -> str:
    while alias in taken:
        alias += "_"
    taken.add(alias)
    return alias


def _join(table: str, alias: str, pairs: tuple[nodes.Node, ...]) -> nodes.Join:
    return nodes.Join("inner", nodes.Aliased(nodes.TableName(table), alias), nodes.And(pairs))


def _pairs(left: tuple[str, tuple[str, ...]], right: tuple[str, tuple[str, ...]]) -> tuple[nodes.Node, ...]:
    return tuple(
        nodes.Binary(nodes.Ref(one, left[0]), "=", nodes.Ref(other, right[0]))
        for one, other in zip(left[1], right[1], strict=True)
    )


def _within(item: nodes.Node, table: str) -> nodes.Node:
    """Return a column that names no table as one of this table: others are joined to it."""
    return nodes.Ref(item.column, table) if isinstance(item, nodes.Ref) and item.table is None else item


def _name_of(item: nodes.Node) -> nodes.Ref:
    return nodes.Ref(item.alias if isinstance(item, nodes.Aliased) else item.column)  # type: ignore[attr-defined]
