"""What is called around the writes of a table, in the transaction of each, through every door."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from noormme_py import AsyncTransaction, Noormme, TableOptions
from noormme_py.client.async_executor import AsyncExecutor
from noormme_py.errors import ConflictError, QueryError, RowNotFound, UniqueViolation

SCHEMA = """
create table notes (
    id integer primary key, title text not null unique, words integer not null default 0,
    version integer not null default 1, gone boolean not null default false
);
create table audit (id integer primary key, what text not null, note integer);
insert into notes (title, words) values ('one', 1), ('two', 2);
"""


class Refused(Exception):
    """Raised by a hook."""


async def log(tx: AsyncTransaction, what: str, note: int | None = None) -> None:
    await tx.get_repository("audit").create({"what": what, "note": note})


async def before_create(tx: AsyncTransaction, values: dict[str, Any]) -> dict[str, Any] | None:
    await log(tx, "before create")
    if values.get("title") == "none":
        raise Refused
    if "words" in values:
        return None
    return {**values, "words": len(values["title"].split())}


async def after_create(tx: AsyncTransaction, row: Any) -> None:
    await log(tx, "after create", row.id)
    if row.title == "late":
        raise Refused


async def before_update(tx: AsyncTransaction, row: Any, changes: dict[str, Any]) -> None:
    await log(tx, "before update", row.id)
    if "title" in changes:
        # What is changed in place counts too.
        changes["words"] = len(changes["title"].split())


async def after_update(tx: AsyncTransaction, row: Any) -> None:
    await log(tx, "after update", row.id)
    if row.title == "late":
        raise Refused


async def before_delete(tx: AsyncTransaction, row: Any) -> None:
    await log(tx, "before delete", row.id)


async def after_delete(tx: AsyncTransaction, row: Any) -> None:
    await log(tx, "after delete", row.id)
    if row.title == "late":
        raise Refused


HOOKED = TableOptions(
    version="version",
    soft_delete="gone",
    before_create=before_create,
    after_create=after_create,
    before_update=before_update,
    after_update=after_update,
    before_delete=before_delete,
    after_delete=after_delete,
)


@pytest.fixture(params=["database", "transaction"])
async def async_hooked(request: pytest.FixtureRequest, path: Path) -> AsyncGenerator[AsyncExecutor]:
    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables={"notes": HOOKED}) as db:
        if request.param == "database":
            yield db
        else:
            async with db.transaction() as tx:
                yield tx


async def told(door: AsyncExecutor) -> list[tuple[str, int | None]]:
    """Return what the hooks have told since this was last asked."""
    audit = door.get_repository("audit")
    found = [(row.what, row.note) for row in await audit.find_all()]
    await audit.delete_many({}, all_rows=True)
    return found


CREATED = [("before create", None), ("after create", 3)]
UPDATED = [("before update", 1), ("after update", 1)]


async def test_a_row_is_created_with_the_values_that_a_hook_gives(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    row = await notes.create({"title": "three words more"})
    assert (row.id, row.words) == (3, 3)
    assert await told(async_hooked) == CREATED
    assert [row.words for row in await notes.create_many([{"title": "a b"}, {"title": "c", "words": 7}])] == [2, 7]
    assert len(await told(async_hooked)) == 4


async def test_a_row_is_changed_with_the_changes_that_a_hook_leaves(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    changes = {"title": "now four words here"}
    row = await notes.update(1, changes, expected_version=1)
    assert (row.words, row.version, changes) == (4, 2, {"title": "now four words here"})
    assert await told(async_hooked) == UPDATED


async def test_a_row_is_deleted_between_two_hooks(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    assert await notes.delete(1, expected_version=1) is True
    assert await notes.delete(1) is False
    assert await told(async_hooked) == [("before delete", 1), ("after delete", 1)]
    assert (await notes.restore(1)).gone is False
    assert await told(async_hooked) == [("after update", 1)]
    assert await notes.delete(1, hard=True) is True
    assert await notes.with_deleted().find_by_id(1) is None
    assert len(await told(async_hooked)) == 2


async def test_what_decides_for_itself_runs_the_hooks_of_what_it_does(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    assert (await notes.get_or_create({"title": "one"}))[1] is False
    assert await told(async_hooked) == []
    row, is_new = await notes.get_or_create({"title": "new one"})
    assert (row.words, is_new) == (2, True)
    assert await told(async_hooked) == CREATED
    row, is_new = await notes.update_or_create({"title": "one"}, {"words": 9})
    assert (row.words, row.version, is_new) == (9, 2, False)
    assert await told(async_hooked) == UPDATED
    row, is_new = await notes.update_or_create({"title": "newer one"}, {}, defaults={"words": 4})
    assert (row.words, is_new) == (4, True)
    assert [what for what, _ in await told(async_hooked)] == ["before create", "after create"]


async def test_an_upsert_runs_the_hooks_of_what_it_does(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    assert (await notes.upsert({"title": "three"}, on="title")).words == 1
    assert await told(async_hooked) == CREATED
    assert (await notes.upsert({"Title": "one", "words": 8}, on="title")).words == 8
    assert await told(async_hooked) == UPDATED
    assert (await notes.upsert({"id": 1, "title": "one and two"})).words == 3
    assert await told(async_hooked) == UPDATED
    await notes.delete(1)
    await told(async_hooked)
    assert (await notes.upsert(await notes.with_deleted().get_by_id(1))).gone is True
    assert (await notes.upsert({"id": 1, "title": "back"})).gone is False


async def test_a_hook_does_not_lead_an_upsert_to_another_row(path: Path) -> None:
    async def rename(tx: AsyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "title": "two"}

    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables={"notes": TableOptions(before_update=rename)}) as db:
        notes = db.get_repository("notes")
        with pytest.raises(QueryError, match="given twice"):
            await notes.upsert({"title": "one", "words": 5}, on="title")
        assert (await notes.upsert({"id": 2, "title": "x"})).title == "two"


@pytest.mark.parametrize("title", ["none", "late"])
async def test_what_a_hook_raises_undoes_everything(async_hooked: AsyncExecutor, title: str) -> None:
    notes = async_hooked.get_repository("notes")
    with pytest.raises(Refused):
        await notes.create({"title": title})
    with pytest.raises(Refused):
        await notes.create_many([{"title": "fine"}, {"title": title}])
    with pytest.raises(Refused):
        await notes.get_or_create({"title": title})
    with pytest.raises(Refused):
        await notes.upsert({"title": title}, on="title")
    assert (await notes.count(), await told(async_hooked)) == (2, [])


async def test_what_a_hook_raises_undoes_a_change_and_a_deletion(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    with pytest.raises(Refused):
        await notes.update(1, {"title": "late"})
    await async_hooked.execute("update notes set title = 'late' where id = 2")
    for is_hard in (False, True):
        with pytest.raises(Refused):
            await notes.delete(2, hard=is_hard)
    assert [row.title for row in await notes.find_all()] == ["one", "late"]
    assert await told(async_hooked) == []


async def test_what_the_write_itself_raises_undoes_what_the_hooks_did(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    with pytest.raises(UniqueViolation):
        await notes.create({"title": "one"})
    with pytest.raises(UniqueViolation):
        await notes.update(1, {"title": "two"})
    with pytest.raises(ConflictError):
        await notes.update(1, {"words": 3}, expected_version=7)
    with pytest.raises(ConflictError):
        await notes.delete(1, expected_version=7)
    with pytest.raises(RowNotFound):
        await notes.update(99, {"words": 3})
    with pytest.raises(RowNotFound):
        await notes.delete(99, expected_version=7)
    assert await told(async_hooked) == []


async def test_writes_of_many_rows_run_no_hooks_and_say_so(async_hooked: AsyncExecutor) -> None:
    notes = async_hooked.get_repository("notes")
    with pytest.raises(QueryError, match="insert_many runs no hooks"):
        await notes.insert_many([{"title": "x"}])
    with pytest.raises(QueryError, match="upsert_many runs no hooks"):
        await notes.upsert_many([{"title": "x"}], on="title")
    with pytest.raises(QueryError, match="update_many runs no hooks"):
        await notes.update_many({"id": 1}, {"words": 3})
    with pytest.raises(QueryError, match="delete_many runs no hooks"):
        await notes.delete_many({"id": 1})
    assert await notes.insert_many([{"title": "x"}], skip_hooks=True) == 1
    assert await notes.upsert_many([{"title": "x"}], on="title", skip_hooks=True) == 1
    assert await notes.update_many({"id": 1}, {"words": 3}, skip_hooks=True) == 1
    assert await notes.delete_many({"id": 1}, hard=True, skip_hooks=True) == 1
    assert await told(async_hooked) == []


@pytest.mark.filterwarnings("ignore:tables. 't' names a table")
async def test_a_table_needs_not_have_all_hooks(path: Path) -> None:
    async with Noormme(path, tables={"t": TableOptions(after_delete=after_delete)}) as db:
        await db.execute_script(SCHEMA + "create table t (id integer primary key, title text);")
        things = db.get_repository("t")
        await things.create({"title": "a"})
        assert (await things.update(1, {"title": "b"})).title == "b"
        assert await things.delete(1) is True
        assert await told(db) == [("after delete", 1)]


@pytest.mark.filterwarnings("ignore:tables. 't' names a table")
async def test_what_hooks_give_back_is_checked(path: Path) -> None:
    async def wrong(*_: object) -> str:
        return "wrong"

    options = TableOptions(before_create=wrong, after_delete=wrong)
    async with Noormme(path, tables={"t": options}) as db:
        await db.execute_script("create table t (id integer primary key); insert into t values (1)")
        with pytest.raises(QueryError, match="gives a mapping of values or None, not str"):
            await db.get_repository("t").create({})
        with pytest.raises(QueryError, match="gives nothing back, and gave str"):
            await db.get_repository("t").delete(1)
        assert await db.get_repository("t").count() == 1


async def test_a_hook_that_leaves_changes_out_has_the_row_changed_and_none_made(path: Path) -> None:
    async def only_words(tx: AsyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {"words": changes["words"]}

    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
        await db.execute("create table strict_notes (id integer primary key, title text not null, words integer)")
        await db.execute("insert into strict_notes values (1, 'one', 1)")
    async with Noormme(path, tables={"strict_notes": TableOptions(before_update=only_words)}) as db:
        notes = db.get_repository("strict_notes")
        row = await notes.upsert({"id": 1, "title": "other", "words": 5})
        assert (row.id, row.title, row.words) == (1, "one", 5)
        row, is_new = await notes.update_or_create({"title": "one"}, {"words": 6})
        assert (row.id, row.words, is_new, await notes.count()) == (1, 6, False, 1)


async def test_a_hook_may_change_what_the_row_was_found_by(path: Path) -> None:
    async def rename(tx: AsyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "title": f"{row.title}!"}

    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables={"notes": TableOptions(before_update=rename)}) as db:
        notes = db.get_repository("notes")
        row, is_new = await notes.update_or_create({"title": "one"}, {"words": 5})
        assert (row.id, row.title, row.words, is_new) == (1, "one!", 5, False)
        assert (await notes.update_or_create({"title": "two"}, {}))[0].title == "two!"


async def test_a_hook_that_takes_the_row_away_has_no_other_made(path: Path) -> None:
    async def move(tx: AsyncTransaction, row: Any, changes: dict[str, Any]) -> None:
        await tx.execute("update notes set title = 'moved' where id = ?", [row.id])

    async with Noormme(path) as db:
        await db.execute_script(SCHEMA)
    async with Noormme(path, tables={"notes": TableOptions(before_update=move)}) as db:
        notes = db.get_repository("notes")
        with pytest.raises(RowNotFound):
            await notes.upsert({"title": "one", "words": 5}, on="title")
        with pytest.raises(RowNotFound):
            await notes.update_or_create({"title": "one"}, {"words": 5})
        assert [(row.title, row.words) for row in await notes.find_all()] == [("one", 1), ("two", 2)]
