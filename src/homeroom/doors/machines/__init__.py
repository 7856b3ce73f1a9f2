"""The door for machines: whether this process lives, whether it can work, and what it counted."""
