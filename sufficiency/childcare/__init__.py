"""Childcare in a run: what is wanted, what is on offer, how the two stand to each other, and what members must be told."""
