"""Which character stands between the cells: tried on the first records, never asked of a sniffer.

For each candidate the sample is read as a table; the winner is the one whose header splits and whose records agree with each
other most. A tie goes to the comma. The sample respects quotes, so that a comma in a name does not count.
"""

from __future__ import annotations

from collections import Counter

from homeroom.reading.records import Sampled, sample

CANDIDATES = (b",", b"\t", b"|", b";")
SAMPLE_RECORDS = 60


def usual_width(records: list[Sampled]) -> int:
    """The number of cells that most records have (blank lines do not count); the larger one in a tie, 1 for nothing."""
    widths = Counter(len(r.cells) for r in records if any(c.strip() for c in r.cells))
    return max(widths, key=lambda w: (widths[w], w), default=1)


def choose(head: bytes, quotes: bool) -> tuple[bytes, list[Sampled]]:
    """The delimiter of a file's beginning and its first records, read with it."""
    best: tuple[float, bytes, list[Sampled]] | None = None
    for delimiter in CANDIDATES:
        records = list(sample(head, delimiter, quotes, SAMPLE_RECORDS))
        score = _score(records)
        if best is None or score > best[0]:
            best = (score, delimiter, records)
    assert best is not None
    return best[1], best[2]


def _score(records: list[Sampled]) -> float:
    """0 where nothing is split; otherwise how many records agree, and how far the first ones that split are like the rest."""
    filled = [r for r in records if any(c.strip() for c in r.cells)]
    usual = usual_width(records)
    first = max((len(r.cells) for r in filled[:3]), default=1)
    if first < 2:
        return 0.0
    agree = sum(1 for r in filled if len(r.cells) == first) / len(filled)
    most = sum(1 for r in filled if len(r.cells) == usual) / len(filled)
    return first * (0.25 + agree + most / 2)
