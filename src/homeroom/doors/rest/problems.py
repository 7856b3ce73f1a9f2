"""What an application is told when it cannot be served, in the words of each version.

    Problem
    ├── BadFilter      400 invalid_filter_field
    ├── BadFields      400 invalid_selection_field
    ├── BadValue       400 invaliddata
    ├── NotKnown       401 unauthorisedrequest
    ├── NotAllowed     403 forbidden
    ├── NotThere       404 unknownobject
    └── TooMany        429 server_busy, with Retry-After

1.2 answers one status object, 1.1 a `statusInfoSet`; both say the same in other words. Descriptions are for a developer:
they name parameters and fields, never a value of a record.
"""

from __future__ import annotations

import json
from typing import ClassVar


class Problem(Exception):
    """A request that is answered with an error. The text is the description."""

    status: ClassVar[int] = 500
    minor: ClassVar[str] = "internal_server_error"
    minor_11: ClassVar[str] = "internal_server_error"
    headers: tuple[tuple[str, str], ...] = ()


class BadFilter(Problem):
    """The filter cannot be read, or names an unknown field."""

    status, minor, minor_11 = 400, "invalid_filter_field", "invalid_filter_field"


class BadFields(Problem):
    """The `fields` parameter is blank, or names what these records do not have."""

    status, minor, minor_11 = 400, "invalid_selection_field", "invalid_blank_selection_field"


class BadValue(Problem):
    """A parameter has a value that it cannot have."""

    status, minor, minor_11 = 400, "invaliddata", "invalid data"


class NotKnown(Problem):
    """No token, or none that is valid now."""

    status, minor, minor_11 = 401, "unauthorisedrequest", "unauthorized"
    headers = (("WWW-Authenticate", 'Bearer realm="OneRoster"'),)


class NotAllowed(Problem):
    """The token is good, but not for this."""

    status, minor, minor_11 = 403, "forbidden", "forbidden"


class NotThere(Problem):
    """No such path or record."""

    status, minor, minor_11 = 404, "unknownobject", "unknown object"


class WrongMethod(Problem):
    """The services are read only."""

    status, minor, minor_11 = 405, "forbidden", "forbidden"
    headers = (("Allow", "GET, HEAD"),)


class TooMany(Problem):
    """Too many requests in a short time."""

    status, minor, minor_11 = 429, "server_busy", "server_busy"

    def __init__(self, text: str, wait: int) -> None:
        """`wait`: seconds until it is worth trying again."""
        super().__init__(text)
        self.headers = (("Retry-After", str(wait)),)


class Busy(Problem):
    """The store is busy for a moment."""

    status, minor, minor_11 = 503, "server_busy", "server_busy"
    headers = (("Retry-After", "2"),)


class Broken(Problem):
    """A bug of ours. The log has the request's id and the traceback; the answer has only the id."""


def body(problem: Problem, version: str) -> bytes:
    """The body of an error answer in a version."""
    if version == "1.1":
        info = {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_codeMinor": problem.minor_11,
            "imsx_description": str(problem),
        }
        return json.dumps({"statusInfoSet": [info]}).encode()
    value = {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": problem.minor}
    return json.dumps(
        {
            "imsx_codeMajor": "failure",
            "imsx_severity": "error",
            "imsx_description": str(problem),
            "imsx_CodeMinor": {"imsx_codeMinorField": [value]},
        }
    ).encode()
