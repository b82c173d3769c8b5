"""SQL as values: immutable nodes, the builders that derive them, and the compiler to text. Pure."""
