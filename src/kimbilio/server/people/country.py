"""The pack and its words, handed up from the room `country` to the rooms above people."""

from kimbilio.server.country.selectors import answer_word, pack_for, pack_of, word

__all__ = ["answer_word", "pack_for", "pack_of", "word"]
