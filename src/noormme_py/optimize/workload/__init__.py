"""What a database is asked, read from a file of SQL or from a log."""
