"""What if: a run with its own folder, and (as they come) scenarios laid over it."""
