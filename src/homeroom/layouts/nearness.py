"""How alike two words are: for header words that were typed by hand and for names in a layout that were misspelt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from homeroom.roster.words import Said, _, in_a_row

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@lru_cache(maxsize=1 << 14)  # every set of layouts is tried on every header, night after night: the same words again and again
def cleaned(word: str) -> str:
    """A word as letters and digits only, in one case: `Sourced_ID`, `sourced id` and `sourcedId` become the same."""
    return "".join(c for c in word.translate(_INVISIBLE).casefold() if c.isalnum())


def distance(left: str, right: str, limit: int = 2) -> int:
    """How many letters must be typed, dropped, changed or swapped with their neighbour to make one word the other.

    Stops counting beyond `limit` and then returns `limit` + 1. (Optimal string alignment: a swap of neighbours counts one.)
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit and min(before) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def tolerance(word: str) -> int:
    """How many slips a word of this length may carry and still be taken for it: none under 4 letters, one under 8, else 2."""
    return 0 if len(word) < 4 else 1 if len(word) < 8 else 2


@lru_cache(maxsize=1 << 16)
def near(left: str, right: str) -> bool:
    """Whether two cleaned words differ by no more slips than the shorter one tolerates (and at least one)."""
    allowed = min(tolerance(left), tolerance(right))
    if abs(len(left) - len(right)) > allowed or len(set(left) - set(right)) > allowed:
        return False  # a slip brings in one strange letter at most; nearly all pairs of words end here
    return 0 < distance(left, right, allowed) <= allowed


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, or None where none or several come equally near."""
    target = cleaned(word)
    ranked = sorted((distance(target, cleaned(k), 3), k) for k in known)
    if not ranked or ranked[0][0] > max(1, tolerance(target)):
        return None
    if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
        return None
    return ranked[0][1]


def did_you_mean(word: str, known: Iterable[str]) -> Said:
    """A remedy: the word that was probably meant, else the words there are."""
    names = sorted(known)
    meant = suggestion(word, names)
    return _("Did you mean {word}?", word=meant) if meant else _("Known are: {names}.", names=in_a_row(names))
