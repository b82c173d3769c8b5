"""Rows that are marked instead of deleted: who sees them, who does not, and how they come back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from noormme_py import AsyncTypedRepository, Noormme, Related, TableOptions, col
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ColumnNotFound, ConfigError, ConflictError, QueryError, RowNotFound, UniqueViolation

SCHEMA = """
create table authors (id integer primary key, name text not null unique, version integer not null default 1,
                      deleted_at timestamp);
create table books (id integer primary key, author_id integer not null references authors (id), title text not null,
                    is_gone boolean not null default false);
create table details (author_id integer primary key references authors (id), born integer, gone integer);
create table tags (id integer primary key, name text not null, gone_ms integer);
create table book_tags (book_id integer references books (id), tag_id integer references tags (id),
                        gone integer not null default 0, primary key (book_id, tag_id)) without rowid;
insert into authors (name) values ('Ada'), ('Bob'), ('Eve');
insert into books (author_id, title) values (1, 'one'), (1, 'two'), (2, 'three');
insert into details values (1, 1815, null);
insert into tags (name) values ('red'), ('blue');
insert into book_tags (book_id, tag_id) values (1, 1), (1, 2), (2, 1);
"""
TABLES = {
    "authors": TableOptions(version="version", soft_delete="deleted_at"),
    "books": TableOptions(soft_delete="is_gone"),
    "details": TableOptions(soft_delete="gone"),
    "tags": TableOptions(soft_delete="gone_ms"),
    "book_tags": TableOptions(soft_delete="gone"),
}
CODECS = {"details.gone": "unixepoch", "tags.gone_ms": "unixepoch_ms"}
SECOND = timedelta(seconds=1)


@pytest.fixture(params=["database", "transaction"])
async def async_marked(request: pytest.FixtureRequest, path: Path) -> AsyncGenerator[AsyncExecutor]:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables=TABLES, codecs=CODECS) as db:
        if request.param == "database":
            yield db
        else:
            async with db.transaction() as tx:
                yield tx


async def test_a_deleted_row_is_marked_and_no_longer_seen(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    before = datetime.now(UTC)
    assert await authors.delete(1) is True
    assert await authors.delete(1) is False
    assert await authors.find_by_id(1) is None
    assert await authors.find_by_name("Ada") is None
    assert await authors.find_one({"name": "Ada"}) is None
    assert [row.name for row in await authors.find_all()] == ["Bob", "Eve"]
    assert [row.name for row in await authors.find_many((col("name") == "Ada") | (col("name") == "Bob"))] == ["Bob"]
    assert (await authors.count(), await authors.exists({"id": 1})) == (2, False)
    page = await authors.paginate()
    assert ([row.name for row in page.items], page.total) == (["Bob", "Eve"], 2)
    assert [row.name for row in (await authors.paginate_after(order_by="name")).items] == ["Bob", "Eve"]
    assert [row.name async for row in authors.stream()] == ["Bob", "Eve"]
    for get in (authors.get_by_id, authors.restore):
        with pytest.raises(RowNotFound):
            await get(99)
    with pytest.raises(RowNotFound):
        await authors.get_one({"name": "Ada"})
    marked = await authors.with_deleted().get_by_id(1)
    assert before <= marked.deleted_at <= datetime.now(UTC)
    assert marked.version == 2


async def test_the_mark_is_what_the_column_holds(async_marked: AsyncExecutor) -> None:
    books, details, tags = (async_marked.get_repository(name) for name in ("books", "details", "tags"))
    assert [await each.delete(1) for each in (books, details, tags)] == [True] * 3
    assert (await books.with_deleted().get_by_id(1)).is_gone is True
    assert datetime.now(UTC) - (await details.with_deleted().get_by_id(1)).gone < 5 * SECOND
    assert datetime.now(UTC) - (await tags.with_deleted().get_by_id(1)).gone_ms < 5 * SECOND
    assert [await each.find_by_id(1) for each in (books, details, tags)] == [None] * 3
    assert (await books.restore(1)).is_gone is False
    assert (await details.restore(1)).gone is None


async def test_many_rows_are_marked_at_once(async_marked: AsyncExecutor) -> None:
    authors, books = async_marked.get_repository("authors"), async_marked.get_repository("books")
    assert await books.delete_many({"author_id": 1}) == 2
    assert await books.delete_many({"author_id__in": [1, 2]}) == 1
    assert (await books.count(), await books.with_deleted().count()) == (0, 3)
    with pytest.raises(QueryError, match="every row"):
        await authors.delete_many({})
    assert await authors.delete_many({}, all_rows=True) == 3
    assert await authors.delete_many({}, all_rows=True) == 0
    assert [row.version for row in await authors.with_deleted().find_all()] == [2, 2, 2]


async def test_a_marked_row_is_not_changed(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    await authors.delete(1)
    for version in (None, 1, 2):
        with pytest.raises(RowNotFound):
            await authors.update(1, {"name": "Countess"}, expected_version=version)
    with pytest.raises(RowNotFound):
        await authors.update(1, {})
    assert await authors.update_many({"id__lt": 3}, {"name": col("name").concat("!")}) == 1
    assert (await authors.with_deleted().update(1, {"name": "Countess"})).name == "Countess"
    assert await authors.find_by_id(1) is None


async def test_a_row_comes_back(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    await authors.delete(1)
    row = await authors.restore(1)
    assert (row.name, row.deleted_at, row.version) == ("Ada", None, 3)
    assert await authors.get_by_id(1) == row
    with pytest.raises(RowNotFound, match="marked as deleted"):
        await authors.restore(1)


async def test_a_hard_delete_is_one_of_what_is_seen(async_marked: AsyncExecutor) -> None:
    books = async_marked.get_repository("books")
    await async_marked.execute("delete from book_tags")
    await books.delete(1)
    assert await books.delete(1, hard=True) is False
    assert await books.delete_many({"author_id": 1}, hard=True) == 1
    assert [row.title for row in await books.with_deleted().find_all()] == ["one", "three"]
    assert await books.with_deleted().delete(1, hard=True) is True
    assert await books.with_deleted().delete_many({"is_gone": False}, hard=True) == 1
    assert await books.with_deleted().count() == 0


async def test_a_delete_expects_a_version(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    with pytest.raises(ConflictError):
        await authors.delete(3, expected_version=2)
    assert await authors.delete(3, expected_version=1) is True
    with pytest.raises(RowNotFound):
        await authors.delete(3, expected_version=2)
    await authors.restore(3)
    with pytest.raises(ConflictError):
        await authors.delete(3, expected_version=1, hard=True)
    assert await authors.delete(3, expected_version=3, hard=True) is True
    assert await authors.with_deleted().count() == 2


async def test_a_marked_row_keeps_its_unique_values(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    await authors.delete(1)
    with pytest.raises(UniqueViolation):
        await authors.create({"name": "Ada"})
    with pytest.raises(UniqueViolation):
        await authors.get_or_create({"name": "Ada"})
    row, is_new = await authors.with_deleted().get_or_create({"name": "Ada"})
    assert (row.id, is_new) == (1, False)


async def test_an_upsert_brings_a_row_back(async_marked: AsyncExecutor) -> None:
    authors = async_marked.get_repository("authors")
    await authors.delete(1)
    assert (await authors.upsert({"name": "Ada"}, on="name")).deleted_at is None
    await authors.delete(2)
    assert await authors.upsert_many([{"id": 2, "name": "Robert"}]) == 1
    assert [row.name for row in await authors.find_all()] == ["Ada", "Robert", "Eve"]
    mark = datetime(2026, 1, 1, tzinfo=UTC)
    assert (await authors.upsert({"id": 2, "name": "Bob", "deleted_at": mark})).deleted_at == mark


async def test_lists_of_relations_leave_marked_rows_out(async_marked: AsyncExecutor) -> None:
    authors, books = async_marked.get_repository("authors"), async_marked.get_repository("books")
    await books.delete(1)
    ada = await authors.get_by_id(1, include=["books", "detail"], with_count="books")
    assert ([book.title for book in ada.books], ada.related_counts, ada.detail.born) == (["two"], {"books": 1}, 1815)
    one = await authors.get_by_id(1, include=Related("books", limit=1, where={"id__lt": 9}))
    assert [book.title for book in one.books] == ["two"]
    await async_marked.get_repository("details").delete(1)
    assert (await authors.get_by_id(1, include="detail")).detail is None
    await authors.delete(1)
    assert (await books.get_by_id(2, include="author")).author.name == "Ada"


async def test_what_links_two_rows_may_be_marked_too(async_marked: AsyncExecutor) -> None:
    books = async_marked.get_repository("books")
    one = await books.get_by_id(1, include="tags", with_count="tags")
    assert ([tag.name for tag in one.tags], one.related_counts) == (["red", "blue"], {"tags": 2})
    await async_marked.get_repository("book_tags").delete((1, 1))
    one = await books.get_by_id(1, include="tags", with_count="tags")
    assert ([tag.name for tag in one.tags], one.related_counts) == (["blue"], {"tags": 1})


async def test_rows_are_restored_where_they_are_marked(async_db: Noormme) -> None:
    with pytest.raises(QueryError, match="none can be restored"):
        await async_db.get_repository("users").restore(1)
    users = async_db.get_repository("users")
    assert await users.with_deleted().find_all() == await users.find_all()


@pytest.mark.parametrize(
    ("table", "name", "error"),
    [
        ("authors", "deletedat", ColumnNotFound),
        ("authors", "name", ConfigError),
        ("authors", "id", ConfigError),
        ("details", "gone", ConfigError),
    ],
)
async def test_a_mark_that_cannot_be_is_told_when_the_database_is_opened(
    async_db: Noormme, path: Path, table: str, name: str, error: type[Exception]
) -> None:
    await async_db.execute_script(SCHEMA)
    other = Noormme(path, tables={table: TableOptions(soft_delete=name)})
    with pytest.raises(error):
        await other.initialize()


class Authors(AsyncTypedRepository[Any, object, object, int, str]):
    """A repository of one's own, made in another way than those of the library, and holding more."""

    def __init__(self, executor: AsyncExecutor, greeting: str) -> None:
        super().__init__("authors", None, executor)
        self.greeting = greeting


async def test_a_repository_of_ones_own_sees_all_rows_too(async_marked: AsyncExecutor) -> None:
    authors = Authors(async_marked, "hello")
    await authors.delete(1)
    find: Any = authors
    # A finder is made for one of the two, and kept.
    assert await find.find_by_name("Ada") is None
    whole = authors.with_deleted()
    assert (type(whole), whole.greeting) == (Authors, "hello")
    find = whole
    assert (await find.find_by_name("Ada")).id == 1
    assert await authors.find_by_id(1) is None
