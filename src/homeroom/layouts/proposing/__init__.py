"""Proposals for files that no layout knows: likely table, likely mapping, and the reasons. Nothing is imported by them."""
