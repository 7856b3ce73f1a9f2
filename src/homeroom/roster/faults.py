"""What can go wrong, as exceptions that tell the caller what can be done.

    Fault
    ├── Refused    the delivery (or file, or request) cannot be taken; a declared reason says why and what to do
    ├── Misuse     a setting or an argument is wrong: one sentence that says what to do
    └── TryAgain   a passing trouble (a lock, a connection); the same call may succeed later

A fault in a district's rows is no exception but an issue, returned beside the good rows. Anything else that is raised is a
bug and keeps its traceback. Messages hold codes, counts and names of files and columns, never the value of a child's record.
"""

from __future__ import annotations

from homeroom.roster.codes import code
from homeroom.roster.report import Reason


class Fault(Exception):
    """The root of what Homeroom raises on purpose."""


class Refused(Fault):
    """The delivery cannot be taken. `reason` is a declared code of kind reason; `values` fill its message.

    `detail` is what an engineer wants to know besides (an address, a status): it stands beside the sentence, never in it.
    """

    detail: str | None = None

    def __init__(self, reason: str, **values: object) -> None:
        self.reason = reason
        self.values = values
        self.message = code(reason).say(**values)
        """The sentence for a person."""
        super().__init__(self.message)

    @classmethod
    def of(cls, fault: Reason) -> Refused:
        """The refusal for a reason that was found, and put into words, before."""
        made = cls(fault.code)
        made.message, made.detail = fault.message, fault.detail
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


class Misuse(Fault):
    """A setting, an argument or a name is wrong. The text is one sentence that says what to do, wherever it is read.

    `command` is what does it, or shows more, on the command line: only there is it told.
    """

    def __init__(self, text: str, command: str | None = None) -> None:
        self.command = command
        super().__init__(text)


class TryAgain(Fault):
    """Something passing is in the way; the same call may succeed later."""
