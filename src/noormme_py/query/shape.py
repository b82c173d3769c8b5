"""The shape of a query: what is left of its nodes without the data. Queries of one shape have one SQL text.

A plan cache is keyed by shape and never by values: `1`, `True` and `1.0` are equal in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from noormme_py.query import nodes
from noormme_py.query.interning import shape_of_interned
from noormme_py.query.operands import Operand

# An operator takes a number for a plain factor, and other data for what its column holds.
_NUMBER, _DATUM = "0", "?"


class QueryShape:
    """The key of a query's shape, and its data in the order the nodes were met.

    `places` tells where the data of a node begins, by the node's identity: the compiler finds there
    which of the `values` each slot takes. It is of use only while the nodes live. The key is None for a
    query that has no shape in common with others.
    """

    __slots__ = ("key", "places", "values")

    def __init__(self, query: nodes.Node, max_list: int) -> None:
        self.values: list[object] = []
        self.places: dict[int, int] = {}
        try:
            self.key: Hashable = self._of(query, max_list)
        except (_Singular, RecursionError):
            # The compiler says so of what is nested too deeply.
            self.key = None

    def _of(self, item: Any, max_list: int) -> Hashable:
        kind = item.__class__
        if kind is nodes.Value:
            return self._place(item, (item.value,), _NUMBER if isinstance(item.value, int | float) else _DATUM)
        if kind is nodes.InList:
            return self._in_list(item, max_list)
        if kind is nodes.JsonPath:
            return (kind, self._of(item.operand, max_list), *_exact(item.path))
        if kind is nodes.Frame:
            return (kind, *_exact((item.unit, item.start, item.end, item.exclude)))
        # Most parts are names, flags or nothing: those are their own shape.
        of = self._of
        if kind in _QUERIES:
            # Only what differs from an empty query is there.
            key = [
                (name, part if part is _NOTHING or part.__class__ in _PLAIN else of(part, max_list))
                for name, part in item.__dict__.items()
            ]
            return (kind, *key)
        parts = item
        if kind is not tuple:
            known = shape_of_interned(item)
            if known is not None:
                return known
            found = _PARTS.get(kind)
            parts = (found if found is not None else _learn(kind))(item)
        return (kind, *[part if part is _NOTHING or part.__class__ in _PLAIN else of(part, max_list) for part in parts])

    def _in_list(self, node: nodes.InList, max_list: int) -> Hashable:
        values = node.values
        if isinstance(values, nodes.Param) or any(isinstance(value, Operand | tuple | list) for value in values):
            raise _Singular
        found = [value for value in values if value is not None]
        count = "long" if len(found) > max_list else len(found)
        key = (nodes.InList, self._of(node.left, max_list), node.is_negated, count, len(found) < len(values))
        return self._place(node, (tuple(found),) if count == "long" else found, key)

    def _place(self, node: nodes.Node, values: Any, key: Hashable) -> Hashable:
        if not values:
            # Without data it has no place of its own that the same node could be known by.
            return key
        known = self.places.get(id(node))
        if known is not None:
            # The same node twice: the SQL takes its data twice, and so must a query of this shape.
            return ("again", known)
        self.places[id(node)] = len(self.values)
        self.values.extend(values)
        return key


class _Singular(Exception):
    """The query has parts that are not compared by shape."""


def _exact(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the parts when they are what they seem: False is no 0 where the compiler writes the number."""
    if any(part.__class__ not in _EXACT for part in parts):
        raise _Singular
    return parts


def _learn(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes a node's parts, and keep it for the next node of this kind."""
    if not issubclass(kind, nodes.Node):
        # A name that is more than a str, or what the compiler will refuse.
        raise _Singular
    names = [field.name for field in fields(kind)]
    take = attrgetter(*names) if len(names) > 1 else _few(names)
    _PARTS[kind] = take
    return take


def _few(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda node: tuple([getattr(node, name) for name in names])


_QUERIES = frozenset({nodes.Select, nodes.Insert, nodes.Update, nodes.Delete})
_PARTS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}
_EXACT = frozenset({str, int, type(None)})
_PLAIN = _EXACT | {bool}
_NOTHING: tuple[()] = ()
