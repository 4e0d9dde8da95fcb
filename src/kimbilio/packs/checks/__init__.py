"""The checks of a pack, one topic a module; each is a function `Contents -> faults`. `checker` runs them."""
