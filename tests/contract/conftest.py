"""The doors of both faces, for the tests that are written for one and generated for the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.async_doors import async_db, async_door
from tests.contract.sync_doors import sync_db, sync_door

__all__ = ["async_db", "async_door", "path", "sync_db", "sync_door"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "app.db"
