"""Many futures at once: worlds that differ, what lies between them, and a fixed plan held to each."""
