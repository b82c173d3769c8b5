"""A step gives a new query; the one that it is taken from stays as it was."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noormme_py import Noormme, case, col, fn, val
from noormme_py.errors import NoormmeError
from noormme_py.query import definitions, nodes
from noormme_py.query.clauses import On

Step = Callable[[Any, Any], Any]

SELECT: list[Step] = [
    lambda db, q: q.select(val(1).as_("one")),
    lambda db, q: q.select_all("posts"),
    lambda db, q: q.distinct(),
    lambda db, q: q.where("u.id", "=", 1),
    lambda db, q: q.or_where("u.name", "like", "A%"),
    lambda db, q: q.where_ref("u.id", "<", "u.age"),
    lambda db, q: q.inner_join("posts", "posts.user_id", "u.id"),
    lambda db, q: q.left_join("posts as p", lambda on: on.on("p.id", "=", "u.id").or_on("p.likes", "=", "u.age")),
    lambda db, q: q.right_join("counters", col("hits") == 1),
    lambda db, q: q.full_join("counters as c", col("c.hits") == 1),
    lambda db, q: q.cross_join("counters as d"),
    lambda db, q: q.group_by("u.age"),
    lambda db, q: q.having(fn.count(), ">", 1),
    lambda db, q: q.order_by("u.id", "desc", nulls="last"),
    lambda db, q: q.limit(3),
    lambda db, q: q.offset(1),
    lambda db, q: q.union(db.select_from("users").select("name")),
    lambda db, q: q.union_all(q),
    lambda db, q: q.intersect(q),
    lambda db, q: q.except_(q),
    lambda db, q: q.with_("w", db.select_from("users").select("id")),
    lambda db, q: q.with_recursive("r", db.select_from("users").select("id")),
    lambda db, q: db.select_from(q.as_("sub")).select(val(1).as_("x")),
    lambda db, q: q.apply(lambda same: same.limit(9)),
]
INSERT: list[Step] = [
    lambda db, q: q.values({"name": "x"}),
    lambda db, q: q.values([{"name": "y"}, {"name": "z"}]),
    lambda db, q: q.columns("name"),
    lambda db, q: q.from_select(db.select_from("users").select("name")),
    lambda db, q: q.on_conflict("name").do_nothing(),
    lambda db, q: q.on_conflict("name", where=col("name") != "q").do_update({"hits": 1}, where=col("hits") > 1),
    lambda db, q: q.returning("name"),
    lambda db, q: q.returning_all(),
    lambda db, q: q.with_("w", db.select_from("users").select("id")),
]
UPDATE: list[Step] = [
    lambda db, q: q.set({"hits": col("counters.hits") + 1}),
    lambda db, q: q.from_("users"),
    lambda db, q: q.inner_join("posts", "posts.user_id", "users.id"),
    lambda db, q: q.where("counters.name", "=", "x"),
    lambda db, q: q.or_where("counters.hits", "=", 1),
    lambda db, q: q.returning("hits"),
    lambda db, q: q.returning_all(),
]
DELETE: list[Step] = [
    lambda db, q: q.where("name", "=", "x"),
    lambda db, q: q.or_where("hits", "=", 1),
    lambda db, q: q.returning("hits"),
]
DEFINITIONS: list[tuple[str, Callable[[Any], Any], list[Step]]] = [
    (
        "create table",
        lambda db: db.create_table("t"),
        [
            lambda db, q: q.column("a", "text", default="x"),
            lambda db, q: q.column("b", "integer", not_null=True),
            lambda db, q: q.primary_key("a"),
            lambda db, q: q.unique("a", name="u"),
            lambda db, q: q.foreign_key(("a",), "users"),
            lambda db, q: q.check(col("a") != "y"),
            lambda db, q: q.strict(),
            lambda db, q: q.without_rowid(),
            lambda db, q: q.if_not_exists(),
            lambda db, q: q.as_select(db.select_from("users").select("id")),
        ],
    ),
    (
        "create index",
        lambda db: db.create_index("i"),
        [
            lambda db, q: q.on("users", "id"),
            lambda db, q: q.on("posts", "id", fn.lower("title")),
            lambda db, q: q.unique(),
            lambda db, q: q.where(col("id") > 1),
            lambda db, q: q.if_not_exists(),
        ],
    ),
    (
        "create view",
        lambda db: db.create_view("v"),
        [
            lambda db, q: q.columns("a"),
            lambda db, q: q.as_select(db.select_from("users").select("id")),
            lambda db, q: q.if_not_exists(),
        ],
    ),
    (
        "alter table",
        lambda db: db.alter_table("users"),
        [lambda db, q: q.drop_column("age"), lambda db, q: q.rename_to("x")],
    ),
    ("drop table", lambda db: db.drop_table("users"), [lambda db, q: q.if_exists()]),
]
KINDS: list[tuple[str, Callable[[Any], Any], list[Step]]] = [
    ("select", lambda db: db.select_from("users as u").select("u.name"), SELECT),
    ("insert", lambda db: db.insert_into("counters"), INSERT),
    ("update", lambda db: db.update_table("counters").set({"note": "n"}), UPDATE),
    ("delete", lambda db: db.delete_from("counters"), DELETE),
    *DEFINITIONS,
]


def look(query: Any) -> str:
    """Return what a query compiles to, or why it does not."""
    try:
        return repr(query.compile())
    except NoormmeError as fault:
        return f"{type(fault).__name__}: {fault}"


@pytest.mark.parametrize(("begin", "steps"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_deriving_never_changes_the_base(
    db: Noormme, begin: Callable[[Any], Any], steps: list[Step], data: st.DataObject
) -> None:
    choice = st.lists(st.sampled_from(range(len(steps))), max_size=5)
    family = [(begin(db), "", "")]
    family = [(query, look(query), repr(query.node)) for query, _, _ in family]
    for number in range(3):
        parent = family[data.draw(st.integers(0, len(family) - 1), label=f"parent {number}")][0]
        child = parent
        for index in data.draw(choice, label=f"steps {number}"):
            # Some steps cannot follow others, and say so.
            with suppress(NoormmeError):
                child = steps[index](db, child)
        family.append((child, look(child), repr(child.node)))
    assert [(look(query), repr(query.node)) for query, _, _ in family] == [(sql, node) for _, sql, node in family]


@pytest.mark.parametrize(("begin", "steps"), [kind[1:] for kind in KINDS], ids=[kind[0] for kind in KINDS])
async def test_every_step_gives_another_query(db: Noormme, begin: Callable[[Any], Any], steps: list[Step]) -> None:
    for step in steps:
        base = begin(db)
        made = step(db, base)
        assert made is not base
        assert repr(made.node) != repr(base.node)


def node_kinds() -> list[type[nodes.Node]]:
    return [
        thing
        for module in (nodes, definitions)
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, nodes.Node) and thing.__module__ == module.__name__
    ]


@pytest.mark.parametrize("kind", node_kinds(), ids=lambda kind: f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}")
def test_every_node_is_a_frozen_value(kind: Any) -> None:
    made = object.__new__(kind)
    for field in dataclasses.fields(kind):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, None)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(made, field.name)
    for field in dataclasses.fields(kind):
        assert "list" not in str(field.type)
        assert "dict" not in str(field.type)


async def test_a_node_cannot_be_changed(db: Noormme) -> None:
    node: Any = db.select_from("users").node
    with pytest.raises(dataclasses.FrozenInstanceError):
        node.limit = nodes.Value(1)


async def test_shared_beginnings_are_shared(db: Noormme) -> None:
    base = db.select_from("users").select("name").where("active", "=", True)
    young, old = base.where("age", "<", 30), base.where("age", ">=", 30)
    assert (await young.execute(), await old.execute()) == ([], [{"name": "Ada"}])
    assert base.compile().sql == 'select "name" from "users" where "active" = ?'


async def test_a_case_and_a_join_condition_can_be_continued_twice() -> None:
    start = case().when("a", ">", 1).then("x")
    one, other = start.else_("y"), start.when("a", ">", 0).then("z")
    assert len({repr(made.node) for made in (start, one, other)}) == 3
    on = On().on("a.id", "=", "b.id")
    assert on.on_value("a.x", "=", 1).node != on.or_on("a.y", "=", "b.y").node != on.node
