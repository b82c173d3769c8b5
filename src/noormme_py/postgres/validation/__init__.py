"""Both sides compared, at any time after the move."""
