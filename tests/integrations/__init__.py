"""The library inside web frameworks."""
