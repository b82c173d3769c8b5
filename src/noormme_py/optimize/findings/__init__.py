"""What is not as it should be with statements, plans, indexes and statistics."""
