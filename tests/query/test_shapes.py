"""Queries of one shape share a plan, and get from it what a compiler that knows nothing of the others gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, Schema, case, col, fn, param, rows, sql, tuple_, val
from noormme_py.client.catalog import Catalog, Customs, Limits
from noormme_py.codec.encode import Binder
from noormme_py.codec.registry import Codecs
from noormme_py.errors import NoormmeError
from noormme_py.query import nodes
from noormme_py.query.compiler import compile_query
from noormme_py.query.select import select_from
from noormme_py.query.shape import QueryShape
from noormme_py.query.write import insert_into, update_table
from tests.query.test_random_queries import Maker, tables

# A list of more than three values is a long one.
LIMITS = Limits(batch_size=3, max_variables=30_000)
TABLES = """
create table t (a integer, b text, price decimal(9, 2), seen datetime, data json, span interval);
create unique index part on t (a) where b = 'x';
"""


class Name(StrEnum):
    A = "a"


async def schema_of(ddl: str) -> Schema:
    async with Noormme(":memory:") as db:
        await db.execute_script(ddl)
        return db.schema


def planned(catalog: Catalog, node: nodes.Query, named: dict[str, object]) -> str:
    """Return what a catalog makes of a query, or the error that it raises."""
    try:
        plan, data = catalog.plan(node)
        statement = plan.statement(data, lambda _: None, named)
    except NoormmeError as fault:
        return repr(fault)
    return repr((statement.sql, list(statement.parameters), plan.compiled.outputs))


def fresh(catalog: Catalog, node: nodes.Query, named: dict[str, object]) -> str:
    """Return what the compiler makes of it by itself."""
    try:
        compiled = compile_query(node, catalog.schema, max_list=LIMITS.batch_size)
        parameters = Binder(compiled.slots, catalog.codecs)((), named)
    except NoormmeError as fault:
        return repr(fault)
    return repr((compiled.sql, parameters, compiled.outputs))


def check(schema: Schema, made: Sequence[nodes.Query]) -> None:
    """Plan the queries one after the other, and back again, with one catalog."""
    catalog = Catalog(schema, Customs(Codecs()), LIMITS)
    for node in (*made, *reversed(made)):
        named = {name: NAMED[name] for name in NAMED if f"Param(name={name!r})" in repr(node)}
        assert planned(catalog, node, named) == fresh(catalog, node, named)


NAMED: dict[str, object] = {"n": 1, "l": [1, 2]}
DATA: list[object] = [0, 1, True, False, None, 2.5, "x", Decimal("1.10"), timedelta(1)]
LISTS: list[list[Any]] = [[*range(ones), *[None] * nulls] for ones in range(6) for nulls in range(3)]
PATHS: list[tuple[Any, ...]] = [
    (0,), (False,), (1,), (True,), (0.0,), (1.0,), (-1,), ("0",), ("",), (None,), (0, "a"), ("a", 0), ([],), (Name.A,)
]  # fmt: skip
BOUNDS: list[tuple[Any, Any]] = [
    (0, 1), (False, 1), (0.0, 1), (0, True), ("", 1), (1.5, 2), ([], 1), (-1, 0), (None, 0), (0, None)
]  # fmt: skip


DIRECTIONS: list[Any] = ["asc", "desc", "", [], None]


def taking(*items: object) -> Any:
    return select_from("t").select(*items)


def where(condition: object) -> Any:
    return taking("a").where(condition)


def at_path(path: tuple[Any, ...]) -> Any:
    value = nodes.Aliased(nodes.JsonPath(nodes.Ref("data"), path), "x")
    return taking("a").derive(items=(value,))


NONE, ANY, NULL, ELSE_NULL = col("a").in_([]), col("a").not_in([]), col("a").in_([None]), col("b").in_([None])
FIVE, SIX, ONE, TWO = col("a") == 5, col("a") == 6, val(1), val(2)

FAMILIES: dict[str, list[Any]] = {
    "what is added to a column": [taking((col(c) + val(x)).as_("n")) for c in ("price", "seen") for x in DATA],
    "what a column is compared with": [where(col(c) == val(x)) for c in ("price", "span", "b") for x in DATA],
    "in": [where(col(c).in_(x)) for c in "ab" for x in LISTS],
    "not in": [where(col("a").not_in(x)) for x in LISTS],
    "in, the left side a value": [where(val(5).in_(x)) for x in LISTS],
    "in with expressions": [where(col("a").in_([1, col("a"), x])) for x in (1, 2, None)],
    "rows in a list": [where(tuple_("a", "b").in_(x)) for x in ([], [None], [(1, "x")], [(2, "y")], [[1, "x"]], [1])],
    "a list used twice": [
        taking(x.as_("one"), ONE.as_("two"), (x if is_same else col("a").in_(values)).as_("three"))
        for values in LISTS
        for x in [col("a").in_(values)]
        for is_same in (True, False)
    ],
    "an empty list again, or a value": [
        taking(NONE.as_("one"), ONE.as_("two"), x.as_("three")) for x in (NONE, ONE, ANY, TWO, col("a").in_([]))
    ],
    "one of two empty lists again": [taking(NONE.as_("x"), ANY.as_("y"), x.as_("z")) for x in (NONE, ANY)],
    "one of two lists of NULL again": [
        taking(NULL.as_("x"), ELSE_NULL.as_("y"), x.as_("z")) for x in (NULL, ELSE_NULL)
    ],
    "a condition used twice": [where(x).group_by("a").having(y) for x in (FIVE, SIX) for y in (FIVE, SIX)],
    "a value used twice": [taking(x.as_("x"), y.as_("y")) for x in (ONE, TWO) for y in (ONE, TWO)],
    "paths": [at_path(path) for path in PATHS],
    "frames": [taking(fn.sum("a").over(order_by="a", frame=rows(x, y)).as_("n")) for x, y in BOUNDS],
    "limits": [taking("a").limit(x) for x in (0, 1, 10, val(None), val(2.5), param("n"))],
    "offsets": [taking("a").offset(x) for x in (0, 1, 10)],
    "limits of parts": [taking("a").union(taking("b").limit(x)) for x in (0, 1)],
    "cases": [taking(case("a").when(x).then(y).else_(x).as_("c")) for x in DATA for y in (1, None, "x")],
    "placeholders": [
        where(col("a").in_(param("l"))),
        where(col("a").not_in(param("l"))),
        where(col("a") == param("n")),
        where(col("a") == param("l")),
    ],
    "names that are more than str": [taking(name) for name in ("a", Name.A, "b")],
    "directions": [taking("a").derive(order_by=(nodes.Order(nodes.Ref("a"), x),)) for x in DIRECTIONS],
    "fragments": [taking(sql("a " + sign + " {}", x).as_("n")) for sign in "+-" for x in DATA],
    "inserted rows": [
        insert_into("t").values([{"a": x, "b": "x"}] * count) for x in (1, 2, None, True) for count in (1, 2, 3)
    ],
    "updates": [update_table("t").set({"price": x}).where("a", "=", y) for x in DATA for y in (1, 2)],
    "literals of a conflict": [
        insert_into("t").values({"a": y}).on_conflict("a", where=col("b") == x).do_update({"a": y}, where=col("a") > y)
        for x in ("x", "y", 1, True)
        for y in (1, 2)
    ],
    "lists among the literals of a conflict": [
        insert_into("t").values({"a": 1}).on_conflict("a", where=col("b").in_(x)).do_nothing() for x in LISTS
    ],
}


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_query_gets_what_is_its_own(family: str) -> None:
    check(await schema_of(TABLES), [query.node for query in FAMILIES[family]])


def test_queries_that_differ_in_data_have_one_shape() -> None:
    one, two = (where(col("a").in_([x, x + 1])).where("b", "=", str(x)).limit(x) for x in (1, 5))
    shapes = QueryShape(one.node, 3), QueryShape(two.node, 3)
    assert shapes[0].key is not None
    assert shapes[0].key == shapes[1].key
    assert [shape.values for shape in shapes] == [[1, 2, "1", 1], [5, 6, "5", 5]]


def has_data(item: Any) -> bool:
    if isinstance(item, nodes.Value | nodes.InList):
        return True
    parts: tuple[Any, ...] = item if isinstance(item, tuple) else ()
    if isinstance(item, nodes.Node):
        parts = tuple(getattr(item, field.name) for field in fields(item))
    return any(map(has_data, parts))


def with_other_data(draw: st.DrawFn, item: Any, known: dict[int, Any]) -> Any:
    """Return the same nodes around other data; what is one node twice is so again, but for a few."""
    # Whether nodes of names alone are one node or two is not seen from outside.
    if id(item) in known and has_data(item) and draw(st.integers(0, 9)):
        return known[id(item)]
    made = item
    if isinstance(item, nodes.Value):
        made = nodes.Value(draw(st.sampled_from([0, 1, True, 2.5, None, "x", Decimal("1.5")])))
    elif isinstance(item, nodes.InList) and isinstance(item.values, tuple):
        values = draw(st.sampled_from([item.values, *map(tuple, LISTS)]))
        made = nodes.InList(with_other_data(draw, item.left, known), values, item.is_negated)
    elif isinstance(item, tuple):
        parts: tuple[Any, ...] = item
        made = tuple(with_other_data(draw, part, known) for part in parts)
    elif isinstance(item, nodes.Node):
        made = type(item)(*(with_other_data(draw, getattr(item, field.name), known) for field in fields(item)))
    known[id(item)] = made
    return made


@settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
@given(tables, st.data())
async def test_any_queries_share_a_plan_rightly(types: list[list[str]], data: st.DataObject) -> None:
    async with Noormme(":memory:") as db:
        for index, columns in enumerate(types):
            declared = ", ".join(f"c{n} {kind}" for n, kind in enumerate(columns))
            await db.execute(f"create table t{index} ({declared}, d1 boolean, d2 decimal(9, 2))")
        widths = [len(columns) for columns in types]
        made = [data.draw(st.composite(lambda draw: Maker(db, draw, widths).select(1, []))())[0].node for _ in range(2)]
        made += [
            data.draw(st.composite(lambda draw, node=node: with_other_data(draw, node, {}))()) for node in made * 2
        ]
        check(db.schema, made)
