"""The schema as values, and what is read off it."""
