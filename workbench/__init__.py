"""The desk at which a planner sits: command line, views, disclosure control."""
