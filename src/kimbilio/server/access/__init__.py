"""Who may reach which record, and why. No other way to a record is offered: every query about a person starts here."""
