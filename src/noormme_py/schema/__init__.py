"""The discovered schema as frozen values. Nothing here reads a database."""
