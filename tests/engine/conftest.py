"""A database with one small table, for the tests of the engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from noormme_py import Noormme


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"


@pytest.fixture
async def db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_readers": 2}, optimization={"busy_timeout": 2_000}) as database:
        await database.execute("create table t (id integer primary key, n integer not null)")
        yield database
