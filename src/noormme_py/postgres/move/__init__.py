"""The move itself: rows copied and read back, then indexes, checks, keys and views, and the report."""
