"""What a statement asks of its tables."""
