"""PostgreSQL for the pages that tell of it."""

from __future__ import annotations

from tests.postgres.conftest import pg, server

__all__ = ["pg", "server"]
