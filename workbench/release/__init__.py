"""What may leave the house, worked out for all tables of a release at once."""
