"""How a message leaves: one module a channel, each with `send`, which returns what became of it as a code."""
