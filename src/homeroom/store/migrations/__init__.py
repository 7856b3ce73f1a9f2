"""Migrations of the two kinds of stores. A migration, once released, is never changed."""
