"""The demo: an invented country's desks on one machine, and a guided first minute.

Never part of a real installation.
"""
