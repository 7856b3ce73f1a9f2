"""Last night against tonight: what differs, what would change, and whether that is suspiciously much."""
