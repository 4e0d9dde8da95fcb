"""The house rules that a machine can check. Why each is a rule stands in ARCHITECTURE.md."""
