"""How far out this would have been at past Januaries."""
