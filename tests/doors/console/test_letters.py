"""Letters in the language of whoever gets them: the same news to two people, by a real mail server, wholly in the words of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_skeleton

from api_kit import api
from console_kit import HERE, Browser
from desk_kit import Somebody, somebody
from e2e.files import district
from first_night import ENGINES, Settle
from homeroom import serve
from homeroom.compare import limits
from homeroom.desk import people, telling
from homeroom.desk.letters import Letter, Reader, Remedy, in_english, written
from homeroom.doors.console import crossing, frame, words
from homeroom.doors.console.app import Console, create
from homeroom.doors.console.gate import OfTheDesk
from homeroom.doors.console.words import by_mail, desk_says
from homeroom.roster.codes import anew, code
from homeroom.roster.report import LimitReport
from homeroom.roster.words import Dated, Said, _, plain
from homeroom.store.people import Kept
from homeroom.sync import districts, imports, interrupting, sources
from homeroom.sync.doorways import public_url
from homeroom.sync.house import House
from made_language import translated, wide
from postbox import Postbox, mail_server
from sync_house import SLUG, Pinewood, half

NAME = "Pine{wood} 100% %(count)s {0} Schools"
BOB, EVE = "bob@pinewood.example", "eve@pinewood.example"
MESSAGE = "Elm {number} is %s missing: 100% of %(it)s, `users`."
DATA = ("users.csv", "users")
"""Names of files and tables are the same in every language."""
EMPTY = district() | {"users.csv": district()["users.csv"].splitlines(keepends=True)[0]}


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return translated(tmp_path_factory.mktemp("languages"))


@pytest.fixture
def box() -> Iterator[tuple[Postbox, str]]:
    with mail_server() as running:
        yield running


@dataclass
class Place:
    """A district with two administrators, one of whom reads the console in the made language."""

    pinewood: Pinewood
    house: House
    languages: Path
    box: Postbox
    bob: Somebody
    eve: Somebody

    def console(self) -> Console:
        now = max(self.bob.now, self.eve.now)
        return create(self.house, None, OfTheDesk(), count=frame.counted, languages=self.languages, now=lambda: now)

    def read(self, who: Somebody, language: str | None, path: str = "/account") -> None:
        """Sign in, and look at a page."""
        browser = Browser(self.console(), {crossing.SESSION: who.sign_in()})
        answer = browser.get(path, headers={"accept-language": language} if language else {})
        assert answer.status_code == 200, answer.text

    def kept(self, who: Somebody) -> Kept:
        return self.house.stores.control.people.get(who.person.id)

    def told(self, now: datetime | None = None) -> dict[str, tuple[str, str]]:
        """What the clock of the server sends now."""
        at = now or datetime.now(UTC) + timedelta(seconds=1)
        sent = serve.write_letters(self.house, at - timedelta(minutes=1), at, self.languages)
        came = self.box.taken()
        assert sent == len(came)
        return came


def with_mail(house: House, url: str) -> House:
    return replace(house, settings=replace(house.settings, smtp_url=url, mail_from="homeroom@vendor.example", public_url=HERE))


@contextmanager
def settled(night: Pinewood, box: tuple[Postbox, str], languages: Path) -> Iterator[Place]:
    house = with_mail(night.house, box[1])
    districts.rename(house, SLUG, NAME)
    bob, eve = (somebody(house, "administrator", each, code=False, districts=[SLUG]) for each in (BOB, EVE))
    place = Place(night, house, languages, box[0], bob, eve)
    place.read(bob, "eo-XX, en;q=0.5")
    place.read(eve, "fr, en-US;q=0.7")
    place.told()  # that the one let the other in, which is not what these tests are about
    yield place


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, settled_on: Settle, box: tuple[Postbox, str], languages: Path) -> Iterator[Place]:
    with settled(settled_on(request.param, source={"layouts": "oneroster-1.1"}), box, languages) as made:
        yield made


def in_it(text: str, **values: object) -> str:
    """A sentence of the catalogue in the made language."""
    said = wide(text)
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", str(value))
    return said


def left_over(letter: tuple[str, str], *data: str) -> list[str]:
    """The words of a letter, subject and text, that are neither of that language nor data."""
    text = " ".join(letter)
    for each in sorted(data, key=len, reverse=True):
        text = text.replace(each, " ")
    return re.findall(r"[A-Za-z]{2,}", text)


def names(tag: str) -> list[str]:
    return [*Locale(tag).months["format"]["wide"].values(), "UTC"]


def foot(house: House) -> str:
    return f"You get this because you chose to know. Change that here: {public_url(house)}/account\n"


def test_a_held_night_is_told_to_each_in_their_language(place: Place) -> None:
    held = place.pinewood.night(half())
    page = f"{public_url(place.house)}/districts/{SLUG}/imports/{held.number}"
    why = held.reason
    assert why is not None
    came = place.told()
    remedy = re.sub(r"`([^`]+)`", r"\1", re.sub(r" \(`[^`]+`\)", "", why.remedy))
    assert came[EVE] == (
        f"{NAME}: import waits for approval",
        f"{code(why.code).title}.\n\n{why.message} Nothing has changed yet, and applications keep the roster of before.\n\n"
        f"{remedy}\n\n{page}\n\n{foot(place.house)}",
    )
    subject, text = came[BOB]
    assert subject == in_it("{district}: import waits for approval", district=NAME)
    assert text.startswith(f"{wide(code(why.code).title)}.\n\n")
    assert in_it("Nothing has changed yet, and applications keep the roster of before.") in text
    assert f"\n\n{page}\n\n" in text
    assert left_over(came[BOB], NAME, page, f"{public_url(place.house)}/account", *DATA) == []
    audited = [(each.email, each.trouble) for each in telling.told_of(place.house, SLUG, held.number)]
    assert audited == [(BOB, None), (EVE, None)]


def test_a_failed_night_is_told_to_each_in_their_language_without_names_of_settings(place: Place) -> None:
    failed = place.pinewood.night(EMPTY)
    why = failed.reason
    assert why is not None
    assert "`" in why.remedy
    came = place.told()
    page = f"{public_url(place.house)}/districts/{SLUG}/imports/{failed.number}"
    assert came[EVE][0] == f"{NAME}: import failed"
    assert f"{why.message} Nothing was changed.\n\n" in came[EVE][1]
    assert came[EVE][1].endswith(f"\n\n{page}\n\n{foot(place.house)}")
    assert came[BOB][0] == in_it("{district}: import failed", district=NAME)
    assert in_it("Nothing was changed.") in came[BOB][1]
    assert "`" not in came[BOB][1] + came[EVE][1]
    assert wide(" declare it empty for the season. ").strip() in came[BOB][1]
    assert left_over(came[BOB], NAME, page, f"{public_url(place.house)}/account", *DATA) == []


def test_a_late_source_is_told_to_each_in_their_language_with_dates_as_it_writes_them(place: Place) -> None:
    number = place.house.stores.control.sources.of(SLUG)[0].id
    sources.change(place.house, SLUG, number, {"expected_by": "03:00"})
    first = datetime.now(UTC).replace(hour=3, minute=0, second=20, microsecond=0)
    came = [place.told(first + timedelta(days=days)) for days in (1, 2, 3)][-1]
    due = (first + timedelta(days=3)).date()
    page = f"{public_url(place.house)}/districts/{SLUG}/sources/{number}"
    assert came[EVE][0] == f"{NAME}: no files came tonight"
    assert f"They were due by {due:%B} {due.day} at 3:00 AM UTC. The last files came on " in came[EVE][1]
    assert "No files came tonight.\n\nThey" in came[EVE][1]
    assert came[EVE][1].endswith(
        " UTC. Nothing was changed, and applications keep the roster they have.\n\n"
        f"Check that the nightly export is on, and that it may log in.\n\n{page}\n\n{foot(place.house)}"
    )
    day = format_skeleton("MMMMd", due, locale=Locale("eo")).replace("\u202f", " ").replace("\u00a0", " ")
    assert came[BOB][0] == in_it("{district}: no files came tonight", district=NAME)
    at = wide("%(day)s at %(time)s") % {"day": day, "time": "03:00 UTC"}
    assert in_it("They were due by {due}.", due=at) in came[BOB][1]
    assert left_over(came[BOB], NAME, page, f"{public_url(place.house)}/account", *names("eo")) == []


@pytest.mark.parametrize(
    ("who", "english", "said"),
    [
        ("eng@vendor.example", "{who} rejected import {number}.", {"who": "eng@vendor.example"}),
        (
            "eng@vendor.example by token nightly {who} 5%",
            "{who} by token {token} rejected import {number}.",
            {"who": "eng@vendor.example", "token": "nightly {who} 5%"},
        ),
        ("command line", "{who} rejected import {number}.", {"who": wide("command line")}),
    ],
)
def test_what_a_person_wrote_is_theirs_and_the_letter_around_it_the_reader_s(
    place: Place, who: str, english: str, said: dict[str, str]
) -> None:
    held = place.pinewood.night(half()).number
    place.told()
    imports.reject(place.house, SLUG, held, who=who, message=MESSAGE)
    came = place.told()
    page = f"{public_url(place.house)}/districts/{SLUG}/imports/{held}"
    assert came[EVE] == (
        f"{NAME}: import was rejected",
        f"{who[:1].upper() + who[1:] if who == 'command line' else who} rejected import {held}.\n\n{MESSAGE}\n\n"
        f"Nothing was changed, and applications keep the roster of before.\n\n{page}\n\n"
        "You get this because you look after this district's data.\n",
    )
    subject, text = came[BOB]
    assert subject == in_it("{district}: import was rejected", district=NAME)
    first = wide(english).replace("{number}", str(held))
    for name, value in said.items():
        assert name in english
        first = first.replace(f"{{{name}}}", value, 1)
    assert text.split("\n\n")[0].casefold() == first.casefold()
    assert text.split("\n\n")[1] == MESSAGE
    assert left_over(came[BOB], NAME, page, MESSAGE, "eng@vendor.example", "nightly {who} 5%") == []


def test_a_question_is_asked_in_each_one_s_language(place: Place) -> None:
    held = place.pinewood.night(half()).number
    place.told()
    interrupting.ask(place.house, SLUG, held, who="eng@vendor.example", message=MESSAGE)
    came = place.told()
    page = f"{public_url(place.house)}/districts/{SLUG}/imports/{held}"
    assert came[EVE] == (
        f"{NAME}: a question about an import",
        f"eng@vendor.example asks about import {held}.\n\n{MESSAGE}\n\n"
        f"The import waits on. Nothing has changed, and applications keep the roster of before.\n\n{page}\n\n"
        "You get this because you look after this district's data.\n",
    )
    assert came[BOB][0] == in_it("{district}: a question about an import", district=NAME)
    assert left_over(came[BOB], NAME, page, MESSAGE, "eng@vendor.example") == []


def test_a_letter_that_waited_comes_in_the_language_of_the_moment_it_is_sent(place: Place) -> None:
    place.pinewood.night(half())
    start = datetime.now(UTC) + timedelta(seconds=1)
    place.box.answer = "451 later"
    assert place.told(start) == {}
    place.box.answer = "250 OK"
    place.read(place.bob, "en-US")
    place.read(place.eve, "eo")
    came = place.told(start + timedelta(minutes=2))
    assert came[BOB][0] == f"{NAME}: import waits for approval"
    assert came[EVE][0] == in_it("{district}: import waits for approval", district=NAME)


def test_the_command_line_and_programs_of_ours_say_it_in_english(place: Place) -> None:
    place.pinewood.night(half())
    at = datetime.now(UTC) + timedelta(seconds=1)
    assert telling.tell(place.house, at, at) == 2
    came = place.box.taken()
    assert came[BOB] == came[EVE]
    assert came[BOB][0] == f"{NAME}: import waits for approval"


def test_a_language_that_went_away_is_english(place: Place, tmp_path: Path) -> None:
    place.pinewood.night(half())
    came = replace(place, languages=tmp_path).told()
    assert came[BOB] == came[EVE]


def test_the_language_is_kept_beside_what_else_somebody_chose_and_only_when_it_changed(place: Place) -> None:
    assert [place.kept(each).preferences for each in (place.bob, place.eve)] == [{"language": "eo"}, {"language": "en-US"}]
    viewer = place.bob.viewer(place.bob.sign_in())
    people.prefer(place.house, viewer, theme="dark")
    telling.choose(place.house, viewer, SLUG, ["held"], place.bob.now)
    place.read(place.bob, "en-GB")
    chosen = {"theme": "dark", "notices": {SLUG: ["held"]}}
    assert place.kept(place.bob).preferences == {"language": "en-GB", **chosen}
    place.read(place.bob, None)  # who wishes for nothing is no browser of theirs
    assert place.kept(place.bob).preferences == {"language": "en-GB", **chosen}
    assert people.as_person(place.kept(place.bob)).theme == "dark"


def test_a_page_that_looks_anew_by_itself_says_nothing_of_its_reader(place: Place) -> None:
    browser = Browser(place.console(), {crossing.SESSION: place.bob.sign_in()})
    for headers in ({"hx-request": "true"}, {"accept": "text/event-stream"}):
        browser.get("/account", headers={"accept-language": "en-US", **headers})
        assert place.kept(place.bob).preferences["language"] == "eo"
    browser.get("/account", headers={"accept-language": "en-US"})
    assert place.kept(place.bob).preferences["language"] == "en-US"


def test_nothing_is_written_where_the_language_is_known(settled_on: Settle, box: tuple[Postbox, str], languages: Path) -> None:
    """Seen by a lock: whoever would write has to wait for it, and hears that Homeroom is busy."""
    with settled(settled_on(source={"layouts": "oneroster-1.1"}), box, languages) as place:
        browser = Browser(place.console(), {crossing.SESSION: place.bob.sign_in()})
        seen = {"accept-language": "eo"}
        assert browser.get("/account", headers=seen).status_code == 200
        with place.house.stores.control.people._place.write(alone=True):
            assert browser.get("/account", headers=seen).status_code == 200


LINK = re.compile(r"http\S+/once/([\w-]+)")


def test_an_invitation_and_a_new_password_come_in_the_language_of_their_person(place: Place) -> None:
    operator = somebody(place.house, "operator")
    place.bob.now = operator.now
    app = create(place.house, None, OfTheDesk(), count=frame.counted, languages=place.languages, now=lambda: operator.now)
    browser = Browser(app, {crossing.SESSION: operator.sign_in()})
    home = f"/districts/{SLUG}/access/people"

    def made(path: str, **form: str) -> dict[str, tuple[str, str]]:
        answer = browser.post(path, {"code": operator.code(), **form}, headers={"accept-language": "de"})
        assert answer.status_code in (200, 303), answer.text
        return place.box.taken()

    first = {e: made(home, email=e, role="administrator")[e] for e in ("una@pinewood.example", "max@pinewood.example")}
    for subject, text in first.values():
        link = LINK.search(text)
        assert link is not None
        assert (subject, text) == (
            "You are invited to Homeroom",
            f"operator@vendor.example invites you to Homeroom.\n\nOpen this page to choose a password. It opens once, within 48 hours:\n\n"
            f"{link[0]}\n\nIf you do not know what this is about, do nothing.\n",
        )
    # She looks at it in her language, and lets it grow old; he does the same in English.
    for email, wish in (("una@pinewood.example", "eo"), ("max@pinewood.example", "en-US")):
        link = LINK.search(first[email][1])
        assert link is not None
        assert Browser(app).get(f"/once/{link[1]}", headers={"accept-language": wish}).status_code == 200
    numbers = {kept.email: kept.id for kept in place.house.stores.control.people.all()}
    again = {e: made(f"{home}/{numbers[e]}", do="link")[e] for e in first}
    assert again["max@pinewood.example"][0] == "You are invited to Homeroom"
    assert again["una@pinewood.example"][0] == wide("You are invited to Homeroom")
    link = LINK.search(again["una@pinewood.example"][1])
    assert link is not None
    assert left_over(again["una@pinewood.example"], link[0], "operator@vendor.example") == []

    reset = {e: made(f"{home}/{numbers[e]}", do="link")[e] for e in (BOB, EVE)}
    link = LINK.search(reset[EVE][1])
    assert link is not None
    assert reset[EVE] == (
        "A new password for Homeroom",
        f"operator@vendor.example asked for a new password for you.\n\nOpen this page to choose it. It opens once, within 48 hours:\n\n{link[0]}\n\n"
        "With the new password you are signed out everywhere, and your access tokens are good no more. Your code generator stays: "
        "have it at hand.\n\nIf you did not ask for this, do nothing, and tell the person named above.\n",
    )
    link = LINK.search(reset[BOB][1])
    assert link is not None
    assert reset[BOB][0] == wide("A new password for Homeroom")
    assert left_over(reset[BOB], link[0], "operator@vendor.example") == []
    # One of the vendor's people, from the page of the installation.
    kim = somebody(place.house, "engineer", "kim@vendor.example", now=operator.now)
    place.read(kim, "eo")
    (subject, text) = made(f"/settings/people/{kim.person.id}", do="link")["kim@vendor.example"]
    own = LINK.search(text)
    assert own is not None
    assert left_over((subject, text), own[0], "operator@vendor.example") == []
    # Who opens the link of a new password has a language by the console: programs that look through mail do not change it.
    Browser(app).get(f"/once/{link[1]}", headers={"accept-language": "en-US"})
    assert place.kept(place.bob).preferences["language"] == "eo"


def test_a_program_that_lets_people_in_writes_to_them_in_their_language(place: Place) -> None:
    with api(place.house, by_mail.in_own_language(place.languages)) as called:
        ada = called.person("operator", "ada@vendor.example")
        token = called.token(ada, "settings", None)
        for who in (place.bob, place.eve):
            called.ask(token, "POST", f"/people/{who.person.id}/link")
    came = place.box.taken()
    assert came[EVE][1].startswith("ada@vendor.example by token settings asked for a new password for you.\n\n")
    assert came[BOB][0] == wide("A new password for Homeroom")
    link = LINK.search(came[BOB][1])
    assert link is not None
    assert left_over(came[BOB], link[0], "ada@vendor.example", "settings") == []


def test_a_moment_of_a_letter_has_its_date_in_the_zone_of_its_district() -> None:
    at = datetime(2026, 3, 7, 9, 5, tzinfo=UTC)
    said = _("They were due by {due}.", due=Dated(at))
    chicago = ZoneInfo("America/Chicago")
    english = "They were due by March 7 at 3:05 AM CST."
    assert plain(said, chicago) == english
    assert by_mail.in_own_language()(said, Reader(None, chicago)) == english
    assert in_english(said, Reader("eo", chicago)) == english
    assert by_mail.in_own_language()(said, Reader("nonsense, {}%", ZoneInfo("UTC"))).endswith("March 7 at 9:05 AM UTC.")
    german = replace(words.ENGLISH, locale=Locale("de"), zone=chicago)
    assert desk_says.told(german, said) == "They were due by 7. März at 03:05 CST."


def test_a_remedy_names_no_settings_and_what_people_wrote_stays() -> None:
    remedy = Said("Declare it empty (`seasonally_empty`) or look at `users`.")
    letter = Letter(Said("{a}", {"a": "`b` (`c`)"}), (Said("`d`"), Remedy(remedy), "`e` (`f`) {g}"))
    assert written(letter, Reader(None), in_english) == (
        "`b` (`c`)",
        "`d`\n\nDeclare it empty or look at users.\n\n`e` (`f`) {g}\n",
    )


LIMITS = [
    LimitReport("users", school, change, count, 24_000, 9_000, name)
    for change, count in (("remove", 11), ("update", 11_000))
    for school, name in ((None, None), ("s1", "School of {Arts} & 5% more"), ("s2", None))
]


@pytest.mark.parametrize("first", LIMITS)
@pytest.mark.parametrize("more", [0, 1, 3])
def test_every_hold_by_a_limit_says_its_numbers_in_the_reader_s_language(languages: Path, first: LimitReport, more: int) -> None:
    why = limits.told([first, *[replace(first, table=t, school=f"x{t}") for t in ("classes", "courses", "orgs")[:more]]])
    assert why is not None
    said = anew(why.code, why.message)
    assert plain(said) == why.message
    assert by_mail.in_own_language(languages)(said, Reader("en-US")) == why.message
    text = by_mail.in_own_language(languages)(said, Reader("eo"))
    assert left_over(("", text), "users", "School of {Arts} & 5% more", "s1", "s2") == []
    german = desk_says.told(replace(words.ENGLISH, locale=Locale("de")), said)
    assert german.startswith(f"{'11' if first.change == 'remove' else '11.000'} of 24.000 users")


def test_a_school_that_loses_much_everywhere_is_said_so_in_the_reader_s_language(languages: Path) -> None:
    each = [LimitReport(t, "s1", "remove", 1_100, 2_400, 9, "School of {Arts}") for t in ("users", "classes", "enrollments")]
    why = limits.told(each)
    assert why is not None
    said = anew(why.code, why.message)
    assert plain(said) == why.message
    assert by_mail.in_own_language(languages)(said, Reader(None)) == why.message
    text = by_mail.in_own_language(languages)(said, Reader("eo"))
    assert left_over(("", text), "School of {Arts}", "users", "classes", "enrollments") == []
    german = desk_says.told(replace(words.ENGLISH, locale=Locale("de")), said)
    assert german == "School of {Arts} would lose 1.100 of 2.400 users, 1.100 of 2.400 classes, 1.100 of 2.400 enrollments."


def test_a_sentence_of_before_stays_as_it_was_written() -> None:
    old = "The limit {of} 5% was passed."
    assert plain(anew("limit_exceeded", old)) == old
    assert plain(anew("limit_exceeded", "Elm would lose much.")) == "Elm would lose much."


def test_who_was_invited_is_told_in_each_one_s_language(place: Place) -> None:
    now, new, who = datetime.now(UTC), "mallory@elsewhere.example", "eng@vendor.example"
    people.invite(place.house, new, "administrator", who=who, now=now, districts=[SLUG])
    letters = place.told()
    assert set(letters) == {BOB, EVE}
    assert f"{who} invited {new} to {NAME} on " in letters[EVE][1]
    page = f"{HERE}/districts/{SLUG}/access"
    assert page in letters[BOB][1]
    assert left_over(letters[BOB], who, new, NAME, page, *names("eo")) == []
