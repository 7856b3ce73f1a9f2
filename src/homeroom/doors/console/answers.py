"""What a page function gives back, and what it may raise instead of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from homeroom.roster.faults import Fault
from homeroom.roster.words import in_a_row

Tone = Literal["ok", "warn", "bad", "held", "run", "idle"]


@dataclass(frozen=True, slots=True)
class Notice:
    """The result of a form: what happened (title), what we did with it and what to do next (text). Takes the focus."""

    tone: Tone
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A template with one declared value, which it reads as `view`. A template whose name begins with an underscore
    (`pages/_live.html`) is a part without the frame.

    `problems`: field name -> sentence, for a form that comes back (with status 422). `headers` are added.
    """

    template: str
    view: object = None
    status: int = 200
    notice: Notice | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Goto:
    """303 to a path of ours, where `notice` is shown once.

    `session`: None leaves the session's cookie as it is, a text sets it, the empty text ends it. `theme` sets that cookie.
    `outside`: the address of a sign-in elsewhere; only then may `to` be another site's.
    """

    to: str
    notice: Notice | None = None
    session: str | None = None
    theme: str | None = None
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """A file. `chunks` are read in a thread, one after another; `name` is what the browser calls it (no person's name in it)."""

    name: str
    kind: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is sent again when it differs: the name of the event, its template, its value. `last`: nothing comes after it."""

    event: str
    template: str
    view: object
    last: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """Server-sent events for htmx-ext-sse. `look` is asked once a second, in a thread; None ends the stream.

    A stream lives some minutes; the browser then asks again, and its rights are looked at anew.
    """

    look: Callable[[], Part | None]


@dataclass(frozen=True, slots=True)
class Again:
    """After the elevated role was taken for a form: the form's values as they were, to be sent with one button.

    `path` and `kept` are what the page that asked for the elevated role was given (see `Kept`).
    """

    path: str
    kept: str


Answer = Shown | Goto | Download | Live | Again


class NotThere(Exception):
    """There is no such thing, or not for this viewer: the 404 page, which is the same for both."""


class Wrong(Fault):
    """What somebody typed cannot be taken: field name -> sentence. The form comes back filled in, with a summary above it."""

    def __init__(self, **problems: str) -> None:
        self.problems = problems
        super().__init__("{fields}", fields=in_a_row(problems, "; "))
