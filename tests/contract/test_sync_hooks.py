# Written by scripts/generate_sync.py from test_async_hooks.py: change that, then run `make fmt`.
"""What is called around the writes of a table, in the transaction of each, through every door."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from noormme_py import SyncNoormme, SyncTransaction, TableOptions
from noormme_py.client.sync_executor import SyncExecutor
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


def log(tx: SyncTransaction, what: str, note: int | None = None) -> None:
    tx.get_repository("audit").create({"what": what, "note": note})


def before_create(tx: SyncTransaction, values: dict[str, Any]) -> dict[str, Any] | None:
    log(tx, "before create")
    if values.get("title") == "none":
        raise Refused
    if "words" in values:
        return None
    return {**values, "words": len(values["title"].split())}


def after_create(tx: SyncTransaction, row: Any) -> None:
    log(tx, "after create", row.id)
    if row.title == "late":
        raise Refused


def before_update(tx: SyncTransaction, row: Any, changes: dict[str, Any]) -> None:
    log(tx, "before update", row.id)
    if "title" in changes:
        # What is changed in place counts too.
        changes["words"] = len(changes["title"].split())


def after_update(tx: SyncTransaction, row: Any) -> None:
    log(tx, "after update", row.id)
    if row.title == "late":
        raise Refused


def before_delete(tx: SyncTransaction, row: Any) -> None:
    log(tx, "before delete", row.id)


def after_delete(tx: SyncTransaction, row: Any) -> None:
    log(tx, "after delete", row.id)
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
def sync_hooked(request: pytest.FixtureRequest, path: Path) -> Generator[SyncExecutor]:
    with SyncNoormme(path) as db:
        db.execute_script(SCHEMA)
    with SyncNoormme(path, tables={"notes": HOOKED}) as db:
        if request.param == "database":
            yield db
        else:
            with db.transaction() as tx:
                yield tx


def told(door: SyncExecutor) -> list[tuple[str, int | None]]:
    """Return what the hooks have told since this was last asked."""
    audit = door.get_repository("audit")
    found = [(row.what, row.note) for row in audit.find_all()]
    audit.delete_many({}, all_rows=True)
    return found


CREATED = [("before create", None), ("after create", 3)]
UPDATED = [("before update", 1), ("after update", 1)]


def test_a_row_is_created_with_the_values_that_a_hook_gives(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    row = notes.create({"title": "three words more"})
    assert (row.id, row.words) == (3, 3)
    assert told(sync_hooked) == CREATED
    assert [row.words for row in notes.create_many([{"title": "a b"}, {"title": "c", "words": 7}])] == [2, 7]
    assert len(told(sync_hooked)) == 4


def test_a_row_is_changed_with_the_changes_that_a_hook_leaves(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    changes = {"title": "now four words here"}
    row = notes.update(1, changes, expected_version=1)
    assert (row.words, row.version, changes) == (4, 2, {"title": "now four words here"})
    assert told(sync_hooked) == UPDATED


def test_a_row_is_deleted_between_two_hooks(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    assert notes.delete(1, expected_version=1) is True
    assert notes.delete(1) is False
    assert told(sync_hooked) == [("before delete", 1), ("after delete", 1)]
    assert (notes.restore(1)).gone is False
    assert told(sync_hooked) == [("after update", 1)]
    assert notes.delete(1, hard=True) is True
    assert notes.with_deleted().find_by_id(1) is None
    assert len(told(sync_hooked)) == 2


def test_what_decides_for_itself_runs_the_hooks_of_what_it_does(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    assert (notes.get_or_create({"title": "one"}))[1] is False
    assert told(sync_hooked) == []
    row, is_new = notes.get_or_create({"title": "new one"})
    assert (row.words, is_new) == (2, True)
    assert told(sync_hooked) == CREATED
    row, is_new = notes.update_or_create({"title": "one"}, {"words": 9})
    assert (row.words, row.version, is_new) == (9, 2, False)
    assert told(sync_hooked) == UPDATED
    row, is_new = notes.update_or_create({"title": "newer one"}, {}, defaults={"words": 4})
    assert (row.words, is_new) == (4, True)
    assert [what for what, _ in told(sync_hooked)] == ["before create", "after create"]


def test_an_upsert_runs_the_hooks_of_what_it_does(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    assert (notes.upsert({"title": "three"}, on="title")).words == 1
    assert told(sync_hooked) == CREATED
    assert (notes.upsert({"Title": "one", "words": 8}, on="title")).words == 8
    assert told(sync_hooked) == UPDATED
    assert (notes.upsert({"id": 1, "title": "one and two"})).words == 3
    assert told(sync_hooked) == UPDATED
    notes.delete(1)
    told(sync_hooked)
    assert (notes.upsert(notes.with_deleted().get_by_id(1))).gone is True
    assert (notes.upsert({"id": 1, "title": "back"})).gone is False


def test_a_hook_does_not_lead_an_upsert_to_another_row(path: Path) -> None:
    def rename(tx: SyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "title": "two"}

    with SyncNoormme(path) as db:
        db.execute_script(SCHEMA)
    with SyncNoormme(path, tables={"notes": TableOptions(before_update=rename)}) as db:
        notes = db.get_repository("notes")
        with pytest.raises(QueryError, match="given twice"):
            notes.upsert({"title": "one", "words": 5}, on="title")
        assert (notes.upsert({"id": 2, "title": "x"})).title == "two"


@pytest.mark.parametrize("title", ["none", "late"])
def test_what_a_hook_raises_undoes_everything(sync_hooked: SyncExecutor, title: str) -> None:
    notes = sync_hooked.get_repository("notes")
    with pytest.raises(Refused):
        notes.create({"title": title})
    with pytest.raises(Refused):
        notes.create_many([{"title": "fine"}, {"title": title}])
    with pytest.raises(Refused):
        notes.get_or_create({"title": title})
    with pytest.raises(Refused):
        notes.upsert({"title": title}, on="title")
    assert (notes.count(), told(sync_hooked)) == (2, [])


def test_what_a_hook_raises_undoes_a_change_and_a_deletion(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    with pytest.raises(Refused):
        notes.update(1, {"title": "late"})
    sync_hooked.execute("update notes set title = 'late' where id = 2")
    for is_hard in (False, True):
        with pytest.raises(Refused):
            notes.delete(2, hard=is_hard)
    assert [row.title for row in notes.find_all()] == ["one", "late"]
    assert told(sync_hooked) == []


def test_what_the_write_itself_raises_undoes_what_the_hooks_did(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    with pytest.raises(UniqueViolation):
        notes.create({"title": "one"})
    with pytest.raises(UniqueViolation):
        notes.update(1, {"title": "two"})
    with pytest.raises(ConflictError):
        notes.update(1, {"words": 3}, expected_version=7)
    with pytest.raises(ConflictError):
        notes.delete(1, expected_version=7)
    with pytest.raises(RowNotFound):
        notes.update(99, {"words": 3})
    with pytest.raises(RowNotFound):
        notes.delete(99, expected_version=7)
    assert told(sync_hooked) == []


def test_writes_of_many_rows_run_no_hooks_and_say_so(sync_hooked: SyncExecutor) -> None:
    notes = sync_hooked.get_repository("notes")
    with pytest.raises(QueryError, match="insert_many runs no hooks"):
        notes.insert_many([{"title": "x"}])
    with pytest.raises(QueryError, match="upsert_many runs no hooks"):
        notes.upsert_many([{"title": "x"}], on="title")
    with pytest.raises(QueryError, match="update_many runs no hooks"):
        notes.update_many({"id": 1}, {"words": 3})
    with pytest.raises(QueryError, match="delete_many runs no hooks"):
        notes.delete_many({"id": 1})
    assert notes.insert_many([{"title": "x"}], skip_hooks=True) == 1
    assert notes.upsert_many([{"title": "x"}], on="title", skip_hooks=True) == 1
    assert notes.update_many({"id": 1}, {"words": 3}, skip_hooks=True) == 1
    assert notes.delete_many({"id": 1}, hard=True, skip_hooks=True) == 1
    assert told(sync_hooked) == []


@pytest.mark.filterwarnings("ignore:tables. 't' names a table")
def test_a_table_needs_not_have_all_hooks(path: Path) -> None:
    with SyncNoormme(path, tables={"t": TableOptions(after_delete=after_delete)}) as db:
        db.execute_script(SCHEMA + "create table t (id integer primary key, title text);")
        things = db.get_repository("t")
        things.create({"title": "a"})
        assert (things.update(1, {"title": "b"})).title == "b"
        assert things.delete(1) is True
        assert told(db) == [("after delete", 1)]


@pytest.mark.filterwarnings("ignore:tables. 't' names a table")
def test_what_hooks_give_back_is_checked(path: Path) -> None:
    def wrong(*_: object) -> str:
        return "wrong"

    options = TableOptions(before_create=wrong, after_delete=wrong)
    with SyncNoormme(path, tables={"t": options}) as db:
        db.execute_script("create table t (id integer primary key); insert into t values (1)")
        with pytest.raises(QueryError, match="gives a mapping of values or None, not str"):
            db.get_repository("t").create({})
        with pytest.raises(QueryError, match="gives nothing back, and gave str"):
            db.get_repository("t").delete(1)
        assert db.get_repository("t").count() == 1


def test_a_hook_that_leaves_changes_out_has_the_row_changed_and_none_made(path: Path) -> None:
    def only_words(tx: SyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {"words": changes["words"]}

    with SyncNoormme(path) as db:
        db.execute_script(SCHEMA)
        db.execute("create table strict_notes (id integer primary key, title text not null, words integer)")
        db.execute("insert into strict_notes values (1, 'one', 1)")
    with SyncNoormme(path, tables={"strict_notes": TableOptions(before_update=only_words)}) as db:
        notes = db.get_repository("strict_notes")
        row = notes.upsert({"id": 1, "title": "other", "words": 5})
        assert (row.id, row.title, row.words) == (1, "one", 5)
        row, is_new = notes.update_or_create({"title": "one"}, {"words": 6})
        assert (row.id, row.words, is_new, notes.count()) == (1, 6, False, 1)


def test_a_hook_may_change_what_the_row_was_found_by(path: Path) -> None:
    def rename(tx: SyncTransaction, row: Any, changes: dict[str, Any]) -> dict[str, Any]:
        return {**changes, "title": f"{row.title}!"}

    with SyncNoormme(path) as db:
        db.execute_script(SCHEMA)
    with SyncNoormme(path, tables={"notes": TableOptions(before_update=rename)}) as db:
        notes = db.get_repository("notes")
        row, is_new = notes.update_or_create({"title": "one"}, {"words": 5})
        assert (row.id, row.title, row.words, is_new) == (1, "one!", 5, False)
        assert (notes.update_or_create({"title": "two"}, {}))[0].title == "two!"


def test_a_hook_that_takes_the_row_away_has_no_other_made(path: Path) -> None:
    def move(tx: SyncTransaction, row: Any, changes: dict[str, Any]) -> None:
        tx.execute("update notes set title = 'moved' where id = ?", [row.id])

    with SyncNoormme(path) as db:
        db.execute_script(SCHEMA)
    with SyncNoormme(path, tables={"notes": TableOptions(before_update=move)}) as db:
        notes = db.get_repository("notes")
        with pytest.raises(RowNotFound):
            notes.upsert({"title": "one", "words": 5}, on="title")
        with pytest.raises(RowNotFound):
            notes.update_or_create({"title": "one"}, {"words": 5})
        assert [(row.title, row.words) for row in notes.find_all()] == [("one", 1), ("two", 2)]
