"""The only package that knows sqlite3, threads and asyncio. It runs statements and operations."""
