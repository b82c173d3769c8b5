"""From PostgreSQL to SQLite: this library, db-to-sqlite and the bare pump, on the same data in one run."""
