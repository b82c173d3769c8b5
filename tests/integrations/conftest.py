"""A file with users and posts for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from noormme_py import Noormme
from tests.integrations.asking import SCHEMA


@pytest.fixture(autouse=True)
async def filled(tmp_path: Path) -> None:
    async with Noormme(tmp_path / "app.db") as db:
        await db.execute_script(SCHEMA)
        await db.get_repository("users").create({"email": "ada@example.com"})
