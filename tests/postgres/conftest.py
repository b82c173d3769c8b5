"""Where tests get PostgreSQL from: `TEST_PG_URL` if that is set, else a server of this machine, started for the run.

No server is a failure: a test that was left out has shown nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres.database import Database, fresh_database
from tests.postgres.everything import make_everything
from tests.postgres.server import NoServer, Server

LENT = "TEST_PG_URL"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of this machine for all tests of a process, which they must leave running."""
    try:
        running = Server()
        running.start()
    except NoServer as fault:
        pytest.fail(f"{fault}; or name a server with {LENT}=postgresql://…", pytrace=False)
    yield running
    running.close()


@pytest.fixture
def pg(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of the test's own."""
    with fresh_database(_server_dsn(request)) as database:
        yield database


@pytest.fixture(scope="session")
def everything(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of everything.sql, for all tests that only read it."""
    with fresh_database(_server_dsn(request)) as database:
        make_everything(database)
        yield database


def _server_dsn(request: pytest.FixtureRequest) -> str:
    running: Server | None = None if LENT in os.environ else request.getfixturevalue("server")
    return os.environ[LENT] if running is None else running.dsn()
