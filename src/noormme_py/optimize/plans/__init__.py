"""How statements are carried out, and what the planner knows."""
