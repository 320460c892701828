"""The schools that are planned for, and the places they have now and later."""
