"""Homeroom: the open, self-hosted rostering hub."""

__version__ = "0.1.0"
