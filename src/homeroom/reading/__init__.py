"""Bytes to text tables: archives, encodings, dialects, the header doctor."""
