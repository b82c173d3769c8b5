"""Schema discovery against real databases."""
