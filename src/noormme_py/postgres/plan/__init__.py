"""What is to be made in SQLite of a database in PostgreSQL, and what becomes of everything else."""
