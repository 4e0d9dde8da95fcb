"""Persons, their cases, consents and search codes, as one organisation knows them."""
