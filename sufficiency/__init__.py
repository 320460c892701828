"""How many children, how many places, what to build."""
