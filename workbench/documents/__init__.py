"""Documents for committees and parents: one model, written as a web page, as Word and as tagged PDF."""
