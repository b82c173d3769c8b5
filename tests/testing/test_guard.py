"""A test that leaves a transaction, a stream or a thread behind fails, and is told where that began."""

from __future__ import annotations

import pytest

from tests.testing.inner import run

ASYNCIO = ("-p", "asyncio", "-o", "asyncio_default_fixture_loop_scope=function", "-o", "asyncio_mode=auto")
KEPT = "KEPT = []\nasync def keep(opened):\n    KEPT.append(opened)\n    return await opened.__aenter__()\n"


def test_a_transaction_that_is_not_left(pytester: pytest.Pytester) -> None:
    text = """
        KEPT = []
        def test_it(noormme_db):
            KEPT.append(noormme_db.transaction())
            tx = KEPT[0].__enter__()
            tx.execute("delete from users where name = ?", ["secret"])
        def test_fine(noormme_db):
            with noormme_db.transaction() as tx:
                tx.execute("delete from users")
        def teardown_module():
            KEPT[0].gen.close()
    """
    result = run(pytester, test_it=text)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_it*",
            "noormme_py: this was left open:",
            "  a transaction or stream on *noormme.db: thread 'MainThread' has held it *test_it.py:4 (test_it); *",
        ]
    )
    assert "; its first statement: delete from users where name = ?" in result.stdout.str()
    assert "During handling" not in result.stdout.str()
    assert "secret" not in result.stdout.str().partition("ERROR at")[2]


def test_a_stream_that_is_not_closed(pytester: pytest.Pytester) -> None:
    text = """
        KEPT = []
        def test_it(noormme_db):
            KEPT.append(noormme_db.select_from("users").select("name").stream())
            next(KEPT[0])
        def test_break(noormme_db):
            for row in noormme_db.select_from("users").select("name").stream():
                break
        def teardown_module():
            KEPT[0].close()
    """
    result = run(pytester, test_it=text)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_it*", "*test_it.py:4 (test_it); its first statement: select*"]
    )


def test_what_an_asynchronous_test_leaves(pytester: pytest.Pytester) -> None:
    text = """
        import asyncio
        TASKS = []
        async def work(db, begun):
            async with db.transaction() as tx:
                await tx.execute("select 1")
                begun.set()
                await asyncio.sleep(60)
        async def test_task(noormme_async_db):
            begun = asyncio.Event()
            TASKS.append(asyncio.create_task(work(noormme_async_db, begun), name="worker"))
            await begun.wait()
        async def test_break(noormme_async_db):
            async for row in noormme_async_db.select_from("users").select("name").stream():
                break
        async def test_fine(noormme_async_db):
            async with noormme_async_db.transaction() as tx:
                await tx.execute("delete from users")
    """
    result = run(pytester, *ASYNCIO, test_it=text)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_task*", "*: task 'worker' has held it *test_it.py:4 (work)*"]
    )


def test_a_database_that_is_not_closed(pytester: pytest.Pytester) -> None:
    text = """
        from noormme_py import Noormme
        KEPT = []
        async def test_it(noormme_file):
            KEPT.append(await Noormme(noormme_file).initialize())
        async def test_fine(noormme_file):
            async with Noormme(noormme_file) as db:
                await db.execute("select 1")
        def teardown_module():
            import asyncio
            asyncio.run(KEPT[0].close())
    """
    result = run(pytester, *ASYNCIO, test_it=text)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_it*", "  the thread 'noormme writer': the Noormme that began it was not closed"]
    )


def test_the_failure_of_the_test_itself_is_told_too(pytester: pytest.Pytester) -> None:
    text = """
        KEPT = []
        def test_it(noormme_db):
            KEPT.append(noormme_db.transaction())
            KEPT[0].__enter__()
            assert 1 + 1 == 3
        def teardown_module():
            KEPT[0].gen.close()
    """
    result = run(pytester, test_it=text)
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*this was left open*", "*assert (1 + 1) == 3"])
