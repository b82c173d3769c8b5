"""Talking to a PostgreSQL server: connections, queries, COPY, and its errors in our words."""
