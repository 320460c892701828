"""Children of new homes: when they come, where they go, and what to ask a developer for."""
