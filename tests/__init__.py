"""The tests. Code that several of them need is imported as `from tests.<folder>.<module> import …`."""
