"""What a submission means: one handler per kind of form."""
