"""The declaration of a page, and the table that finds one by its path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from homeroom.desk.acts import ACTS

if TYPE_CHECKING:
    from homeroom.doors.console.answers import Answer
    from homeroom.doors.console.asked import Asked

SMALL = 256 * 1024
"""So many bytes a form without files may have."""

_PIECES = {"slug": r"[a-z0-9][a-z0-9-]{0,49}", "int": r"[1-9][0-9]{0,17}", "word": r"[^/]{1,200}"}
_PLACE = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `show` answers GET and HEAD, `post` answers POST; a missing one is 405.

    `path`: with places such as `{slug}` (the district), `{number:int}`, `{name}` (one piece of the path).
    `act`: a word of `homeroom.desk.acts`; None: open to everybody, signed in or not (`/sign-in`, `/once/TOKEN`).
    `post_act`: what a POST asks for, where it is more than looking. `tab`: the tab that is current, by its name in `frame`.
    `limit`: how many bytes a POST may bring; `files`: whether uploads may be among them.
    """

    path: str
    act: str | None
    show: Callable[[Asked], Answer] | None = None
    post: Callable[[Asked], Answer] | None = None
    post_act: str | None = None
    tab: str = ""
    limit: int = SMALL
    files: bool = False
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        assert self.path.startswith("/"), self.path
        for act in (self.act, self.post_act):
            assert act is None or act in ACTS, f"{self.path}: there is no act {act!r}"
        assert self.show or self.post, f"{self.path}: a page without an answer"
        object.__setattr__(self, "pattern", _compiled(self.path))

    @property
    def methods(self) -> tuple[str, ...]:
        """What the page answers."""
        return (*(("GET", "HEAD") if self.show else ()), *(("POST",) if self.post else ()))

    def needs(self, method: str) -> str | None:
        """The act that a method asks for."""
        return self.post_act or self.act if method == "POST" else self.act


def _compiled(path: str) -> re.Pattern[str]:
    out, at = "", 0
    for place in _PLACE.finditer(path):
        name, kind = place[1], place[2] or ("slug" if place[1] == "slug" else "word")
        out += re.escape(path[at : place.start()]) + f"(?P<{name}>{_PIECES[kind]})"
        at = place.end()
    return re.compile(out + re.escape(path[at:]))


class Pages:
    """All pages. A path of fixed words wins over one with places. Raises ValueError where two have the same path."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self.all = tuple(sorted(pages, key=lambda page: (page.path.count("{"), page.path)))
        paths = [re.sub(r"\{.*?\}", "{}", page.path) for page in self.all]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        if twice:
            raise ValueError(f"two pages have the path {', '.join(twice)}")

    def find(self, path: str) -> tuple[Page, Mapping[str, str]] | None:
        """The page of a path and what stands at its places."""
        for page in self.all:
            if found := page.pattern.fullmatch(path):
                return page, found.groupdict()
        return None
