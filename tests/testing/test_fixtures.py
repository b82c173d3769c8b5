"""The fixtures: a fresh database for each test, on each kind of loop, in each process."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from noormme_pytest import plugin
from tests.testing.inner import SEED, run

ASYNCIO = ("-p", "asyncio", "-o", "asyncio_default_fixture_loop_scope=function")
SESSION_LOOP = (
    *("-p", "asyncio", "-o", "asyncio_default_fixture_loop_scope=session"),
    *("-o", "asyncio_mode=auto", "-o", "asyncio_default_test_loop_scope=session"),
)
LOADED = "import noormme_pytest.plugin, sys; print(sorted({'noormme_py', 'asyncio', 'sqlite3'} & set(sys.modules)))"


def test_pytest_finds_the_plugin() -> None:
    entry = next(entry for entry in entry_points(group="pytest11") if entry.name == "noormme")
    assert entry.load() is plugin


def test_a_run_that_uses_no_fixture_does_not_import_the_library(pytester: pytest.Pytester) -> None:
    text = "import sys\ndef test_imports(): assert 'noormme_py' not in sys.modules"
    run(pytester, *ASYNCIO, "-p", "anyio", conftest="", test_it=text).assert_outcomes(passed=1)
    printed = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert "noormme_py" not in printed


def test_each_test_has_a_fresh_copy_and_the_seed_is_sown_once(pytester: pytest.Pytester) -> None:
    conftest = """
        import pytest
        @pytest.fixture(scope="session")
        def noormme_seed():
            def sow(db):
                with open("sown", "a") as log:
                    log.write("once ")
                db.execute_script("create table t (id integer primary key); insert into t values (1), (2)")
            return sow
    """
    text = """
        import pytest
        from pathlib import Path
        @pytest.mark.parametrize("n", range(3))
        def test_fresh(noormme_db, noormme_file, n):
            t = noormme_db.get_repository("t")
            assert t.count() == 2
            t.create({})
            assert noormme_db.config.location.file == str(noormme_file)
        def test_sown():
            assert Path("sown").read_text() == "once "
    """
    run(pytester, conftest=conftest, test_it=text).assert_outcomes(passed=4)


def test_a_copy_is_open_to_other_processes_and_both_faces(pytester: pytest.Pytester) -> None:
    text = """
        import asyncio, subprocess, sys
        from noormme_py import Noormme
        ASK = "select count(*) from users"
        PROGRAM = f"import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute({ASK!r}).fetchone())"
        def test_both(noormme_db, noormme_file):
            noormme_db.get_repository("users").create({"name": "Tim"})
            async def count():
                async with Noormme(noormme_file) as db:
                    return await db.get_repository("users").count()
            assert asyncio.run(count()) == 4
            done = subprocess.run([sys.executable, "-c", PROGRAM, noormme_file], capture_output=True, text=True)
            assert done.stdout == "(4,)\\n"
    """
    run(pytester, test_it=text).assert_outcomes(passed=1)


LOOP_TESTS = """
    import asyncio, pytest
    {mark}
    async def test_it(noormme_async_db):
        users = noormme_async_db.get_repository("users")
        assert await users.count() == 3
        await users.create({{"name": "Tim"}})
    @{fixture}
    async def client(noormme_async_db):
        await noormme_async_db.get_repository("users").create({{"name": "Tim"}})
        return noormme_async_db, asyncio.get_running_loop()
    {mark}
    async def test_with_a_fixture_of_ones_own(client):
        db, loop = client
        assert loop is asyncio.get_running_loop()
        assert await db.get_repository("users").count() == 4
"""


@pytest.mark.parametrize(
    ("arguments", "mark", "fixture"),
    [
        ((*ASYNCIO, "-o", "asyncio_mode=auto"), "", "pytest.fixture"),
        ((*ASYNCIO, "-p", "anyio"), "@pytest.mark.asyncio", "__import__('pytest_asyncio').fixture"),
        (
            (*ASYNCIO, "-p", "anyio"),
            "@pytest.mark.asyncio(loop_scope='module')",
            "__import__('pytest_asyncio').fixture(loop_scope='module')",
        ),
        (
            SESSION_LOOP,
            "",
            "pytest.fixture",
        ),
        (("-p", "anyio"), "@pytest.mark.anyio", "pytest.fixture"),
        ((*ASYNCIO, "-p", "anyio"), "@pytest.mark.anyio", "pytest.fixture"),
    ],
    ids=["auto", "strict", "module loop", "session loop", "anyio", "anyio beside strict asyncio"],
)
def test_the_database_is_open_on_the_loop_of_the_test(
    pytester: pytest.Pytester, arguments: tuple[str, ...], mark: str, fixture: str
) -> None:
    conftest = f"{SEED}\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    text = LOOP_TESTS.format(mark=mark, fixture=fixture)
    run(pytester, *arguments, conftest=conftest, test_it=text).assert_outcomes(passed=2)


@pytest.mark.parametrize("arguments", [(), ASYNCIO], ids=["no plugin", "a test without a loop"])
def test_an_asynchronous_database_without_a_loop_is_refused(
    pytester: pytest.Pytester, arguments: tuple[str, ...]
) -> None:
    result = run(pytester, *arguments, test_it="def test_it(noormme_async_db): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["noormme_async_db is for asynchronous tests that pytest-asyncio or anyio runs"])


def test_the_settings_are_those_of_every_database(pytester: pytest.Pytester) -> None:
    conftest = f"""{SEED}
@pytest.fixture(scope="session")
def noormme_settings():
    return {{"performance": {{"max_readers": 2}}, "codecs": {{"users.age": "float"}}}}
"""
    text = """
        def test_sync(noormme_db):
            assert noormme_db.config.performance.max_readers == 2
            assert noormme_db.get_repository("users").row_type.model_fields["age"].annotation == float | None
        async def test_async(noormme_async_db):
            assert noormme_async_db.config.performance.max_readers == 2
    """
    run(pytester, *ASYNCIO, "-o", "asyncio_mode=auto", conftest=conftest, test_it=text).assert_outcomes(passed=2)


def test_each_worker_sows_for_itself(pytester: pytest.Pytester) -> None:
    text = """
        import pytest
        @pytest.mark.parametrize("n", range(6))
        def test_fresh(noormme_db, n):
            users = noormme_db.get_repository("users")
            users.create({"name": "Tim"})
            assert users.count() == 4
    """
    run(pytester, "-p", "xdist", "-n", "2", test_it=text).assert_outcomes(passed=6)


def test_a_missing_seed_is_told(pytester: pytest.Pytester) -> None:
    result = run(pytester, conftest="", test_it="def test_it(noormme_db): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["override the session fixture noormme_seed*"])


def test_a_seed_that_fails_is_told_once(pytester: pytest.Pytester) -> None:
    conftest = SEED.replace("create index", "create indx")
    text = "def test_one(noormme_db): pass\ndef test_two(noormme_file): pass\ndef test_three(): pass"
    result = run(pytester, conftest=conftest, test_it=text)
    result.assert_outcomes(passed=1, errors=2)
    result.stdout.fnmatch_lines(["E*SeedFailed: the seed failed: DatabaseError:*", "E*the first test that asked*"])
    first, _, second = result.stdout.str().partition("short test summary")[0].partition("ERROR at setup of test_two")
    assert 'near "indx"' in first
    assert 'near "indx"' not in second
