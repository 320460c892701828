"""How the children are carried forward: births, points of entry, ratios, what is known already, and what it is made of."""
