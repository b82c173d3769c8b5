"""What a module looks like: formatted, the same whatever order the tables were made in, and true."""

from __future__ import annotations

import ast
from enum import Enum
from pathlib import Path

import pytest

from noormme_py import Noormme, SyncNoormme, errors
from noormme_py.cli.generate import ASYNC, SYNC
from noormme_py.codec.registry import CodecChoice
from noormme_py.codegen.plan import Face, planned
from noormme_py.codegen.render import module_text
from noormme_py.frozen import replaced
from tests.codegen.modules import database, formatted, imported, text_of
from tests.codegen.schemas import NASTY, SHOP
from tests.introspect.driver import schema_of

GOLDEN = Path(__file__).parents[1] / "typing" / "shop_db.py"


class Role(Enum):
    READER = "reader"
    ADMIN = "admin"


def test_the_golden_module_is_as_it_would_be_written_now() -> None:
    assert text_of(SHOP) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("face", [ASYNC, SYNC], ids=["async", "sync"])
@pytest.mark.parametrize("script", ["", SHOP, NASTY, "create table t (x int);"], ids=["empty", "shop", "nasty", "one"])
def test_it_is_formatted(script: str, face: Face) -> None:
    text = text_of(script, face)
    assert formatted(text) == text


@pytest.mark.parametrize("script", [SHOP, NASTY], ids=["shop", "nasty"])
def test_the_order_of_tables_does_not_matter(script: str) -> None:
    schema = schema_of(script)
    turned = replaced(schema, tables=schema.tables[::-1])
    assert module_text(planned(turned, ASYNC)) == module_text(planned(schema, ASYNC))


def test_a_module_says_nothing_of_where_and_when_it_was_made() -> None:
    assert text_of(SHOP) == text_of("\n" + SHOP)
    assert "/" not in text_of(SHOP).partition("import")[0]


def test_two_tables_of_one_class_name_both_step_back() -> None:
    names = {node.name for node in ast.parse(text_of("create table user (x); create table users (y)")).body
             if isinstance(node, ast.ClassDef)}  # fmt: skip
    assert {"UserRow", "UsersRow", "UserTable", "UsersTable", "UserRepository", "UsersRepository"} <= names
    assert not names & {"User", "Users"}


def test_a_table_may_be_called_as_the_database_is() -> None:
    text = module_text(planned(schema_of("create table shops (x int)"), ASYNC, class_name="Shop"))
    assert "class Shop(_Tables, Noormme[ShopTransaction]):" in text
    assert "class ShopsRow(RowModel):" in text


async def test_codecs_are_part_of_the_database(tmp_path: Path) -> None:
    codecs: dict[str, CodecChoice] = {"users.role": Role, "users.name": "json"}
    path = database(tmp_path / "shop.db", SHOP)
    with imported(text_of(SHOP, codecs=codecs), tmp_path, "coded_db") as module:
        assert module.User.model_fields["role"].annotation is Role
        async with module.Database(path) as db:
            ada = await db.users.create({"email": "ada@x", "role": Role.ADMIN, "name": ["Ada"]})
            assert (ada.role, ada.name, type(ada)) == (Role.ADMIN, ["Ada"], module.User)
            assert [user.id for user in await db.users.find_many_by_role(Role.ADMIN)] == [1]
        with pytest.raises(errors.ConfigError, match="settled by the class of the database"):
            module.Database(path, codecs={"Users.Role": "str"})
        async with module.Database(path, codecs={"users.settings": "str"}) as db:
            assert (await db.users.get_by_id(1)).role is Role.ADMIN


def test_an_enum_inside_of_a_function_cannot_be_imported() -> None:
    class Hidden(Enum):
        X = "x"

    with pytest.raises(errors.ConfigError, match="cannot be imported by its name"):
        text_of(SHOP, codecs={"users.role": Hidden})


async def test_rows_are_filled_unvalidated_as_those_of_a_plain_database_are(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SHOP)
    with imported(text_of(SHOP), tmp_path, "filled_db") as module:
        async with module.Database(path) as db, Noormme(path) as plain:
            for table in db.schema:
                assert db.catalog.table(table.name).plan.row_type is module.Database.row_types[table.name]
                shapes = [catalog._shape(table, None).kind for catalog in (db.catalog, plain.catalog)]
                assert shapes == ["trusted model", "trusted model"]


def test_the_synchronous_face(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SHOP)
    with imported(text_of(SHOP, SYNC), tmp_path, "sync_db") as module, module.Database(path) as db:
        assert issubclass(module.Database, SyncNoormme)
        with db.transaction() as tx:
            ada = tx.users.create({"email": "ada@x"})
        assert db.get_repository("users").find_by_email("ada@x") == ada
        assert type(db.users.find_many_by_name(None)[0]) is module.User


async def test_a_row_class_and_a_repository_of_ones_own_outlive_the_module(tmp_path: Path) -> None:
    path = database(tmp_path / "shop.db", SHOP)
    with imported(text_of(SHOP), tmp_path, "own_db") as module:
        repository, row = module.UsersRepository, module.User

        class MyUsers(repository):  # type: ignore[valid-type, misc]
            async def admins(self) -> list[object]:
                return list(await self.find_many({"role": "admin"}))

        class MyUser(row):  # type: ignore[valid-type, misc]
            @property
            def is_admin(self) -> bool:
                return bool(self.role == "admin")

        async with module.Database(path) as db:
            users = MyUsers(db)
            ada = await users.create({"email": "ada@x", "role": "admin"})
            assert await users.admins() == [ada]
            mine = db.get_repository("users", MyUser)
            assert (await mine.get_by_id(ada.id)).is_admin
            assert db.catalog._shape(db.schema.table("users"), MyUser).kind == "trusted model"
            async with db.transaction() as tx:
                assert await MyUsers(tx).admins() == [ada]
