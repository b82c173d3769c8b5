"""Moving a PostgreSQL database into a SQLite file, and back, for programs without an event loop."""

from noormme_py.client.sync_transfer import compare_queries, export, survey, transfer, validate

__all__ = ["compare_queries", "export", "survey", "transfer", "validate"]
