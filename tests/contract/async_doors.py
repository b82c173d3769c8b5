"""A database and a transaction of it, as fixtures: what runs on one runs on the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from noormme_py import Noormme
from noormme_py.client.async_executor import AsyncExecutor
from tests.contract.shop import SCHEMA


@pytest.fixture
async def async_db(path: Path) -> AsyncGenerator[Noormme]:
    async with Noormme(path, performance={"max_batch_size": 7, "max_readers": 2}) as db:
        await db.execute_script(SCHEMA)
        yield db


@pytest.fixture(params=["database", "transaction"])
async def async_door(request: pytest.FixtureRequest, async_db: Noormme) -> AsyncGenerator[AsyncExecutor]:
    if request.param == "database":
        yield async_db
    else:
        async with async_db.transaction() as tx:
            yield tx
