"""What a program is told when it does not get what it asked for: `application/problem+json` (RFC 9457), with a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from homeroom.desk.deciding import NotSo, Overtaken
from homeroom.desk.rights import Closed, Hidden, NeedsElevation, NotAllowed
from homeroom.layouts.faults import LayoutFaults
from homeroom.roster.faults import Misuse, Refused, TryAgain
from homeroom.roster.report import Reason

MEDIA = "application/problem+json"
KINDS = {
    "not-signed-in": (401, "No token, or none that is good now."),
    "closed": (403, "The district has not turned support access on."),
    "needs-elevation": (
        403,
        "The token was not made with the elevated role that this asks for; `kind` and `district` say which.",
    ),
    "not-found": (404, "There is nothing here, or nothing that this token may know of: byte for byte the same answer."),
    "wrong-method": (405, "The address answers other methods."),
    "stale": (409, "Somebody else saved in between."),
    "too-large": (413, "The body is larger than the address takes."),
    "misuse": (422, "What was asked cannot be; `errors` names every wrong value of the request."),
    "layout-faults": (422, "The layouts have mistakes; `errors` names each with its line."),
    "too-many": (429, "Too many calls; wait as `Retry-After` says."),
    "broken": (500, "A mistake of ours, under a number that the log has."),
    "later": (503, "The same call may succeed later; `Retry-After` says when."),
}
"""Every kind of problem: status and meaning. Besides these there are the reasons of the import report (422), each with its remedy."""
Pairs = tuple[tuple[str, Any], ...]
MOST_BODY = 2 << 20
"""Bytes of a body that is no form with files. A whole layout set of one megabyte fits in, escaped."""


class Problem(Exception):
    """An answer that is none. `more` are further members."""

    def __init__(self, status: int, code: str, detail: str, more: Pairs = (), headers: Pairs = ()) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more, self.headers = status, code, detail, more, headers

    def body(self) -> dict[str, Any]:
        """The members."""
        return {
            "type": f"/docs#problem-{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **dict(self.more),
        }

    def response(self) -> Response:
        """The answer."""
        return Response(json.dumps(self.body()), self.status, dict(self.headers), MEDIA)


NOT_FOUND = Problem(
    404, "not-found", "There is nothing here, or nothing that this token may know of. Look at /docs for the addresses."
)
NOT_SIGNED_IN = Problem(
    401,
    "not-signed-in",
    "Send the header `Authorization: Bearer hr_...` with a personal access token that is good now. Make one in the console, under Account.",
    headers=(("WWW-Authenticate", 'Bearer realm="Homeroom"'),),
)
WRONG_METHOD = Problem(405, "wrong-method", "This address answers other methods; look at /docs.")


def stale(what: str) -> Problem:
    """Somebody else saved in between."""
    return Problem(409, "stale", what)


def too_many(seconds: int) -> Problem:
    """Slow down."""
    text = f"Too many calls. Wait {seconds} seconds, then go on more slowly."
    return Problem(429, "too-many", text, headers=(("Retry-After", str(seconds)),))


def later(seconds: int = 5) -> Problem:
    """A passing trouble."""
    text = "Homeroom is busy with this district or cannot reach its store just now. Nothing was changed. Try the same call again."
    return Problem(503, "later", text, headers=(("Retry-After", str(seconds)),))


def broken(number: str) -> Problem:
    """A mistake of ours; the log has it under the number."""
    return Problem(
        500, "broken", f"Something went wrong on our side. It has been noted as {number}; please tell the operator that code."
    )


def too_large(most: int) -> Problem:
    """The body is larger than this address takes."""
    return Problem(
        413, "too-large", f"The body is larger than {most >> 10:,} KB; send less at once.", headers=(("Connection", "close"),)
    )


def of_misuse(wrong: Misuse) -> Problem:
    """The same sentence."""
    return Problem(422, "misuse", str(wrong))


def of_refusal(refusal: Refused) -> Problem:
    """The same sentence, the reason's code, and the remedy."""
    return Problem(422, refusal.reason, refusal.message, (("remedy", refusal.remedy),))


def of_reason(reason: Reason) -> Problem:
    """The same of a reason that came as a value."""
    return Problem(422, reason.code, reason.message, (("remedy", reason.remedy),))


def of_values(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """Values of a request that cannot be: where each stands and what is wrong with it, never the value itself."""
    told = [{"where": ".".join(str(part) for part in e["loc"]), "what": str(e["msg"])} for e in errors]
    listed = "; ".join(f"{e['where']}: {e['what']}" for e in told[:3])
    return Problem(422, "misuse", f"The request cannot be used: {listed}.", (("errors", told),))


def of_rights(answer: Hidden | Closed | NeedsElevation) -> Problem:
    """Why somebody may not do this, as far as they are told."""
    match answer:
        case Closed():
            text = "The district has not turned support access on. Ask its administrator to turn it on under Access and audit."
            return Problem(403, "closed", text)
        case NeedsElevation(kind, district):
            place = f"the district {district}" if district is not None else "the installation"
            text = (
                f"This asks for a token with the elevated role for {kind} in {place}. In the console, turn the elevated role on for it "
                "with a reason, and make a token that carries it."
            )
            return Problem(403, "needs-elevation", text, (("kind", kind), ("district", district)))
        case Hidden():
            return NOT_FOUND


def of(trouble: Exception) -> Problem | None:
    """The answer for whatever a call raised; None for a mistake of ours."""
    match trouble:
        case Problem():
            return trouble
        case LayoutFaults():
            faults = [{"where": f"{f.origin}:{f.line}:{f.column}", "what": str(f)} for f in trouble.faults]
            return Problem(422, "layout-faults", "The layouts have mistakes; each is told with its line.", (("errors", faults),))
        case NotAllowed():
            return of_rights(trouble.answer)
        case Overtaken():
            newer = f" Import {trouble.number} is newer." if trouble.number is not None else ""
            return stale(
                f"The plan is not what was named any more, and nothing was changed.{newer} Look at it again, and decide anew."
            )
        case NotSo():
            return Problem(422, "misuse", str(trouble), (("errors", [{"where": trouble.field, "what": str(trouble)}]),))
        case Misuse():
            return of_misuse(trouble)
        case Refused():
            return of_refusal(trouble)
        case TryAgain():
            return later()
        case RequestValidationError():
            return of_values(trouble.errors())
        case HTTPException(status_code=413):
            return too_large(MOST_BODY)
    return None
