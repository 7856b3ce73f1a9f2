"""The door for notices: another system says that records changed, at an address that only it was told."""
