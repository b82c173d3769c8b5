"""What a key is: of an upsert, of a mapping; and a column that is named twice."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field

from noormme_py import Noormme
from noormme_py.errors import CompileError, QueryError

SCHEMA = """
create table tags (id integer primary key, name text, note text);
create unique index one_name on tags (name collate nocase);
create table words (word text collate nocase, n integer);
create unique index one_word on words (word collate binary);
create table codes (code text primary key, n integer);
"""


async def test_an_upsert_finds_the_row_as_the_index_compares(db: Noormme) -> None:
    await db.execute_script(SCHEMA)
    tags = db.get_repository("tags")
    first = await tags.create({"name": "Ada"})
    assert await tags.upsert({"name": "ADA"}, on="name") == first
    words = db.get_repository("words")
    await words.create_many([{"word": "A", "n": 1}, {"word": "a", "n": 2}])
    assert [(await words.upsert({"word": word}, on="word")).n for word in ("A", "a")] == [1, 2]


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ([], "names no column"),
        (["id", "id"], "twice"),
        (["id", "ID"], "twice"),
        (5, "not int"),
        ([5], "by int"),
    ],
)
async def test_what_an_upsert_is_on_is_checked(db: Noormme, on: Any, message: str) -> None:
    users = db.get_repository("users")
    with pytest.raises(QueryError, match=message):
        await users.upsert({"id": 1, "email": "a@x", "name": "A"}, on=on)
    with pytest.raises(QueryError, match=message):
        await users.upsert_many([{"id": 1, "email": "a@x", "name": "A"}], on=on)


async def test_null_is_no_key_to_upsert_by(db: Noormme) -> None:
    await db.execute_script(SCHEMA)
    tags, codes = db.get_repository("tags"), db.get_repository("codes")
    for _ in range(2):
        with pytest.raises(QueryError, match="'name' is None"):
            await tags.upsert({"name": None, "note": "n"}, on="name")
        with pytest.raises(QueryError, match="'code' is None"):
            await codes.upsert_many([{"code": "a", "n": 1}, {"code": None, "n": 1}])
    assert (await tags.count(), await codes.count()) == (0, 0)
    # The rowid that is None is the next one.
    assert (await tags.upsert({"id": None, "name": "x"})).id == 1


async def test_the_names_in_a_key_have_no_case(db: Noormme) -> None:
    users = db.get_repository("users")
    ada = await users.create({"email": "a@x", "name": "Ada"})
    assert await users.find_by_id({"ID": ada.id}) == ada
    member = await db.get_repository("memberships").create({"user_id": ada.id, "club": "go"})
    memberships = db.get_repository("memberships")
    assert await memberships.find_by_id({"User_Id": ada.id, "CLUB": "go"}) == member
    for key in ({"user_id": 1, "USER_ID": 1}, {"user_id": 1}, {"user_id": 1, 5: "go"}):
        with pytest.raises(QueryError):
            await memberships.find_by_id(key)


async def test_a_column_is_given_once(db: Noormme) -> None:
    users = db.get_repository("users")
    await users.create({"id": 1, "email": "a@x", "name": "Ada"})
    for twice in ({"Name": "x", "name": "y"}, {"name": "y", "NAME": "x"}):
        with pytest.raises(QueryError, match="given twice"):
            await users.create({"email": "b@x", **twice})
        with pytest.raises(QueryError, match="given twice"):
            await users.update(1, twice)
        with pytest.raises(CompileError, match="given twice"):
            await users.update_many({"id": 1}, twice)
        with pytest.raises(CompileError, match="given twice"):
            await db.insert_into("users").values({"email": "b@x", **twice}).execute()
        with pytest.raises(CompileError, match="given twice"):
            await db.update_table("users").set(twice).execute()
        insert = db.insert_into("users").values({"id": 1, "email": "a@x", "name": "B"})
        with pytest.raises(CompileError, match="given twice"):
            await insert.on_conflict("id").do_update(twice).execute()
    assert (await users.get_by_id(1)).name == "Ada"
    assert await users.count() == 1


async def test_a_model_that_was_read_is_written_back(db: Noormme) -> None:
    class Person(BaseModel):
        key: int = Field(validation_alias="id")
        mail: str = Field(validation_alias="email")
        called: str = Field(alias="ignored", validation_alias="name")

    await db.get_repository("users").create({"email": "a@x", "name": "Ada"})
    people = db.get_repository("users", Person)
    person = await people.get_by_id(1)
    changed = await people.update(1, person.model_copy(update={"called": "Eve"}))
    assert (changed.mail, changed.called) == ("a@x", "Eve")
