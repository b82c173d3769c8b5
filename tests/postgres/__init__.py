"""The move from PostgreSQL to SQLite and back, tried on real servers."""
