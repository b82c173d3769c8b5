"""What a database is asked, how it answers, and what would make it answer sooner."""
