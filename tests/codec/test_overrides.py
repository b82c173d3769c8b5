"""Codecs that the caller chooses for a column, wherever the column is met."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

import pytest

from noormme_py import Codec, Noormme, param
from noormme_py.codec.registry import CodecChoice
from noormme_py.errors import ColumnNotFound, ConfigError, DecodeError, EncodeError, NoormmeWarning, QueryError

SCHEMA = """
create table users (
    id integer primary key, role text, settings text, seen integer, tags text, price text, flags integer, colour text
);
create table "odd.name" (id integer primary key, "a column" text);
create view seen_users as select id, role, seen as last_seen from users;
"""


class Role(Enum):
    ADMIN = "admin"
    MEMBER = "member"


class Colour(StrEnum):
    RED = "red"


TAGS = Codec(
    "tags",
    tuple[str, ...],
    encode=lambda tags: ",".join(sorted(tags)),
    decode=lambda text: tuple(text.split(",")),
)
CODECS: dict[str, CodecChoice] = {
    "users.role": Role,
    "USERS.Settings": "json",
    "users.seen": "unixepoch",
    "users.tags": TAGS,
    "users.price": Decimal,
    "users.colour": Colour,
    "odd.name.a column": date,
}
SEEN = datetime(2024, 1, 31, 12, tzinfo=UTC)
ADA: dict[str, Any] = {
    "role": Role.ADMIN,
    "settings": {"theme": "dark"},
    "seen": SEEN,
    "tags": ("b", "a"),
    "price": Decimal("1.10"),
    "colour": Colour.RED,
}


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(tmp_path / "app.db") as plain:
        await plain.execute_script(SCHEMA)
    async with Noormme(tmp_path / "app.db", codecs=CODECS) as database:
        yield database


async def test_a_repository_writes_and_reads_by_them(db: Noormme) -> None:
    users = db.get_repository("users")
    ada = await users.create(ADA)
    assert (ada.role, ada.settings, ada.seen, ada.tags) == (Role.ADMIN, {"theme": "dark"}, SEEN, ("a", "b"))
    assert (ada.price, ada.colour) == (Decimal("1.10"), Colour.RED)
    assert (await db.execute("select role, settings, seen, tags, price, colour from users")).rows == [
        {
            "role": "admin",
            "settings": '{"theme":"dark"}',
            "seen": 1706702400,
            "tags": "a,b",
            "price": "1.10",
            "colour": "red",
        }
    ]
    assert await users.find_many({"role": Role.ADMIN, "seen__gte": SEEN, "tags": ("a", "b")}) == [ada]
    assert await users.find_many({"role__in": [Role.ADMIN, Role.MEMBER], "colour__in": [Colour.RED]}) == [ada]
    assert await users.find_many({"role__in": [Role.ADMIN] * 2000}) == [ada]
    assert await users.find_one_by_role(Role.MEMBER) is None
    assert (await users.update(1, {"role": Role.MEMBER})).role is Role.MEMBER


async def test_queries_joins_views_and_prepared_ones_read_by_them(db: Noormme) -> None:
    await db.get_repository("users").create(ADA)
    joined = db.select_from("users as a").inner_join("users as b", "a.id", "b.id")
    assert await joined.select("a.role as one", "b.seen as two").execute() == [{"one": Role.ADMIN, "two": SEEN}]
    assert await db.select_from("users").select("tags").scalar() == ("a", "b")
    sub = db.select_from("users").select("settings").as_("s")
    assert await db.select_from(sub).select("s.settings").execute() == [{"settings": {"theme": "dark"}}]
    prepared = db.select_from("users").select("role").where("seen", "=", param("seen")).prepare()
    assert await prepared.execute(seen=SEEN) == [{"role": Role.ADMIN}]
    assert await prepared.execute(seen=SEEN + timedelta(seconds=1)) == []
    returned = db.update_table("users").set({"role": Role.MEMBER}).returning("role", "price")
    assert await returned.execute() == [{"role": Role.MEMBER, "price": Decimal("1.10")}]
    assert [row async for row in db.select_from("users").select("colour").stream()] == [{"colour": Colour.RED}]


async def test_a_name_with_a_dot(db: Noormme) -> None:
    odd = db.get_repository("odd.name")
    assert getattr(await odd.create({"a column": date(2024, 1, 31)}), "a_column") == date(2024, 1, 31)  # noqa: B009


async def test_they_hold_inside_a_transaction_and_after_a_change_of_the_schema(db: Noormme) -> None:
    async with db.transaction() as tx:
        await tx.get_repository("users").create(ADA)
        await tx.execute("alter table users add column note text")
        assert (await tx.get_repository("users").get_by_id(1)).role is Role.ADMIN
    assert (await db.get_repository("users").get_by_id(1)).role is Role.ADMIN


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("role", "admin"),
        ("role", Colour.RED),
        ("settings", (1,)),
        ("seen", datetime(2024, 1, 1)),
        ("price", "1"),
        ("colour", "red"),
    ],
)
async def test_other_values_are_refused(db: Noormme, column: str, value: object) -> None:
    users = db.get_repository("users")
    with pytest.raises(EncodeError, match=rf"users\.{column}"):
        await users.create({column: value})
    with pytest.raises(EncodeError, match=rf"users\.{column}"):
        await users.find_many({column: value})


async def test_a_stored_value_that_is_no_member_is_told(db: Noormme) -> None:
    await db.execute("insert into users (role) values ('king')")
    with pytest.raises(DecodeError, match=r"users\.role: the stored TEXT is not a Role"):
        await db.get_repository("users").find_all()


async def test_an_error_of_a_codec_of_ones_own_is_told_without_the_value(tmp_path: Path) -> None:
    def refuse(value: object) -> str:
        raise LookupError(f"secret {value}")

    async with Noormme(tmp_path / "app.db") as plain:
        await plain.execute_script(SCHEMA)
    async with Noormme(tmp_path / "app.db", codecs={"users.role": Codec("mine", str, refuse, refuse)}) as db:
        users = db.get_repository("users")
        with pytest.raises(EncodeError, match=r"users\.role.*mine") as encoding:
            await users.create({"role": "MARKER"})
        await db.execute("insert into users (role) values ('MARKER')")
        with pytest.raises(DecodeError, match=r"users\.role.*mine") as decoding:
            await users.find_all()
        assert "MARKER" not in f"{encoding.value!r} {encoding.value} {decoding.value!r} {decoding.value}"


@pytest.mark.parametrize(
    ("codecs", "told"),
    [
        ({"users.role": "jsn"}, "did you mean 'json'"),
        ({"role": "json"}, "not a table.column"),
        ({".role": "json"}, "not a table.column"),
        ({"users.": "json"}, "not a table.column"),
        ({"users.role": complex}, "complex"),
        ({"users.role": 5}, "has no codec"),
        ({"users.role": None}, "has no codec"),
    ],
)
def test_a_choice_that_is_none_is_told_at_once(codecs: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        Noormme("app.db", codecs=codecs)


def test_an_enum_that_cannot_be_stored_is_told_at_once() -> None:
    class Wrong(Enum):
        A = object()

    with pytest.raises(ConfigError, match=r"Wrong\.A"):
        Noormme("app.db", codecs={"users.role": Wrong})


async def test_a_column_that_is_not_there_is_an_error_and_a_table_a_warning(db: Noormme, tmp_path: Path) -> None:
    mistyped = Noormme(tmp_path / "app.db", codecs={"users.roll": Role})
    with pytest.raises(ColumnNotFound, match="did you mean 'role'"):
        await mistyped.initialize()
    # A migration may make the table later.
    later = Noormme(tmp_path / "app.db", codecs={"later.at": "unixepoch"})
    with pytest.warns(NoormmeWarning, match=r"'later\.at'"):
        await later.initialize()
    await later.execute("create table later (at integer)")
    assert (await later.get_repository("later").create({"at": SEEN})).at == SEEN
    await later.close()


async def test_raw_sql_knows_no_columns(db: Noormme) -> None:
    await db.execute("insert into users (role, seen) values (?, ?)", ["admin", 1])
    assert (await db.execute("select role, seen from users")).rows == [{"role": "admin", "seen": 1}]
    with pytest.raises(QueryError):
        await db.execute("insert into users (role) values (?)", [object()])
