"""A database's schema as a Python module: what is in it (plan), its text (render), and how it differs (drift)."""
