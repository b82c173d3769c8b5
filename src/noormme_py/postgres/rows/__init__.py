"""Rows on both sides as texts, and whether they are the same."""
