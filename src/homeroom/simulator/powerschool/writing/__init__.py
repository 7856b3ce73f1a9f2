"""Writing students through `/ws/v1/student`: the rules of each field, and what is written."""
