"""Recorded queries, run on both sides: what a file of statements says, and whether the answers are the same."""
