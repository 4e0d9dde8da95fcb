"""Everything the desk is drawn with: base page, components, tokens, panel registry, catalogue of words.

Knows how a page looks and which rooms asked for a place on it. Knows nothing of persons, cases or rights: it
draws what a higher room hands it and reads no table.
"""
