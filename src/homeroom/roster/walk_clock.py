"""How long each step of a walk took: measured while it goes on, on a clock that only this process has."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of a walk, by the word that the walk says: when it began, and how many seconds it took. The same word may come again."""

    step: str
    began: datetime
    seconds: float


@dataclass(slots=True)
class WalkClock:
    """Hears the steps of one walk. A step lasts until the next one begins; the last one until it is asked."""

    began: float = field(default_factory=time.monotonic)
    _heard: list[tuple[str, datetime, float]] = field(default_factory=list)

    def hear(self, step: str) -> bool:
        """A step begins, and the answer is True; one that says where it stands under the same word goes on."""
        if self._heard and self._heard[-1][0] == step:
            return False
        self._heard.append((str(step), datetime.now(UTC), time.monotonic()))
        return True

    def seconds(self) -> float:
        """Since the walk began."""
        return round(time.monotonic() - self.began, 3)

    def steps(self) -> tuple[StepReport, ...]:
        """The steps up to now."""
        ends = [at for _, _, at in [*self._heard, ("", datetime.now(UTC), time.monotonic())][1:]]
        return tuple(StepReport(s, at, round(end - t, 3)) for (s, at, t), end in zip(self._heard, ends, strict=True))


class Position(str):
    """The word of a step that knows how far it is: `done` of `of` rows. To whom that is all one, it is the word."""

    __slots__ = ("done", "of")
    done: int
    of: int

    @staticmethod
    def at(step: str, done: int, of: int) -> Position:
        """Say that a step has done so many rows of so many."""
        made = Position(step)
        made.done, made.of = done, of
        return made
