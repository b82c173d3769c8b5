"""What pg_catalog says of a database, read with a number of queries that no number of tables changes."""
