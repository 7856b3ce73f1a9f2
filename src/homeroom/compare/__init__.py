"""Last night against tonight: fingerprints, the plan, limits and holds."""
