"""Arrays inside of JSON: lists, and `{"bounds": "[2:3]", "values": [...]}` where a list would not tell them."""

from __future__ import annotations

import re
from typing import Any

from noormme_py.postgres.literals.arrays import (
    MOST_DIMENSIONS,
    Nested,
    array_text,
    counts_from_one,
    parse_array,
    sizes_of,
    sizes_said,
)
from noormme_py.postgres.literals.shape import Shape, part

_KEYS = {"bounds", "values"}


def array_shape(element: Shape, delimiter: str) -> Shape:
    """Return the shape of arrays of this element.

    Where the element may be a list itself (a domain over an array, a multirange, a document of JSON), bounds tell how
    many lists are the array's: without them it has one dimension.
    """
    to_json = element.store
    run = element.run

    def listed(values: Nested) -> str:
        parts = ["null" if v is None else to_json(v) if isinstance(v, str) else listed(v) for v in values]
        return "[" + ",".join(parts) + "]"

    def store(text: str) -> str:
        if run and (inner := run_inside(text, "{", "}", run)):
            return f"[{inner}]"
        bounds, values = parse_array(text, delimiter)
        if not bounds and element.is_list and len(sizes := sizes_of(values)) > 1:
            bounds = "".join([f"[1:{size}]" for size in sizes])
        return f'{{"bounds":"{bounds}","values":{listed(values)}}}' if bounds else listed(values)

    def texts(values: list[Any], depth: int) -> Nested:
        if depth == 1:
            return [part(value, element) for value in values]
        return [texts(_list(value), depth - 1) for value in values]

    def render(value: Any) -> str:
        bounds, values = _bounded(value)
        said = sizes_said(bounds)
        depth = len(said) if bounds else 1 if element.is_list else _depth(values)
        if depth > MOST_DIMENSIONS:
            raise ValueError("an array has no more than six dimensions")
        made = texts(values, depth)
        sizes = sizes_of(made)
        if 0 in sizes:
            return array_text("", [], delimiter)
        if bounds and sizes != said:
            raise ValueError("the bounds of an array are not those of its values")
        return array_text("" if counts_from_one(bounds) else bounds, made, delimiter)

    def each_same(values: Nested) -> Nested:
        return [v if v is None else element.same(v) if isinstance(v, str) else each_same(v) for v in values]

    def same(text: str) -> str:
        bounds, values = parse_array(text, delimiter)
        return array_text("" if counts_from_one(bounds) else bounds, each_same(values), delimiter)

    return Shape(store, render, same, is_list=True, has_spaces=element.has_spaces)


def run_inside(text: Any, opens: str, closes: str, run: re.Pattern[str]) -> str | None:
    """Return what stands between the braces if that is nothing but a run of values; None for all else."""
    if isinstance(text, str) and text[:1] == opens and text[-1:] == closes and run.fullmatch(text, 1, len(text) - 1):
        return text[1:-1]
    return None


def _bounded(value: Any) -> tuple[str, list[Any]]:
    if value.__class__ is not dict:
        return "", _list(value)
    if value.keys() != _KEYS or value["bounds"].__class__ is not str:
        raise ValueError("an object of an array has bounds and values")
    return value["bounds"], _list(value["values"])


def _list(value: Any) -> list[Any]:
    if value.__class__ is list:
        return value
    raise ValueError("a list is needed")


def _depth(values: list[Any]) -> int:
    depth = 1
    while values and values[0].__class__ is list:
        values = values[0]
        depth += 1
    return depth
