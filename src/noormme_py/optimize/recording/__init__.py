"""What was asked of a database: kept while it is asked, merged, and written as text."""
