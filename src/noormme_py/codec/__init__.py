"""Values across the border: Python to SQLite's storage classes and back, and rows into shapes. Pure."""
