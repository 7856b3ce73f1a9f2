"""What a page function gets: who asks, for what, with which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from homeroom.desk.letters import Say, in_english
from homeroom.desk.viewer import Viewer
from homeroom.doors.console.answers import NotThere
from homeroom.doors.console.page import Page
from homeroom.doors.receiving import Upload
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

Values = Mapping[str, tuple[str, ...]]


def whole(text: str) -> int | None:
    """The number that a text of one to nine digits means; None for any other text, superscripts and Arabic digits too."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, after sign-in, rights and forgery were looked at."""

    house: House
    jobs: Jobs | None
    page: Page
    method: str
    address: str
    """The path that was asked for, without its query."""
    path: Mapping[str, str]
    query: Values
    now: datetime
    who: Viewer | None
    csrf: str
    session: str = ""
    """The text of the session's cookie, for the page that ends it."""
    peer: str = ""
    """The network address that asks, for limits on tries."""
    agent: str = ""
    """What the browser says that it is, for the list of sessions."""
    language: str | None = None
    """The language in which the answer is read, where the browser wished for any."""
    say: Say = in_english
    """Says a letter in the language of whoever gets it."""
    secure: bool = False
    part: bool = False
    """Whether htmx asks for a part of the page (it still gets the whole, unless the page answers with a part)."""
    values: Values = field(default_factory=dict)
    uploads: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)
    kept: str = ""
    """Values of a form that waits for the elevated role, in the page that asks for it."""

    @property
    def viewer(self) -> Viewer:
        """Who asks. On a page that is open to everybody there may be nobody: then it is a mistake of ours to ask."""
        assert self.who is not None, "an open page asked for a viewer; look at `who`"
        return self.who

    @property
    def slug(self) -> str:
        """The district of the path."""
        return self.path["slug"]

    def number(self, name: str) -> int:
        """A number of the path, such as that of the import. Raises NotThere for what is none."""
        text = self.path[name]
        if not text.isascii() or not text.isdigit():
            raise NotThere
        return int(text)

    def asked_for(self, name: str, default: str = "") -> str:
        """A value of the query; of several the last."""
        return self.query.get(name, (default,))[-1]

    def form(self, name: str, default: str = "") -> str:
        """A value of the form, without spaces around it; of several the last."""
        return self.values.get(name, (default,))[-1].strip()

    def whole(self, name: str, default: int) -> int:
        """A whole number of the form; what is none is the default."""
        found = whole(self.form(name))
        return default if found is None else found

    def forms(self, name: str) -> tuple[str, ...]:
        """All values of that name, as they were typed."""
        return self.values.get(name, ())

    def files(self, name: str) -> tuple[Upload, ...]:
        """The files of that field; an empty field gives none."""
        return self.uploads.get(name, ())

    def at(self, default: int = 1) -> int:
        """The page of a list, from the query (`page`); what is no number is the first."""
        return whole(self.asked_for("page")) or default
