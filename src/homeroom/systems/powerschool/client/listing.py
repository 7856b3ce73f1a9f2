"""Reading a long list page by page, although rows move between the pages while it is read.

PowerSchool's lists have no cursor. A record that is removed while we read pulls the next page's first row onto a page that we have
read already; one that is added pushes a row onto the next page, where it comes twice. So a list counts as read only when as many
different records came as the server counted before and after; otherwise it is read again, in pages of another size, so that rows
which slipped between two pages now lie inside one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from homeroom.systems.powerschool.client.errors import BrokenAnswer
from homeroom.systems.powerschool.client.shapes import Record

Page = Callable[[int, int], list[Record]]
"""Page number, from 1, and page size -> its records; none past the end."""
MOST_PAGES = 200_000


@dataclass(slots=True)
class Listing:
    """A list to be iterated once: every record comes once, as soon as its page came.

    `page` reads a page of at most `size` records, and `count` the server's own count, or None where it has none: then a list is read
    until a pass brings nothing new. `key` tells records apart. `start` is the page to begin with, for a reader that was cut off: it
    has the pages before. After the last record, `gone` holds keys that were passed on and were not there any more at the end, and
    `page_reached` is the last page of the first pass.
    """

    path: str
    page: Page
    size: int
    count: Callable[[], int | None]
    key: Callable[[Record], str]
    passes: int
    start: int = 1
    gone: frozenset[str] = frozenset()
    page_reached: int = 0
    _seen: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Record]:
        """The records. Raises BrokenAnswer when pages and counts never agree, and whatever reading a page raises."""
        counts = [self.count()]
        before: set[str] = set()
        for number in range(self.passes):
            found: set[str] = set()
            known = len(self._seen)
            for record in self._pass(number):
                key = self.key(record)
                if key not in self._seen:
                    self._seen.add(key)
                    yield record
                found.add(key)
            counts.append(self.count())
            if self._whole(number, found, counts, new=len(self._seen) - known):
                self.gone = frozenset(self._seen - found - (before if None in counts else self._standing(counts)))
                return
            before = found
        raise BrokenAnswer(f"the pages of a list did not agree in {self.passes} passes", path=self.path)

    def _whole(self, number: int, found: set[str], counts: list[int | None], new: int) -> bool:
        """Whether everything was seen: this pass alone brought as many as were counted before and after it, or all passes together did
        while the count stood still; without a count, a further pass brought nothing new."""
        before, after = counts[-2:]
        if before is None or after is None:
            return number > 0 and not new
        if self.start > 1 and number == 0:
            return False  # the pages before are not ours to count: one more pass proves the whole
        return before == after == len(found) or (len(set(counts)) == 1 and len(self._seen) == after)

    def _standing(self, counts: list[int | None]) -> set[str]:
        """What is there although the last pass did not show it: all that was seen, where the count never moved."""
        return self._seen if len(set(counts)) == 1 and len(self._seen) == counts[-1] else set()

    def _pass(self, number: int) -> Iterator[Record]:
        """All pages in order, to the first one without records. A server may give shorter pages than were asked for."""
        size = max(1, self.size - number * (self.size // 7 + 1))
        for page in range(self.start if number == 0 else 1, MOST_PAGES):
            records = self.page(page, size)
            if not records:
                return
            if number == 0:
                self.page_reached = page
            yield from records
        raise BrokenAnswer("a list without an end", path=self.path)
