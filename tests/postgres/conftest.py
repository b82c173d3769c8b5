"""Where tests get PostgreSQL from: `TEST_PG_URL` if that is set, else a server of this machine, started for the run.

No server is a failure: a test that was left out has shown nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.postgres.database import Database, fresh_database
from tests.postgres.server import NoServer, Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of this machine for all tests of a process, which they must leave running."""
    try:
        running = Server()
        running.start()
    except NoServer as fault:
        pytest.fail(f"{fault}; or name a server with TEST_PG_URL=postgresql://…", pytrace=False)
    yield running
    running.close()


@pytest.fixture
def pg(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database of the test's own."""
    lent = os.environ.get("TEST_PG_URL")
    with fresh_database(lent or request.getfixturevalue("server").dsn()) as database:
        yield database
