"""Where and when: the frame in which everything is counted."""
