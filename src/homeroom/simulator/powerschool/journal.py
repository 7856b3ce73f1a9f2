"""What was called: for those who test a client. Paths and sizes; no bodies, so that a long run stays small."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One call and how it was answered; `fault` is the one that struck it."""

    number: int
    method: str
    path: str
    query: str
    status: int
    fault: str | None
    seconds: float
    size: int


@dataclass(slots=True)
class Journal:
    """The last calls, and how many there were in all."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=KEPT))
    total: int = 0

    def note(self, method: str, path: str, query: str, status: int, fault: str | None, seconds: float, size: int) -> None:
        """One more call."""
        self.total += 1
        self.entries.append(Entry(self.total, method, path, query, status, fault, round(seconds, 6), size))

    def told(self, after: int = 0) -> dict[str, Any]:
        """The calls with a number above `after`, and the number of all."""
        return {"total": self.total, "calls": [asdict(e) for e in self.entries if e.number > after]}

    def clear(self) -> None:
        """Forget the calls; numbers go on."""
        self.entries.clear()
