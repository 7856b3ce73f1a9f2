"""From a request to an answer, in one place: who asks, may they, is the form genuine, and what came of it.

Everything here runs in threads. The order is always the same: the page of the path, the session, the rights, the method, the
form's token, the page function. Whoever is not signed in hears the same of every path; whoever may not know of a page hears what
is said of one that does not exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from urllib.parse import urlencode

from sqlalchemy.exc import OperationalError

from homeroom.desk import people
from homeroom.desk.rights import Allowed, Closed, Hidden, NeedsElevation, NotAllowed, Shut
from homeroom.desk.viewer import Viewer
from homeroom.doors.console import crossing, frame, showing, words
from homeroom.doors.console.answers import Again, Answer, Download, Goto, Live, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.forms import SECRETS
from homeroom.doors.console.gate import Gate, Verdict
from homeroom.doors.console.page import Page, Pages
from homeroom.doors.console.receiving import Received
from homeroom.doors.console.request import Request, addresses, local
from homeroom.doors.console.sending import Header, Reply, address, attachment, see_other
from homeroom.doors.console.showing import Stage, Trouble
from homeroom.doors.console.words import N_, by_mail, desk_says, of_settings, times
from homeroom.roster.faults import Fault, Refused, TryAgain
from homeroom.store.audit import because
from homeroom.sync.house import House
from homeroom.sync.jobs import Jobs

SIGN_IN, ELEVATE = "/sign-in", "/elevate"
NOT_KEPT = SECRETS | {"kept"}
"""Values of a form that are never sent out again."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request that may be answered: its page, what stands in its path, who asks, and what is missing."""

    request: Request
    page: Page
    places: Mapping[str, str]
    who: Viewer | None
    now: datetime
    needs: NeedsElevation | None = None
    fresh: str = ""
    """The secret before sign-in that this answer brings along."""

    @property
    def slug(self) -> str | None:
        """The district of the path."""
        return self.places.get("slug")

    @property
    def secret(self) -> str:
        """What the token of forms hangs on."""
        return self.request.secret or self.fresh


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers requests."""

    house: House
    jobs: Jobs | None
    gate: Gate
    pages: Pages
    stage: Stage
    public_url: str | None = None

    def viewer(self, request: Request, now: datetime) -> Viewer | None:
        """Who asks."""
        # A part that looks anew by itself keeps nobody signed in: a page that was left open is not a person.
        return self.gate.viewer(self.house, request.cookies.get(crossing.SESSION) or None, now, keep=not request.by_itself)

    def goes_on(self, request: Request, who: Viewer | None, now: datetime) -> bool:
        """Whether a stream may send one more part: the same person still asks, and still may."""
        still = self.gate.viewer(self.house, request.cookies.get(crossing.SESSION) or None, now, keep=False)
        same = (still and still.person.id) == (who and who.person.id)
        return same and isinstance(case := self.judge(request, still, now), Case) and case.needs is None

    def judge(self, request: Request, who: Viewer | None, now: datetime) -> Case | Reply:
        """Whether, and to whom, this may be answered."""
        found = self.pages.find(request.path)
        if found is None or (found[0].act is not None and who is None):
            if who is None and request.path != SIGN_IN:
                return self._sign_in(request)
            return self.say(request, who, showing.NOT_FOUND, now)
        page, places = found
        case = Case(request, page, places, who, now)
        if page.act is not None and (said := self._refusal(case)) is not None:
            return said
        if request.method not in page.methods:
            reply = self.say(request, who, showing.METHOD, now)
            return replace(reply, headers=(*reply.headers, ("allow", ", ".join(page.methods))))
        case = replace(case, needs=self._missing(case), fresh="" if request.secret else crossing.fresh())
        if case.needs is not None and request.method != "POST":
            return self._elevate(request, case.needs)
        return case

    def _verdict(self, case: Case, act: str) -> Verdict:
        assert case.who is not None
        return self.gate.allows(self.house, case.who, act, case.slug, case.now)

    def _refusal(self, case: Case) -> Reply | None:
        """What is said where the page, or what its form does, is not for this viewer."""
        acts = dict.fromkeys((case.page.act, case.page.needs(case.request.method)))
        verdicts = [self._verdict(case, act) for act in acts if act]
        if any(isinstance(verdict, Hidden) for verdict in verdicts):
            return self.say(case.request, case.who, showing.NOT_FOUND, case.now)
        shut = next((verdict for verdict in verdicts if isinstance(verdict, Shut)), None)
        if shut is not None:
            return self._shut(case, shut)
        closed = next((verdict for verdict in verdicts if isinstance(verdict, Closed)), None)
        if closed is None:
            return None
        district = frame.known(self.house, closed.district)
        return self.say(case.request, case.who, CLOSED, case.now, district=district.name if district else closed.district)

    def _shut(self, case: Case, shut: Shut) -> Reply:
        """What is said in a district that is to be deleted, in its own time."""
        district = frame.known(self.house, shut.district)
        speech = showing.speech(self.stage, case.request, case.who, shut.district, case.now)
        day = times.day(speech, shut.due.astimezone(speech.zone).date())
        return self.say(case.request, case.who, LEAVING, case.now, district=district.name if district else shut.district, day=day)

    def _missing(self, case: Case) -> NeedsElevation | None:
        """The elevated role that the page, or what its form does, asks for first."""
        for act in dict.fromkeys((case.page.needs(case.request.method), case.page.act)):
            verdict = self._verdict(case, act) if act and case.who else Allowed()
            if isinstance(verdict, NeedsElevation):
                return verdict
        return None

    def from_here(self, case: Case) -> bool:
        """Whether a form was on a page of ours, as far as its browser says."""
        return crossing.from_here(case.request.headers, addresses(case.request, self.public_url))

    def genuine(self, case: Case, values: Mapping[str, Sequence[str]]) -> bool:
        """Whether a form with these values is of this session."""
        given = case.request.headers.get("x-csrf-token") or (values.get("csrf") or [""])[-1]
        return crossing.genuine(case.request.secret, given)

    def answer(self, case: Case, form: Received | None) -> Reply | Live:
        """Call the page, and make what it gives, or raises, into an answer."""
        speech = showing.speech(self.stage, case.request, case.who, case.slug, case.now)
        asked = self._asked(case, form, speech)
        with words.spoken(speech):
            try:
                self._remember(case, asked)
                return self._with_cookies(case, self._reply(case, asked, self._called(case, asked)))
            except NotThere:
                return self.say(case.request, case.who, showing.NOT_FOUND, case.now)
            except (TryAgain, OperationalError):
                return self.busy(case.request, case.now)

    def _remember(self, case: Case, asked: Asked) -> None:
        """Keep the language of somebody who is at work here: letters come in it."""
        if case.who is not None and asked.language is not None and not case.request.by_itself:
            people.reads_in(self.house, case.who.person, asked.language)

    def _called(self, case: Case, asked: Asked) -> Answer:
        if case.needs is not None:
            return self._elevate_form(case, asked)
        act = case.page.post if case.request.method == "POST" else case.page.show
        assert act is not None
        on = case.who.elevation if case.who is not None else None
        try:
            with because(via="console", **({"elevation": on.id} if on is not None else {})):
                return _begun(act(asked))
        except TryAgain:
            raise
        except NotAllowed as missing:  # what is asked for can hang on what a form says
            if isinstance(missing.answer, NeedsElevation) and case.request.method == "POST":
                return self._elevate_form(replace(case, needs=missing.answer), asked)
            raise NotThere from None
        except Fault as fault:
            return self._back(case, asked, act, fault)

    def _back(self, case: Case, asked: Asked, act: Callable[[Asked], Answer], fault: Fault) -> Answer:
        """The form again, filled in, with the sentence above it. A page that cannot even be shown says the sentence alone."""
        problems = dict(fault.problems) if isinstance(fault, Wrong) else {}
        said = desk_says.why(words.speech(), fault)
        notice = None if problems else Notice("bad", said, _remedy(fault))
        show = case.page.show
        if show is not None and act is not show and self._may_look(case):
            with suppress(Fault):  # what keeps the page from being shown is then what is said
                again = show(replace(asked, method="GET"))
                if isinstance(again, Shown):
                    return replace(again, status=422, notice=notice, problems=problems)
        text = "; ".join(problems.values()) or said
        return Shown("error.html", {"title": text, "text": "", "icon": "alert-triangle", "retry": False}, 422)

    def _may_look(self, case: Case) -> bool:
        return case.page.act is None or isinstance(self._verdict(case, case.page.act), Allowed)

    def _elevate_form(self, case: Case, asked: Asked) -> Answer:
        """The page that asks for the elevated role, in place of a form that needs it; the form's values go along."""
        assert case.needs is not None
        found = self.pages.find(ELEVATE)
        if found is None or found[0].show is None:
            return Shown("error.html", {"title": words.gettext(NO_ROLE), "text": "", "icon": "shield-lock", "retry": False}, 403)
        page = found[0]
        assert page.show is not None
        kept = {name: list(given) for name, given in asked.values.items() if name not in NOT_KEPT}
        query = {name: (value,) for name, value in _elevate_query(case.request.path, case.needs)}
        wanted = replace(asked, page=page, method="GET", query=query, values={}, uploads={}, kept=json.dumps(kept))
        answer = page.show(wanted)
        return replace(answer, status=403) if isinstance(answer, Shown) else answer

    def _reply(self, case: Case, asked: Asked, answer: Answer) -> Reply | Live:
        if isinstance(answer, Shown):
            return showing.shown(self.stage, case.request, asked, answer, case.slug)
        if isinstance(answer, Goto):
            return self._goto(case, answer)
        if isinstance(answer, Download):
            chunks = iter(answer.chunks)
            first = next(chunks, b"")
            return Reply(200, headers=(attachment(answer.name),), kind=answer.kind, rest=_spoken(first, chunks, words.speech()))
        if isinstance(answer, Again):
            return self._again(case, asked, answer)
        return answer

    def _goto(self, case: Case, answer: Goto) -> Reply:
        given, more = case.request.cookies, list[Header]()
        if answer.session is not None:
            more.append(given.set(crossing.SESSION, answer.session))
        if answer.theme is not None:
            more.append(given.set(crossing.THEME, answer.theme, crossing.THEME_SECONDS))
        secret = answer.session or case.secret
        if answer.notice is not None and secret:
            more.append(given.set(crossing.NOTICE, crossing.sealed(secret, answer.notice), crossing.NOTICE_SECONDS))
        return see_other(answer.to if answer.outside else local(answer.to), *more)

    def _again(self, case: Case, asked: Asked, answer: Again) -> Reply:
        try:
            read = json.loads(answer.kept)
        except ValueError:
            raise NotThere from None
        values = [(str(name), str(value)) for name, listed in read.items() for value in listed if name not in NOT_KEPT]
        shown = Shown("again.html", {"path": local(answer.path), "values": values})
        return showing.shown(self.stage, case.request, asked, shown, None)

    def _with_cookies(self, case: Case, reply: Reply | Live) -> Reply | Live:
        if not case.fresh or isinstance(reply, Live):
            return reply
        return replace(reply, headers=(*reply.headers, case.request.cookies.set(crossing.BEFORE, case.fresh)))

    def _asked(self, case: Case, form: Received | None, speech: words.Speech) -> Asked:
        request = case.request
        return Asked(
            house=self.house,
            jobs=self.jobs,
            page=case.page,
            method=request.method,
            address=request.path,
            path=case.places,
            query=request.query,
            now=case.now,
            who=case.who,
            csrf=crossing.token(case.secret),
            session=request.cookies.get(crossing.SESSION),
            peer=request.peer,
            secure=request.cookies.secure,
            agent=request.headers.get("user-agent", ""),
            language=speech.language if request.headers.get("accept-language") else None,
            say=by_mail.in_own_language(self.stage.languages),
            part=request.part,
            values={name: tuple(given) for name, given in form.values.items()} if form else {},
            uploads={name: tuple(given) for name, given in form.uploads.items()} if form else {},
        )

    def say(self, request: Request, who: Viewer | None, it: Trouble, now: datetime, **named: str) -> Reply:
        """An error page in the reader's language."""
        with words.spoken(showing.speech(self.stage, request, who, None, now)):
            return showing.trouble(self.stage, request, who, it, now, **named)

    def busy(self, request: Request, now: datetime) -> Reply:
        """The page for a store that does not answer. It has no frame, since that would ask the same store."""
        return self.say(request, None, showing.BUSY, now)

    def _sign_in(self, request: Request) -> Reply:
        query = "" if request.back == "/" else "?" + urlencode({"to": request.back}, safe="/")
        return _turn(request, SIGN_IN + query)

    def _elevate(self, request: Request, needs: NeedsElevation) -> Reply:
        return _turn(request, f"{ELEVATE}?{urlencode(_elevate_query(request.back, needs), safe='/')}")


