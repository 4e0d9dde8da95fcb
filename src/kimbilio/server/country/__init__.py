"""The country pack that an organisation works with: its words, and its law as a person reads it. Knows no person."""
