"""Reading a long list page by page, although rows move between the pages while it is read.

PowerSchool's lists have no cursor. A record that is removed while we read pulls the next page's first row onto a page that we have
read already; one that is added pushes a row onto the next page, where it comes twice. So a list counts as read only when one whole
pass over its pages brought exactly as many different records as the server counted before and after it; otherwise it is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from homeroom.systems.powerschool.client.errors import BrokenAnswer
from homeroom.systems.powerschool.client.shapes import Record

Page = Callable[[int], list[Record]]
"""Page number, from 1 -> its records; none past the end."""
MOST_PAGES = 200_000


@dataclass(slots=True)
class Listing:
    """A list to be iterated once: every record comes once, as soon as its page came.

    `page` reads a page and `count` the server's own count, or None where it has none: then a list is read twice, until two passes
    agree. `key` tells records apart. `start` is the page to begin with, for a reader that was cut off: it has the pages before.
    After the last record, `gone` holds keys that were passed on and are not there any more, and `page_reached` the last page.
    """

    path: str
    page: Page
    count: Callable[[], int | None]
    key: Callable[[Record], str]
    passes: int
    start: int = 1
    gone: frozenset[str] = frozenset()
    page_reached: int = 0
    _seen: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Record]:
        """The records. Raises BrokenAnswer when the pages never agree, and whatever reading a page raises."""
        before, last = self.count(), None
        for number in range(self.passes):
            found: set[str] = set()
            doubled = 0
            for record in self._pass(self.start if number == 0 else 1):
                key = self.key(record)
                doubled += key in found
                found.add(key)
                if key not in self._seen:
                    self._seen.add(key)
                    yield record
            after = self.count()
            whole = self.start == 1 or number > 0
            if self._agrees(found, before, after, doubled, last) or (not whole and after == before and not doubled):
                self.gone = frozenset(self._seen - found) if whole else frozenset()
                return
            before, last = after, found
        raise BrokenAnswer(f"the pages of a list did not agree in {self.passes} passes", path=self.path)

    def _agrees(self, found: set[str], before: int | None, after: int | None, doubled: int, last: set[str] | None) -> bool:
        if before is None or after is None:
            return last == found
        return before == after == len(found) and not doubled

    def _pass(self, start: int) -> Iterator[Record]:
        """All pages in order, to the first one without records. A server may give shorter pages than were asked for."""
        for number in range(start, MOST_PAGES):
            records = self.page(number)
            if not records:
                return
            self.page_reached = max(self.page_reached, number)
            yield from records
        raise BrokenAnswer("a list without an end", path=self.path)
