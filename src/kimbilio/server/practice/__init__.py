"""Practice: invented people to screen, and what a good officer would have noticed. Nothing here becomes a case."""
