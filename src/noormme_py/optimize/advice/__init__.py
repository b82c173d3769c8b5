"""Indexes that are worth having, and those that can go, each with its proof."""
