"""What is recorded of the statements of a database, and that nothing is while it is off."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from noormme_py import Noormme, errors
from noormme_py.optimize.recording.merge import merged
from noormme_py.optimize.recording.record import Record, StatementRecord
from noormme_py.optimize.recording.recorder import Recorder
from noormme_py.optimize.suggestion import Verification
from noormme_py.query.observe import Origin, StatementFinished
from tests.optimize.shop import of, opened, opened_synchronously

BY_ID = 'where "id" = ?'
HERE = Path(__file__).name


async def test_every_run_is_counted_however_many_there_are(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        for number in range(1_000):
            await users.find_by_id(number % 500 + 1)
        statement = of(db.optimizer.record(), BY_ID)
        assert statement.count == 1_000
        assert sum(count for _, count in statement.buckets) == 1_000
        assert sum(count for _, count in statement.lanes) == 1_000
        assert statement.rows == 1_000
        assert 0 < statement.quantile_ns(0.5) <= statement.quantile_ns(0.99) <= statement.max_ns <= statement.total_ns
        assert statement.mean_ns == statement.total_ns // 1_000
        assert statement.call_site is not None
        assert HERE in statement.call_site
        assert statement.call_site.endswith("test_every_run_is_counted_however_many_there_are")


def test_threads_lose_no_run(tmp_path: Path) -> None:
    from_threads = 4

    async def ask_at_once() -> None:
        await asyncio.gather(*(asyncio.to_thread(ask) for _ in range(from_threads)))

    with opened_synchronously(tmp_path) as db:
        users = db.get_repository("users")

        def ask() -> None:
            for number in range(500):
                users.find_by_id(number + 1)

        asyncio.run(ask_at_once())
        assert of(db.optimizer.record(), BY_ID).count == from_threads * 500


async def test_what_goes_by_unseen_is_counted_at_any_moment(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        for number in range(1_000):
            await users.find_by_id(number)
            if number % 7 == 0:
                statement = of(db.optimizer.record(), BY_ID)
                assert statement.count == sum(count for _, count in statement.buckets) == number + 1
        db.optimizer.reset_record()
        for number in range(1_000, 1_300):
            await users.find_by_id(number)
        assert of(db.optimizer.record(), BY_ID).count == 300


@pytest.mark.parametrize("inline_reads", ["auto", "off"])
async def test_writes_at_once_and_reads_on_lanes_are_all_counted(tmp_path: Path, inline_reads: str) -> None:
    async with await opened(tmp_path, performance={"inline_reads": inline_reads}) as db:
        users = db.get_repository("users")
        for first in range(1_000, 1_600, 50):
            await asyncio.gather(
                *(users.create({"id": key, "name": "new", "age": 1}) for key in range(first, first + 50)),
                *(users.find_by_id(key - 1_000) for key in range(first, first + 50)),
            )
        with pytest.raises(errors.UniqueViolation):
            await users.create({"id": 1_000, "name": "new", "age": 1})
        record = db.optimizer.record()
        assert (of(record, "insert into").count, of(record, "insert into").errors) == (600, 1)
        assert of(record, BY_ID).count == 600


async def test_a_slow_statement_is_looked_at_each_time(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        long = "select count(*) from users a join users b on a.age < b.age + ?"
        for number in range(300):
            await db.execute(long, [number])
            last = of(db.optimizer.record(), "a.age <").last
            assert last is not None
            assert tuple(last) == (number,)


async def test_lanes_rows_and_waits_are_told_apart(tmp_path: Path) -> None:
    async with await opened(tmp_path, performance={"inline_reads": "off"}) as db:
        users = db.get_repository("users")
        await asyncio.gather(*(users.find_by_id(number + 1) for number in range(20)))
        await db.execute("update users set age = 1 where id <= 7")
        record = db.optimizer.record()
        assert of(record, BY_ID).lanes == (("reader", 20),)
        assert of(record, BY_ID).wait_ns > 0
        assert of(record, "update users").lanes == (("writer", 1),)
        assert of(record, "update users").rows == 7


async def test_a_statement_that_was_too_long_for_the_loop_counts_once(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        long = db.select_from("users as a").inner_join("users as b", "a.age", "b.age").select("a.id")
        rows = await long.execute()
        assert db.metrics().loop_moved == 1
        statement = of(db.optimizer.record(), "inner join")
        assert (statement.count, statement.rows, statement.errors) == (1, len(rows), 0)


async def test_failures_are_counted_by_their_class(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        for _ in range(3):
            with pytest.raises(errors.UniqueViolation):
                await users.create({"id": 1, "name": "again", "age": 3})
        await users.create({"id": 1_000, "name": "new", "age": 3})
        statement = of(db.optimizer.record(), "insert into")
        assert (statement.count, statement.errors, statement.error_names) == (1, 3, (("UniqueViolation", 3),))


async def test_texts_that_differ_in_literals_and_lists_are_one_shape(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        for text in ("in (1)", "in (1, 2)", "in (?, ?, ?)", "IN ( 'a' )"):
            parameters = [1, 2, 3] if "?" in text else []
            await db.execute(f"select name from users where id {text}", parameters)
        assert of(db.optimizer.record(), "select name").count == 4


async def test_what_the_library_asks_for_itself_is_not_recorded(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        async with db.transaction() as tx:
            await tx.get_repository("users").find_by_id(1)
        await db.refresh_schema()
        await db.execute("explain query plan select 1")
        assert [statement.count for statement in db.optimizer.record().statements] == [1]


async def test_several_real_sets_of_parameters_are_kept(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        patterns = [f"user {number}%" for number in range(40)] + ["%9"]
        for pattern in patterns:
            await db.execute("select id from users where name like ?", [pattern])
        await db.execute("select id from users where name like ?", ["x" * 10_000])
        statement = of(db.optimizer.record(), "like ?")
        assert ("%9",) in statement.samples
        assert 2 <= len(statement.samples) <= 9
        assert statement.last is None
        assert "user 1" not in repr(statement)
        assert "x" * 100 not in str(statement.samples)


async def test_a_listener_and_the_recorder_are_told_of_the_same(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        told: list[str] = []
        end = db.observe(lambda event: told.append(event.sql))
        for number in range(20):
            await users.find_by_id(number + 1)
        end()
        assert len(told) == of(db.optimizer.record(), BY_ID).count == 20


async def test_nothing_is_recorded_while_it_is_off(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "shop.db") as db:
        await db.execute("select 1")
        with pytest.raises(errors.RecordError, match="enable_query_analysis"):
            db.optimizer.record()
        with pytest.raises(errors.RecordError):
            await db.optimizer.save_record()
        assert db._engine.observers.are_silent
    assert not (tmp_path / ".noormme").exists()


async def test_forgetting_begins_anew(tmp_path: Path) -> None:
    async with await opened(tmp_path) as db:
        users = db.get_repository("users")
        await users.find_by_id(1)
        db.optimizer.reset_record()
        assert db.optimizer.record().statements == ()
        await users.find_by_id(1)
        assert of(db.optimizer.record(), BY_ID).count == 1


def test_the_shapes_with_the_least_time_are_forgotten() -> None:
    class Mutex:
        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

    unit = Mutex()
    recorder = Recorder(lambda: unit, lambda: Origin(unit, "here", None), lambda: 1, Mutex(), max_shapes=20)
    counted = recorder.counting()
    for number in range(300):
        for sql, elapsed_ns in ((f"select c{number} from t", 1_000 + number), ("select dear from t", 1_000_000)):
            recorder.finished(StatementFinished(sql, (), elapsed_ns, 0, 0, "loop"), None, counted)
    record = recorder.record()
    assert len(record.statements) <= 20
    assert of(record, "dear").count == 300
    assert record.left_out == 301 - len(record.statements)


def test_a_list_of_another_length_does_not_spoil_the_advice(tmp_path: Path) -> None:
    texts = [(f"select name from users where age in ({', '.join('?' * count)})", [7] * count) for count in (2, 1, 3)]
    records: list[Record] = []
    for number, first in enumerate(texts[:2]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with opened_synchronously(folder) as db:
            for sql, parameters in (first, *texts):
                db.execute(sql, parameters)
            records.append(db.optimizer.record())
            statement = of(records[-1], "age in")
            assert (statement.sql, statement.count) == (first[0], 4)
            assert statement.samples == (tuple(first[1]),)
            assert db.optimizer.suggest().notes == ()
    statement = of(merged(records), "age in")
    assert {len(parameters) for parameters in statement.samples} == {statement.sql.count("?")} == {2}


@pytest.mark.parametrize("verify", ["plan", "copy"])
def test_parameters_that_do_not_fit_are_left_out(tmp_path: Path, verify: Verification) -> None:
    with opened_synchronously(tmp_path) as db:
        for sql in ("select name from users where age = ?", "delete from users where age = ?"):
            bound = StatementRecord(sql, count=9, samples=((), (7,), (1, 2)))
            unbound = StatementRecord("select age from users where name = ?", samples=((),))
            record = Record((bound, unbound))
            notes = db.optimizer.suggest(record, verify=verify).notes
            assert notes == ("1 of 2 statements could not be explained, and are left out",)
