"""One plan for many futures: what is short in each, which plan bears them best, and what may wait until a figure is seen."""
