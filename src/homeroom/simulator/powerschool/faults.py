"""Faults on demand: what real servers do wrong, each at its turn. `expire:N 429:N 500:N 503:N html:N emptybody:N truncate:N slow:S
maxpage:N nocount shift dupe v1closed`, and beside the contract `throttle:MS down drop:N overmax contactsclosed chance:SEED`.

With `:N` every N-th call is struck, counted from when the fault was set. 429, 500, 503 and `drop` strike before anything is done;
`html`, `emptybody` and `truncate` after it: what was asked for has happened, and the caller cannot know. `shift` and `dupe` strike
every second further page of a list (`:N` every N-th), so that who asks again may get the right one: a page begins one row too late,
as if a row before it had been deleted meanwhile, or one row too early, as if one had been added; with both set they take turns. With
`chance:SEED` what would strike every N-th time strikes by chance, one time in N on average: the same seed, the same chances.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from homeroom.roster.faults import Misuse

EVERY = ("429", "500", "503", "html", "emptybody", "truncate", "drop")
NUMBERED = (*EVERY, "expire", "maxpage", "throttle", "chance")
FLAGS = ("nocount", "v1closed", "contactsclosed", "down", "overmax")
PAGES = ("shift", "dupe")
BEFORE = ("drop", "429", "500", "503")
AFTER = ("html", "emptybody", "truncate")
WORDS = (*NUMBERED, "slow", *FLAGS, *PAGES)


@dataclass(slots=True)
class Faults:
    """The faults that are set, and how often each was passed by."""

    set: dict[str, float] = field(default_factory=dict)
    calls: int = 0
    turned: int = 0
    slipped: int = 0

    @property
    def words(self) -> list[str]:
        """The faults as they would be written."""
        return [name if value == 0 else f"{name}:{value:g}" for name, value in self.set.items()]

    def has(self, name: str) -> bool:
        """Whether a fault is set."""
        return name in self.set

    def number(self, name: str) -> int:
        """The N of a fault, 0 where it is not set."""
        return int(self.set.get(name, 0))

    def due(self, names: Iterable[str]) -> str | None:
        """The first of these faults whose turn this call is."""
        return next((n for n in names if n in self.set and self._turn(n, self.calls, int(self.set[n]))), None)

    def slip(self) -> int:
        """By how many rows a further page of a list is off: 1 too late, -1 too early, mostly 0."""
        names = [n for n in PAGES if n in self.set]
        if not names:
            return 0
        self.turned += 1
        name = names[self.slipped % len(names)]
        if not self._turn(name, self.turned, int(self.set[name]) or 2):
            return 0
        self.slipped += 1
        return 1 if name == "shift" else -1

    def _turn(self, name: str, count: int, often: int) -> bool:
        """Whether a fault strikes at a count: every so often, or by chance."""
        if "chance" in self.set:
            return Random(f"{self.set['chance']:g} {name} {count}").random() * often < 1  # noqa: S311 - nothing secret
        return count % often == 0


def read(words: Iterable[str]) -> dict[str, float]:
    """Faults from words like `429:7`. Raises Misuse for one that does not exist or lacks its number."""
    found: dict[str, float] = {}
    for word in words:
        name, colon, number = word.strip().lower().partition(":")
        if name not in WORDS:
            raise Misuse(f"There is no fault called {name}; there are {', '.join(WORDS)}.")
        if colon and name in FLAGS:
            raise Misuse(f"The fault {name} takes no number.")
        if (name in NUMBERED or name == "slow") != bool(colon) and name not in PAGES:
            raise Misuse(
                f"Write the fault {name} with a number: {name}:3." if not colon else f"The fault {name} takes no number."
            )
        try:
            value = float(number) if colon else 0.0
        except ValueError:
            raise Misuse(f"{number} is no number: write {name}:3.") from None
        if value < 0 or (name in NUMBERED and (value < 1 or value != int(value))):
            raise Misuse(
                f"The number of {name} must be a whole number from 1." if name in NUMBERED else f"{name} cannot be negative."
            )
        found[name] = value
    return found
