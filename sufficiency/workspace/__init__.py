"""A council's folder of files: read, joined and held against one another; and an empty one to begin with."""
