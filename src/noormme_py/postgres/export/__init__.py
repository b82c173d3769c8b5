"""The way back: rows of SQLite into tables of PostgreSQL, in one transaction."""
