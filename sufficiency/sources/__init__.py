"""One module for each public file; every `read_*` returns a checked `Reading`."""
