"""One process that runs the doors and the workers."""
