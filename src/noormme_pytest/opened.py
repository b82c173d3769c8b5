"""A test's database, opened on the event loop that runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noormme_pytest.told import told_alone

if TYPE_CHECKING:
    from noormme_py import Noormme
    from noormme_py.testing import Settings


@asynccontextmanager
async def opened(file: Path, settings: Settings) -> AsyncGenerator[Noormme]:
    """Open a database for as long as a test lasts; fail when the test leaves a transaction or a stream open."""
    noormme: Any = import_module("noormme_py").Noormme
    testing: Any = import_module("noormme_py.testing")
    async with noormme(file, **settings) as db:
        with told_alone():
            async with testing.assert_nothing_held(db):
                yield db
