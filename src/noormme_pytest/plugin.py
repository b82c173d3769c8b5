"""The fixtures. pytest imports this in every run where the library is installed, so it imports next to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from noormme_pytest.told import told_alone

if TYPE_CHECKING:
    from noormme_py import Noormme, SyncNoormme
    from noormme_py.testing import Seed, Settings, Template

_ASYNCIO = "noormme_pytest.asyncio_fixtures"
_ANYIO = "noormme_pytest.anyio_fixtures"


def pytest_configure(config: pytest.Config) -> None:
    """Let asynchronous fixtures be run by whichever plugin runs the tests."""
    known = config.pluginmanager
    if known.has_plugin("asyncio") or known.has_plugin("pytest_asyncio.plugin"):
        known.import_plugin(_ASYNCIO)
    if known.has_plugin("anyio") or known.has_plugin("anyio.pytest_plugin"):
        known.import_plugin(_ANYIO)


@pytest.fixture(scope="session")
def noormme_seed() -> Seed:
    """What every test's database begins with. Override it: SQL, a Path, or a function that fills a database."""
    pytest.fail("override the session fixture noormme_seed: it returns SQL, a Path or a function", pytrace=False)


@pytest.fixture(scope="session")
def noormme_settings() -> Settings:
    """The settings that databases are opened with, beside the path. Override it; there are none."""
    return {}


@pytest.fixture(scope="session")
def noormme_template(
    noormme_seed: Seed, noormme_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Template:
    """The seeded database, made once in this process when it is first copied."""
    file = tmp_path_factory.mktemp("noormme") / "template.db"
    template: Template = _testing().Template(file, noormme_seed, noormme_settings)
    return template


@pytest.fixture
def noormme_file(noormme_template: Template, tmp_path: Path) -> Iterator[Path]:
    """The path of a copy of the seeded database, for this test alone; the test may leave nothing of it open."""
    file = noormme_template.clone(tmp_path / "noormme.db")
    with told_alone(), _testing().assert_nothing_left():
        yield file


@pytest.fixture
def noormme_db(noormme_file: Path, noormme_settings: Settings) -> Iterator[SyncNoormme]:
    """A copy of the seeded database, open, for tests without an event loop."""
    sync_noormme: Any = import_module("noormme_py.client.sync_client").SyncNoormme
    with sync_noormme(noormme_file, **noormme_settings) as db, told_alone(), _testing().assert_nothing_held(db):
        yield db


@pytest.fixture
def noormme_async_db(request: pytest.FixtureRequest) -> Noormme:
    """A copy of the seeded database, open on the test's event loop; needs pytest-asyncio or anyio."""
    db: Noormme = request.getfixturevalue(_opened_for(request))
    return db


def _opened_for(request: pytest.FixtureRequest) -> str:
    """Return the fixture that opens a database on the loop that the test runs on."""
    asyncio_fixtures: Any = request.config.pluginmanager.get_plugin(_ASYNCIO)
    if asyncio_fixtures is not None and asyncio_fixtures.is_async_test(request.node):
        name: str = asyncio_fixtures.opened_for(request.node)
        return name
    if "anyio_backend" in request.fixturenames:
        return "noormme_anyio_db"
    pytest.fail("noormme_async_db is for asynchronous tests that pytest-asyncio or anyio runs", pytrace=False)


def _testing() -> Any:
    return import_module("noormme_py.testing")
