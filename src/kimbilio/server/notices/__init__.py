"""Telling a member that something waits, and nothing else: by e-mail, by web push, by text message."""
