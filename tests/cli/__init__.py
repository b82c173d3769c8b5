"""The command line, run as a process of its own on databases that sqlite3 made."""
