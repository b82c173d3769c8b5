"""What a repository does with one table, as operations. Nothing here knows how they are run."""
