"""A SCAP return as people hand it on: its headings, files, methodology statement and the result of its checks."""
