# Written by scripts/generate_sync.py from async_doors.py: change that, then run `make fmt`.
"""A database and a transaction of it, as fixtures: what runs on one runs on the other."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from noormme_py import SyncNoormme
from noormme_py.client.sync_executor import SyncExecutor
from tests.contract.shop import SCHEMA


@pytest.fixture
def sync_db(path: Path) -> Generator[SyncNoormme]:
    with SyncNoormme(path, performance={"max_batch_size": 7, "max_readers": 2}) as db:
        db.execute_script(SCHEMA)
        yield db


@pytest.fixture(params=["database", "transaction"])
def sync_door(request: pytest.FixtureRequest, sync_db: SyncNoormme) -> Generator[SyncExecutor]:
    if request.param == "database":
        yield sync_db
    else:
        with sync_db.transaction() as tx:
            yield tx
