"""Relations of rows that are classes of the caller's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypedDict

import pytest
from pydantic import AfterValidator, BaseModel, Field, PrivateAttr, field_validator, model_validator

from noormme_py import AsyncRepository, Loaded, Noormme, RowModel
from noormme_py.errors import DecodeError, QueryError, RelationNotLoaded

SCHEMA = """
create table users (id integer primary key, name text not null, age integer);
create table posts (id integer primary key, title text not null, user_id integer not null references users (id));
insert into users values (1, 'ada', 36), (2, 'bob', 'old');
insert into posts values (1, 'one', 1), (2, 'two', 1);
"""


class Post(RowModel):
    id: int
    title: str
    user_id: int

    user = Loaded["User"]()


class User(RowModel):
    id: int
    name: str
    age: int | None

    posts = Loaded[list[Post]]()


class Typed(Noormme):
    row_types: ClassVar[Mapping[str, type]] = {"Users": User, "posts": Post}


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    path = tmp_path / "blog.db"
    async with Noormme(path) as database:
        await database.execute_script(SCHEMA)
    return path


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path) as database:
        yield database


async def test_rows_and_related_rows_are_of_the_classes_of_the_database(path: Path) -> None:
    async with Typed(path) as typed:
        ada: User = await typed.get_repository("users").get_by_id(1, include="posts.user", with_count="posts")
        assert [(type(post), type(post.user)) for post in ada.posts] == [(Post, User)] * 2
        assert ada.related_counts == {"posts": 2}
        assert ada.posts[0].user == ada
        with pytest.raises(RelationNotLoaded, match="'posts' of this User was not loaded"):
            _ = ada.posts[0].user.posts


async def test_a_class_is_loaded_into_where_it_says_nothing_of_relations(db: Noormme) -> None:
    class Plain(RowModel):
        id: int
        name: str

    ada: Any = await db.get_repository("users", Plain).get_by_id(1, include="posts")
    assert [post.title for post in ada.posts] == ["one", "two"]
    with pytest.raises(AttributeError):
        _ = (await db.get_repository("users", Plain).get_by_id(1)).posts  # type: ignore[attr-defined]


async def test_a_class_of_the_very_types_is_filled(db: Noormme) -> None:
    # SQLite keeps a text in an INTEGER column; who validates would see it.
    bob: Any = await db.get_repository("users", User).get_by_id(2, include="posts")
    assert (bob.age, bob.posts) == ("old", [])


class WithMetadata(RowModel):
    id: int
    age: Annotated[int | None, Field(ge=0)]


class WithDefault(RowModel):
    id: int
    age: int | None = None


class WithAnotherType(RowModel):
    id: int
    age: int


class WithFieldValidator(RowModel):
    id: int
    age: int | None

    @field_validator("age")
    @classmethod
    def _checked(cls, age: int | None) -> int | None:
        return age


class WithModelValidator(RowModel):
    id: int
    age: int | None

    @model_validator(mode="after")
    def _checked(self) -> WithModelValidator:
        return self


class WithPrivate(RowModel):
    id: int
    age: int | None
    _more: int = PrivateAttr(default=7)


class WithConfig(RowModel, str_strip_whitespace=True):
    id: int
    age: int | None


class WithInit(RowModel):
    id: int
    age: int | None

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class WithPostInit(RowModel):
    id: int
    age: int | None

    def model_post_init(self, context: Any, /) -> None:
        pass


@pytest.mark.parametrize(
    "row",
    [
        WithMetadata,
        WithDefault,
        WithAnotherType,
        WithFieldValidator,
        WithModelValidator,
        WithPrivate,
        WithConfig,
        WithInit,
        WithPostInit,
    ],
)
async def test_any_other_class_is_validated(db: Noormme, row: type[RowModel]) -> None:
    users = db.get_repository("users", row)
    with pytest.raises(DecodeError, match=f"does not validate as {row.__name__}: age"):
        await users.find_all(include="posts")
    ada: Any = await users.get_by_id(1, include="posts", with_count="posts")
    assert (ada.age, len(ada.posts), ada.related_counts) == (36, 2, {"posts": 2})


async def test_a_validator_says_what_a_value_is(db: Noormme) -> None:
    class Loud(RowModel):
        id: int
        name: Annotated[str, AfterValidator(str.upper)]

    ada: Any = await db.get_repository("users", Loud).get_by_id(1, include="posts.user")
    assert (ada.name, ada.posts[0].user.name) == ("ADA", "ada")


class NoRow(BaseModel):
    id: int


@dataclass
class Data:
    id: int


class Dict(TypedDict):
    id: int


@pytest.mark.parametrize("row", [NoRow, Data, Dict, dict])
@pytest.mark.parametrize("said", [{"include": "posts"}, {"with_count": "posts"}, {"include": []}])
async def test_only_a_row_model_has_relations(db: Noormme, row: type, said: dict[str, Any]) -> None:
    users: AsyncRepository[Any] = db.get_repository("users", row)
    assert len(await users.find_all(where={"id": 1})) == 1
    with pytest.raises(QueryError, match=f"rows of a RowModel, and {row.__name__} is none"):
        await users.find_all(**said)


async def test_a_class_needs_the_columns_of_its_relations(db: Noormme, path: Path) -> None:
    class Nameless(RowModel):
        name: str

    with pytest.raises(QueryError, match="Nameless needs the column 'id' for a relation"):
        await db.get_repository("users", Nameless).find_all(include="posts")

    class Title(RowModel):
        title: str

    class Titles(Noormme):
        row_types: ClassVar[Mapping[str, type]] = {"posts": Title}

    async with Titles(path) as titles:
        with pytest.raises(QueryError, match="Title needs the column 'user_id' for a relation"):
            await titles.get_repository("users").find_all(include="posts")
