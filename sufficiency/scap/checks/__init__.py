"""The checks of a SCAP return: one module for each thing they look at, all gathered in `every`."""
