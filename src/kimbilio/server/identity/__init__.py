"""Who works here: organisations, their desks, members, roles and enrolled devices."""
