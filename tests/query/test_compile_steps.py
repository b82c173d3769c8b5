"""The work of compiling a query grows with its size, however its parts are nested in each other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from noormme_py import Schema, case, col, fn
from noormme_py.query.compiler import compile_query
from noormme_py.query.select import Select, select_from
from noormme_py.schema.model import Column, Table

SCHEMA = Schema(1, (Table("t", "table", (Column("t", "a", "integer", "integer", "int"),)),))
Nest = Callable[[Select, int], Select]


def around(inner: Select, level: int, *, is_recursive: bool) -> Select:
    name = f"c{level}"
    outer = select_from(name).select("a")
    return outer.with_recursive(name, inner) if is_recursive else outer.with_(name, inner)


def in_the_step(inner: Select, level: int) -> Select:
    name = f"c{level}"
    step = select_from(name, inner.as_("s")).select("s.a")
    return select_from(name).select("a").with_recursive(name, select_from("t").select("a").union_all(step))


NESTS: dict[str, Nest] = {
    "with": lambda inner, level: around(inner, level, is_recursive=False),
    "with recursive": lambda inner, level: around(inner, level, is_recursive=True),
    "the step of a recursive one": in_the_step,
    "from": lambda inner, level: select_from(inner.as_("s")).select("a"),
    "a result column": lambda inner, level: select_from("t").select(inner.as_("a")),
    "a function": lambda inner, level: select_from("t").select(fn.coalesce(inner, "a").as_("a")),
    "a case": lambda inner, level: select_from("t").select(case().when("a", "=", 1).then(inner).else_(0).as_("a")),
    "in": lambda inner, level: select_from("t").select("a").where(col("a").in_(inner)),
    "a comparison": lambda inner, level: select_from("t").select("a").where(col("a") == inner),
    "a compound": lambda inner, level: select_from("t").select("a").union_all(inner.limit(1)),
}


def calls(nest: Nest, depth: int) -> int:
    """Return how many calls it takes to compile a query of this depth."""
    query = select_from("t").select("a")
    for level in range(depth):
        query = nest(query, level)
    count = 0

    def see(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"
        # What doubles at every level would not come to an end.
        assert count < 1_000_000

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        compile_query(query.node, SCHEMA)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("place", NESTS)
def test_thirty_levels_are_few_steps(place: str) -> None:
    # Each level looks at what is below it: at the worst twice the depth is four times the work.
    assert calls(NESTS[place], 30) < 5 * calls(NESTS[place], 15)
