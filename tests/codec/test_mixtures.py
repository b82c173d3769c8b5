"""What may come from one of several columns is decoded when all of them are read alike, and else left as it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Codec, Noormme, case, col, fn, val

SCHEMA = """
create table a (ts integer, at integer, flag boolean, role text, tags text, doc json, price decimal(9, 2), yes integer);
create table b (n integer, at integer, flag boolean, role text, tags text, doc text, price decimal_text, yes integer);
insert into a values (0, 0, 1, 'admin', 'x,y', '[1]', 1.5, 1);
insert into b values (42, 60, 0, 'member', 'z', '[2]', '2.50', 42);
"""


class Role(Enum):
    ADMIN = "admin"
    MEMBER = "member"


TAGS = Codec("tags", list, encode=",".join, decode=lambda text: text.split(","))
CODECS: dict[str, Any] = {
    "a.ts": "unixepoch",
    "a.at": "unixepoch",
    "b.at": "unixepoch",
    "a.role": Role,
    "b.role": Role,
    "a.tags": TAGS,
    "b.tags": TAGS,
    "b.doc": "json",
    "b.price": Decimal,
    "a.yes": bool,
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Way = Callable[[Noormme, str, str], Awaitable[list[object]]]


def compound(db: Noormme, one: str, other: str) -> Any:
    return db.select_from("a").select(f"{one} as x").union_all(db.select_from("b").select(f"{other} as x"))


async def from_a_compound(db: Noormme, one: str, other: str) -> list[object]:
    return [row["x"] for row in await compound(db, one, other).execute()]


async def through_a_common_table(db: Noormme, one: str, other: str) -> list[object]:
    query = db.with_("c", compound(db, one, other)).select_from("c").select("x")
    return [row["x"] for row in await query.execute()]


async def from_a_recursive_table(db: Noormme, one: str, other: str) -> list[object]:
    begin = db.select_from("a").select(f"{one} as x", val(1).as_("depth"))
    step = db.select_from("b", "c").select(f"b.{other}", (col("c.depth") + 1).as_("depth")).where("c.depth", "<", 2)
    query = db.with_recursive("c", begin.union_all(step)).select_from("c").select("x")
    return [row["x"] for row in await query.execute()]


async def from_coalesce(db: Noormme, one: str, other: str) -> list[object]:
    both = db.select_from("a", "b")
    first = await both.select(fn.coalesce(f"a.{one}", f"b.{other}").as_("x")).scalar()
    empty = fn.nullif(f"a.{one}", col(f"a.{one}"))
    return [first, await both.select(fn.coalesce(empty, f"b.{other}").as_("x")).scalar()]


async def from_a_coalesce_inside_another(db: Noormme, one: str, other: str) -> list[object]:
    both = db.select_from("a", "b")
    inner = fn.coalesce(f"b.{other}", f"a.{one}")
    return [
        await both.select(fn.coalesce(f"a.{one}", inner).as_("x")).scalar(),
        await both.select(fn.coalesce(inner, f"a.{one}").as_("x")).scalar(),
    ]


async def from_a_case(db: Noormme, one: str, other: str) -> list[object]:
    both = db.select_from("a", "b")
    return [
        await both.select(
            case().when(val(is_first) == val(1)).then(col(f"a.{one}")).else_(col(f"b.{other}")).as_("x")
        ).scalar()
        for is_first in (1, 0)
    ]


WAYS: list[Way] = [
    from_a_compound,
    through_a_common_table,
    from_a_recursive_table,
    from_coalesce,
    from_a_coalesce_inside_another,
    from_a_case,
]
MIXTURES: list[tuple[str, str, list[object]]] = [
    ("ts", "n", [0, 42]),
    ("ts", "at", [EPOCH, datetime(1970, 1, 1, 0, 1, tzinfo=UTC)]),
    ("at", "at", [EPOCH, datetime(1970, 1, 1, 0, 1, tzinfo=UTC)]),
    ("flag", "flag", [True, False]),
    ("yes", "yes", [1, 42]),
    ("yes", "flag", [True, False]),
    ("flag", "n", [1, 42]),
    ("role", "role", [Role.ADMIN, Role.MEMBER]),
    ("role", "tags", ["admin", "z"]),
    ("tags", "tags", [["x", "y"], ["z"]]),
    ("doc", "doc", [[1], [2]]),
    ("price", "price", [Decimal("1.5"), Decimal("2.50")]),
]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(tmp_path / "app.db") as plain:
        await plain.execute_script(SCHEMA)
    async with Noormme(tmp_path / "app.db", codecs=CODECS) as opened:
        yield opened


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("one", "other", "expected"), MIXTURES)
async def test_a_mixture_is_read_as_what_its_columns_have_in_common(
    db: Noormme, way: Way, one: str, other: str, expected: list[object]
) -> None:
    found = await way(db, one, other)
    assert repr(found) == repr(expected)


async def test_what_is_computed_is_not_read_as_the_column_beside_it(db: Noormme) -> None:
    query = db.select_from("a").select("ts as x").union_all(db.select_from("b").select(fn.count().as_("x")))
    assert [row["x"] for row in await query.execute()] == [0, 1]
