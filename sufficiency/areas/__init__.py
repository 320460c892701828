"""Planning areas and the small areas they draw on."""
