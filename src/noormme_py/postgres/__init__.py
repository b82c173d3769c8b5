"""What is known of PostgreSQL: its catalog and its types, how they are kept in SQLite, and moving both ways."""
