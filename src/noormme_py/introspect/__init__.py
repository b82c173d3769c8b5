"""Reading a schema out of SQLite: what its pragmas tell, and what only the DDL text says."""
