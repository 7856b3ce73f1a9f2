"""A made-up district, the same each time, written in the dialects that real systems write."""