def _remedy(fault: Fault) -> str:
    return of_settings.in_words(words.speech().say(fault.remedy)) if isinstance(fault, Refused) else ""


CLOSED = Trouble(
    403,
    N_("Records are closed"),
    N_("%(district)s has not turned support access on. You see counts and issue codes. Ask for access."),
    "lock",
)
LEAVING = Trouble(
    403,
    N_("This district is to be deleted"),
    N_("%(district)s is shut, and goes with all that it has on %(day)s. Until then an operator can keep it."),
    "trash",
)
NO_ROLE = N_("This needs the elevated role")


def broken(code: str) -> Trouble:
    """The page for a mistake of ours."""
    text = N_("Nothing was changed. It has been noted as %(code)s; please try again or tell us that code.")
    return Trouble(500, N_("Something went wrong on our side"), text, "alert-triangle")


def _elevate_query(back: str, needs: NeedsElevation) -> list[tuple[str, str]]:
    return [("to", back), ("for", needs.kind), *([("in", needs.district)] if needs.district else [])]


def _turn(request: Request, to: str) -> Reply:
    """Send a browser elsewhere. A part of a page must not be filled with another page, so htmx is told to load that anew."""
    return Reply(204, headers=(("hx-redirect", address(to)),)) if request.part else see_other(to)


def _begun(answer: Answer) -> Answer:
    """A download with its first bytes made: what keeps it from beginning is then said like everything else, and no broken file."""
    if not isinstance(answer, Download):
        return answer
    chunks = iter(answer.chunks)
    return replace(answer, chunks=chain([next(chunks, b"")], chunks))


def _spoken(first: bytes, chunks: Iterator[bytes], speech: words.Speech) -> Iterator[bytes]:
    """The chunks of a download, each made in the reader's language; whoever takes them is in another thread by then."""
    chunk: bytes | None = first
    while chunk is not None:
        if chunk:
            yield chunk
        with words.spoken(speech):
            chunk = next(chunks, None)
