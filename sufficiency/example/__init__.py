"""The invented council: a county that nobody has seen, published as a real one is."""
