"""Moving a PostgreSQL database into a SQLite file, and back, for programs without an event loop."""

from noormme_py.client.sync_transfer import export, transfer, validate

__all__ = ["export", "transfer", "validate"]
