"""The resources of `/ws/v1`, one module each."""
