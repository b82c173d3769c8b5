"""How the values of each type of PostgreSQL are kept in SQLite, and how they are read back as they were."""
