"""What can go wrong, as exceptions that tell the caller what can be done.

    Fault
    ├── Refused    the delivery (or file, or request) cannot be taken; a declared reason says why and what to do
    ├── Misuse     a setting or an argument is wrong: one sentence that says what to do
    └── TryAgain   a passing trouble (a lock, a connection); the same call may succeed later

A fault in a district's rows is no exception but an issue, returned beside the good rows. Anything else that is raised is a
bug and keeps its traceback. Messages hold codes, counts and names of files and columns, never the value of a child's record.

A fault's text is a literal sentence with named places, and what stands in them: `Misuse("There is no source {number}.", number="3")`.
`str(fault)` is that sentence in English, for the command line, programs and logs; `fault.said` keeps sentence and values apart, for who
says it in another language. Where it counts, `ngettext(...)` stands for the literal; a sentence that comes from elsewhere goes along as a
value: `NotSo("{said}", said=wrong.said)`.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from homeroom.roster.codes import anew, code
from homeroom.roster.phrases import PLACES, phrase
from homeroom.roster.words import Listed, Said, Value, plain

if TYPE_CHECKING:
    from homeroom.roster.report import Reason


class Fault(Exception):
    """The root of what Homeroom raises on purpose."""

    said: Said
    """The sentence, and what stands in its places."""

    def __init__(self, text: str | Said = "", /, **values: Value) -> None:
        self.said = text if isinstance(text, Said) else Said(text, values)
        super().__init__(plain(self.said))


class Refused(Fault):
    """The delivery cannot be taken. `reason` is a declared code of kind reason; `values` fill its message.

    `detail` is what an engineer wants to know besides (an address, a status): it stands beside the sentence, never in it.
    """

    detail: str | None = None

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = reason
        self.values = values
        self.message = code(reason).say(**{name: _in_english(value) for name, value in values.items()})
        """The sentence for a person."""
        super().__init__("{message}", message=self.message)
        self.said = Said(code(reason).message, _as_written(reason, values))

    @classmethod
    def of(cls, fault: Reason) -> Refused:
        """The refusal for a reason that was found, and put into words, before."""
        made = cls(fault.code)
        made.message, made.said, made.detail = fault.message, anew(fault.code, fault.message), fault.detail
        made.args = (fault.message,)
        return made

    def beside(self, detail: str) -> Refused:
        """The same refusal with what an engineer wants to know besides."""
        self.detail = detail
        return self

    @property
    def remedy(self) -> str:
        """What the person can do."""
        return code(self.reason).remedy

    @property
    def in_full(self) -> Said:
        """The sentence, and what the person can do, one after the other."""
        return Said("{message} {remedy}", {"message": self.said, "remedy": Said(self.remedy)})


class Misuse(Fault):
    """A setting, an argument or a name is wrong. The text is one sentence that says what to do, wherever it is read.

    `command` is what does it, or shows more, on the command line: only there is it told.
    """

    def __init__(self, text: str | Said, /, command: str | None = None, **values: Value) -> None:
        self.command = command
        super().__init__(text, **values)


class TryAgain(Fault):
    """Something passing is in the way; the same call may succeed later."""


def _as_written(reason: str, values: dict[str, object]) -> dict[str, Value]:
    """What stands in the places of a code's sentence; a place without a value stays readable as `?`."""
    places = [name for _, name, _, _ in string.Formatter().parse(code(reason).message) if name]
    found = {name: values.get(name) for name in places}
    return {n: v if isinstance(v, Said | Listed) else "?" if v is None else _phrased(n, str(v)) for n, v in found.items()}


def _phrased(place: str, text: str) -> Value:
    return (phrase(text) if place in PLACES else None) or text


def _in_english(value: object) -> object:
    return plain(Said("{value}", {"value": value})) if isinstance(value, Said | Listed) else value
