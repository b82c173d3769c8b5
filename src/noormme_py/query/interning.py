"""Nodes that are made of names alone are made once: a program says the same names again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

from noormme_py.query import nodes

P = ParamSpec("P")
N = TypeVar("N", bound=nodes.Node)

_MAX_KEPT = 1024
_MAX_SHAPES = 4096

# By the identity of a node, which lives as long as it is here: a stand-in for its shape, quicker to compare.
_SHAPES: dict[int, tuple[nodes.Node, Hashable]] = {}


def interned(make: Callable[P, N]) -> Callable[P, N]:
    """Have a function of names, all of the exact type str or typed tables, return the same node for the same names."""

    def made(*args: P.args, **kwargs: P.kwargs) -> N:
        node = make(*args, **kwargs)
        if len(_SHAPES) >= _MAX_SHAPES:
            _SHAPES.clear()
        _SHAPES[id(node)] = (node, object())
        return node

    return cast("Callable[P, N]", lru_cache(maxsize=_MAX_KEPT)(made))


def shape_of_interned(node: nodes.Node) -> Hashable:
    """Return the stand-in for an interned node's shape, None for any other node."""
    found = _SHAPES.get(id(node))
    return None if found is None else found[1]
