"""Advice on indexes, held against what a database administrator would do, on workloads of different kinds."""
