"""Collations of PostgreSQL that order texts as SQLite does."""

from __future__ import annotations

PLAIN_COLLATIONS = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic"})
"""They order by code points, and tell all texts apart."""
