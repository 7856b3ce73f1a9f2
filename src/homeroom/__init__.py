"""Homeroom: the open, self-hosted rostering hub."""
