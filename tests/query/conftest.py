from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from noormme_py import Noormme
from tests.query.shop import shop


@pytest.fixture
async def db() -> AsyncGenerator[Noormme]:
    async with shop() as opened:
        yield opened
