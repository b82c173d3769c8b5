"""The fixture for tests that anyio runs: its plugin takes every asynchronous fixture of such a test."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from noormme_pytest.opened import opened

if TYPE_CHECKING:
    from noormme_py import Noormme
    from noormme_py.testing import Settings


@pytest.fixture
async def noormme_anyio_db(noormme_file: Path, noormme_settings: Settings) -> AsyncGenerator[Noormme]:
    """What `noormme_async_db` is there."""
    async with opened(noormme_file, noormme_settings) as db:
        yield db
