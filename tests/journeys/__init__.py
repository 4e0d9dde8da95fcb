"""Journeys: people at work in a real browser, against the demo as a newcomer starts it."""
