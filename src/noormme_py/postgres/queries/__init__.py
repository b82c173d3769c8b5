"""Whole SELECTs of PostgreSQL in SQLite's SQL: of views, and of recorded queries."""

from __future__ import annotations

from noormme_py.postgres.queries.tables import Names, QueryTable
from noormme_py.postgres.queries.translate import translate_query

__all__ = ["Names", "QueryTable", "translate_query"]
