"""Values across the border, through a real database and back."""
