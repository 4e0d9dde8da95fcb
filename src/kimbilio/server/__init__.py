"""The Django project of Kimbilio: rooms of the field, each calling only rooms below it."""
