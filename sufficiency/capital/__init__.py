"""What to build, where, when and with whose money."""
