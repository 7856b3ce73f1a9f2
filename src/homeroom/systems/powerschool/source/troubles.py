"""What the client meets, as reasons that an import fails for: each says what is missing and what to do in PowerSchool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from homeroom.roster.faults import Refused
from homeroom.systems.powerschool.client import (
    AccessClosed,
    BrokenAnswer,
    FieldsRefused,
    NotFound,
    PowerSchoolError,
    Rejected,
    SignInRefused,
    Unreachable,
    Untrusted,
)
from homeroom.systems.powerschool.client.errors import Field

CLOSED = (NotFound, FieldsRefused, AccessClosed, Rejected)
"""What closes a road, or a part of it, for good; other troubles may pass."""
MOST_NAMED = 40
"""How many missing fields a message names."""


@contextmanager
def told(host: str) -> Iterator[None]:
    """Turn the client's errors into declared reasons. Whatever goes wrong ends the fetch: no fault of a server is ever a removal."""
    try:
        yield
    except PowerSchoolError as trouble:
        raise reason(trouble, host) from trouble


def reason(trouble: PowerSchoolError, host: str) -> Refused:
    """The declared reason of one error; addresses and statuses stand beside its sentence."""
    return _declared(trouble, host).beside(str(trouble))


def _declared(trouble: PowerSchoolError, host: str) -> Refused:
    match trouble:
        case SignInRefused():
            return Refused("credentials", what=f"{host} does not take the client id and secret, or its plug-in is disabled")
        case AccessClosed():
            return Refused("access_closed", what=trouble.what)
        case FieldsRefused():
            return Refused("fields_missing", count=len(trouble.fields), fields=lines(trouble.fields))
        case Rejected(status=405) | NotFound() if trouble.path.startswith("/ws/schema/table"):
            return Refused("table_closed", what=f"the table {trouble.path.rpartition('/')[2]}")
        case Rejected() | NotFound() if trouble.path.startswith("/ws/v1/event_subscription"):
            return Refused("events_closed", what=trouble.what)
        case Rejected(status=403 | 405) | NotFound() if trouble.path.startswith("/ws/v1/"):
            return Refused("access_closed", what=trouble.what)
        case Rejected(status=403 | 405) if trouble.path.startswith("/ws/schema/query/"):
            return Refused("query_closed", what=trouble.path.removesuffix("/count").rpartition("/")[2])
        case NotFound():
            return Refused("query_missing", what=trouble.path.rpartition("/")[2] or trouble.path)
        case Untrusted():
            return Refused("certificate_untrusted", host=host)
        case Unreachable():
            return Refused("connection", what=f"{host}: {trouble.what}")
        case BrokenAnswer():
            return Refused("answer_broken", what=trouble.what)
        case Rejected():
            return Refused("call_refused", what=trouble.what)
        case _:
            return Refused("connection", what=f"{host}: {trouble.what}")


def each(fields: tuple[Field, ...]) -> list[str]:
    """Fields as the access request of a plug-in names them, for whoever mends it."""
    parts = (f.name.partition(".") for f in fields)
    return [f'<field table="{table.upper()}" field="{column.upper()}" access="ViewOnly"/>' for table, _, column in parts]


def lines(fields: tuple[Field, ...], most: int = MOST_NAMED) -> str:
    """Fields as the access request of a plug-in names them, in one line; `most` of them by name."""
    named = each(fields)
    return " ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")
