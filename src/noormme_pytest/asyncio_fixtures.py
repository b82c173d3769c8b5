"""The fixtures for tests that pytest-asyncio runs, in whichever mode: one for each loop that a test may have."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
import pytest_asyncio

from noormme_pytest.opened import opened

if TYPE_CHECKING:
    from noormme_py import Noormme
    from noormme_py.testing import Settings

is_async_test = pytest_asyncio.is_async_test


def _opened_on(loop: Literal["session", "package", "module", "class", "function"]) -> Any:
    async def db(noormme_file: Path, noormme_settings: Settings) -> AsyncGenerator[Noormme]:
        async with opened(noormme_file, noormme_settings) as database:
            yield database

    return pytest_asyncio.fixture(loop_scope=loop)(db)


noormme_db_on_session_loop = _opened_on("session")
noormme_db_on_package_loop = _opened_on("package")
noormme_db_on_module_loop = _opened_on("module")
noormme_db_on_class_loop = _opened_on("class")
noormme_db_on_function_loop = _opened_on("function")


def opened_for(test: pytest.Item) -> str:
    """Return the name of the fixture that opens a database on the loop of a test."""
    marker = test.get_closest_marker("asyncio")
    loop = marker.kwargs.get("loop_scope") if marker is not None else None
    return f"noormme_db_on_{loop or test.config.getini('asyncio_default_test_loop_scope')}_loop"
