"""The one book: acts, append-only, in the field's words. The timeline of a case is a view of it."""
