"""Template tags of the desk; loaded by name with `{% load ui %}`."""
