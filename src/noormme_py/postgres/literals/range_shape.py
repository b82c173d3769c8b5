"""Ranges inside of JSON: objects with their bounds, null for none, or `{"empty": true}`; multiranges are lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from noormme_py.postgres.literals.ranges import (
    EMPTY,
    RangeParts,
    multirange_text,
    parse_multirange,
    parse_range,
    range_text,
)
from noormme_py.postgres.literals.shape import Shape, part

Step = Callable[[str], str | None]
"""What comes next after a bound; None where nothing does."""

_KEYS = {"lower", "upper", "bounds", "empty"}
_BOUNDS = ("[)", "[]", "(]", "()")


def range_shape(bound: Shape, step: Step | None = None) -> Shape:
    """Return the shape of ranges between such bounds.

    `step` is that of a type whose ranges PostgreSQL writes as `[)` whatever they were: one of integers or of dates.
    """

    def json_of(text: str | None) -> str:
        return "null" if text is None else bound.store(text)

    def store(text: str) -> str:
        parts = parse_range(text)
        if parts is None:
            return '{"empty":true}'
        return f'{{"lower":{json_of(parts.lower)},"upper":{json_of(parts.upper)},"bounds":"{parts.bounds}"}}'

    def render(value: Any) -> str:
        if value.__class__ is not dict or not value.keys() <= _KEYS:
            raise ValueError("a range is an object with lower, upper and bounds, or empty")
        if value.get("empty") is True:
            return EMPTY
        lower, upper, bounds = value.get("lower"), value.get("upper"), value.get("bounds", "[)")
        if bounds not in _BOUNDS:
            raise ValueError("the bounds of a range are [), [], (] or ()")
        return range_text(RangeParts(part(lower, bound), part(upper, bound), bounds))

    def same_bound(text: str | None) -> str | None:
        return None if text is None else bound.same(text)

    def same(text: str) -> str:
        parts = parse_range(text)
        if parts is None:
            return EMPTY
        made = RangeParts(same_bound(parts.lower), same_bound(parts.upper), parts.bounds)
        if step is not None:
            made = _half_open(made, step)
        is_empty = made.lower is not None and made.lower == made.upper and made.bounds != "[]"
        return range_text(None if is_empty else made)

    return Shape(store, render, same, has_spaces=True)


def multirange_shape(of: Shape) -> Shape:
    """Return the shape of multiranges of such ranges."""

    def store(text: str) -> str:
        return "[" + ",".join(map(of.store, parse_multirange(text))) + "]"

    def render(value: Any) -> str:
        if value.__class__ is not list or None in value:
            raise ValueError("a multirange is a list of ranges")
        return _of_some([str(part(inner, of)) for inner in value])

    def same(text: str) -> str:
        return _of_some(map(of.same, parse_multirange(text)))

    return Shape(store, render, same, is_list=True, has_spaces=True)


def _of_some(ranges: Iterable[str]) -> str:
    # PostgreSQL leaves empty ones out.
    return multirange_text([text for text in ranges if text != EMPTY])


def next_integer(text: str) -> str | None:
    """Return the integer that follows; raises ValueError."""
    return str(int(text) + 1)


def next_date(text: str) -> str | None:
    """Return the date that follows, None after `infinity` and outside of the years 1 to 9999."""
    try:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return None


def _half_open(parts: RangeParts, step: Step) -> RangeParts:
    lower, upper, opens, closes = parts.lower, parts.upper, parts.bounds[0], parts.bounds[1]
    if lower is not None and opens == "(" and (following := step(lower)):
        lower, opens = following, "["
    if upper is not None and closes == "]" and (following := step(upper)):
        upper, closes = following, ")"
    return RangeParts(lower, upper, opens + closes)
