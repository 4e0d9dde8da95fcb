"""Kimbilio: casework software for protecting people on the move."""
