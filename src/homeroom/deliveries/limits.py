"""How much may come in at once, by whichever road it comes: what a district pushes, what a program sends and what is fetched."""

from __future__ import annotations

GIGABYTE = 1 << 30
FILE_BYTES = 10 * GIGABYTE
"""One file."""
SET_BYTES = 20 * GIGABYTE
"""All files of one set."""
SPARE_BYTES = GIGABYTE // 4
"""So much of the disk stays free: below it nothing is begun."""
