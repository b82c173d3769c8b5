"""The texts in which PostgreSQL writes values that have parts: arrays, composites, ranges and hstore."""
