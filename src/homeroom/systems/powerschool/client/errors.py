"""What can go wrong between a client and a PowerSchool server.

    PowerSchoolError
    ├── Unreachable          no connection, no answer in time, maintenance, 5xx; the same call may succeed later
    │   ├── TooManyRequests  429 for longer than our patience
    │   └── Untrusted        its certificate is not to be trusted; nothing was sent
    ├── BrokenAnswer         half an answer, HTML under a 200, pages that do not agree, for longer than our patience
    ├── SignInRefused        client id or secret are wrong, or the plug-in is disabled
    ├── AccessClosed         the plug-in has no access level for /ws/v1 (PowerSchool 25.2 and newer)
    ├── FieldsRefused        fields that the plug-in did not ask for, or that the district did not grant
    ├── NotFound             no such record, table or query
    ├── Rejected             the server understood and said no: a bad filter, a bad argument
    └── UnknownOutcome       a write whose answer was lost; read back before writing again

Texts hold statuses, paths without their query and names of fields; never an answer's content, which may be a child's record. What the
server said stands in `said`, for a person who sets a connection up.
"""

from __future__ import annotations

from dataclasses import dataclass


class PowerSchoolError(Exception):
    """The root. `what` went wrong, in words; `path` is the path that was asked, without host and query; `status` the HTTP status, if one came."""

    def __init__(self, what: str, *, path: str = "", status: int | None = None, said: str = "") -> None:
        self.what = what
        self.path = path
        self.status = status
        self.said = said
        """The server's own words, shortened to 300 characters; they may quote what was sent to it."""
        where = f" ({path}{f', status {status}' if status else ''})" if path else ""
        super().__init__(f"{what}{where}")


class Unreachable(PowerSchoolError):
    """The server cannot be reached, or says itself that it cannot answer now."""


class TooManyRequests(Unreachable):
    """The server asked us to slow down for longer than we were ready to wait. `wait`: the seconds that it named, if it did."""

    wait: float | None = None


class Untrusted(Unreachable):
    """The server shows a certificate that has expired, is for another name, or comes from nobody who is trusted. Nothing was sent."""


class BrokenAnswer(PowerSchoolError):
    """What came is not an answer: cut off, HTML, or pages that contradict each other."""


class SignInRefused(PowerSchoolError):
    """Client id and secret are not, or no longer, those of an enabled plug-in."""


class AccessClosed(PowerSchoolError):
    """The plug-in has no access level for `/ws/v1`: `accessLevelV1Api` is READ or FULL on its Data Provider Configuration page."""


@dataclass(frozen=True, slots=True, order=True)
class Field:
    """A field that was refused, in small letters: `table.column`; `code` is the server's word for why."""

    name: str
    code: str = ""


class FieldsRefused(PowerSchoolError):
    """The plug-in's access request does not name these fields, or the district did not grant them."""

    def __init__(self, fields: tuple[Field, ...], *, path: str, said: str = "") -> None:
        self.fields = fields
        named = ", ".join(f.name for f in fields) or "fields that the server did not name"
        super().__init__(f"no access to {named}", path=path, status=403, said=said)


class NotFound(PowerSchoolError):
    """There is no such record, table or query; a query is also not found while its plug-in is disabled."""


class Rejected(PowerSchoolError):
    """The server understood the call and refused it."""


class UnknownOutcome(PowerSchoolError):
    """A write was sent and its answer was lost: it may have been done. Read back before writing again."""
