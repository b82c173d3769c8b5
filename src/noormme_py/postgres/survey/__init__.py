"""Surveying a PostgreSQL database before it is moved: what it is, what of it carries over, and how it is used."""
