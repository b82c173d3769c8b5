"""Opening a database: where it is, how it is set, and what happens when it cannot be opened."""
