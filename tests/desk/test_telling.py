"""Who is told of a bad night: those who chose to know, once per cause and night, by a real mail server, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from desk_kit import NOON
from e2e.files import district
from first_night import ENGINES, Settle
from homeroom.desk import people, telling
from homeroom.desk.letters import Reader, Say, in_english
from homeroom.desk.viewer import Viewer
from homeroom.outbound import mail
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, plain
from homeroom.settings import read
from homeroom.sync import checkup, districts, sources
from homeroom.sync.house import House
from postbox import Listening, Postbox, mail_server
from sync_house import SLUG, Pinewood, half

HEADING = district()["users.csv"].splitlines(keepends=True)[0]
"""A file of users without users."""


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, str]]:
    with mail_server() as running:
        yield running


@pytest.fixture
def new(pinewoods: Pinewood) -> Pinewood:
    """Pinewood before its first roster."""
    pinewoods.source("upload", layouts="oneroster-1.1")
    return pinewoods


@pytest.fixture(params=ENGINES)
def night(request: pytest.FixtureRequest, settled_on: Settle) -> Pinewood:
    """Pinewood with a roster; what happens to it now is worth telling."""
    return settled_on(request.param, source={"layouts": "oneroster-1.1"})


def administrator(of: Pinewood, email: str = "bob@pinewood.example", role: str = "administrator") -> int:
    own = [SLUG] if role == "administrator" else []
    return people.invite(of.house, email, role, who="tests", now=NOON, districts=own).person.id


def tell(of: Pinewood, box: tuple[Postbox, str], now: datetime | None = None) -> int:
    server = mail.Server.parse(box[1])
    at = now or datetime.now(NOON.tzinfo) + timedelta(seconds=1)
    return telling.tell(of.house, at - timedelta(minutes=1), at, lambda letter: mail.send(server, letter))


def test_nobody_is_told_of_a_first_import(new: Pinewood, postbox: tuple[Postbox, str]) -> None:
    administrator(new)
    assert new.night({"users.csv": "a,b\n1,2\n"}).outcome == "failed"
    assert tell(new, postbox) == 0


def test_a_held_night_is_told_once_with_what_to_do_and_where(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    administrator(night)
    held = night.night(half())
    assert held.status == "waiting_for_approval"
    assert tell(night, postbox) == 1
    to, letter = postbox[0].kept[0]
    text = letter.get_content().replace("\r\n", "\n")
    assert (to, letter["Subject"], letter["Auto-Submitted"]) == (
        "bob@pinewood.example",
        "Pinewood: import waits for approval",
        "auto-generated",
    )
    assert "Nothing has changed yet" in text
    assert f"/districts/pinewood/imports/{held.number}\n" in text
    assert "Given" not in text  # no name of a child
    night.night(half())  # the same cause again, the same night
    assert tell(night, postbox) == 0
    told = telling.told_of(night.house, SLUG, held.number)
    assert [(each.email, each.sent is not None, each.trouble) for each in told] == [("bob@pinewood.example", True, None)]


def test_only_those_who_chose_it_and_see_the_district_are_told(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    bob = administrator(night)
    ada = administrator(night, "ada@vendor.example", "operator")
    administrator(night, "eve@vendor.example", "engineer")
    control = night.house.stores.control
    for number, choices in ((bob, []), (ada, ["held"])):
        asking = Viewer(people.as_person(control.people.get(number)), session=1)
        telling.choose(night.house, asking, SLUG, choices, NOON)
        with pytest.raises(Misuse, match="no notice"):
            telling.choose(night.house, asking, SLUG, ["everything"], NOON)
    night.night(half())
    assert tell(night, postbox) == 1
    assert [to for to, _ in postbox[0].kept] == ["ada@vendor.example"]
    broken = district()
    broken["users.csv"] = HEADING
    assert night.night(broken).outcome == "failed"
    assert tell(night, postbox) == 0


def test_a_failed_night_and_a_dry_run(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    administrator(night)
    broken = district()
    broken["users.csv"] = HEADING
    assert night.night(broken, dry_run=True).reason is not None
    assert tell(night, postbox) == 0
    failed = night.night(broken)
    assert tell(night, postbox) == 1
    letter = postbox[0].kept[0][1]
    assert letter["Subject"] == "Pinewood: import failed"
    assert failed.reason is not None
    assert "`seasonally_empty`" in failed.reason.remedy
    told = " ".join(letter.get_content().split())
    assert "declare it empty for the season. " in told, "a secretary reads no names of settings"
    assert "`" not in told
    assert "because you chose to know" in told


def test_a_person_who_rejects_is_not_told_that_it_failed(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    from homeroom.sync import imports

    administrator(night)
    held = night.night(half())
    tell(night, postbox)
    imports.reject(night.house, SLUG, held.number, who="bob@pinewood.example")
    assert tell(night, postbox) == 0


def test_what_a_person_writes_to_the_district_reaches_its_administrators(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    """Also those who chose to be told of nothing: it is to them that somebody writes."""
    from homeroom.sync import imports, interrupting

    bob = administrator(night)
    night.house.stores.control.people.change(bob, preferences={"notices": {SLUG: []}})
    held = night.night(half()).number
    assert tell(night, postbox) == 0
    interrupting.ask(night.house, SLUG, held, who="eng@vendor.example", message="Is Elm School closed?")
    assert tell(night, postbox) == 1
    imports.reject(night.house, SLUG, held, who="eng@vendor.example", message="Elm School is missing. Please send it again.")
    assert tell(night, postbox) == 1
    (_, question), (_, rejection) = postbox[0].kept
    assert question["Subject"] == "Pinewood: a question about an import"
    assert "Is Elm School closed?" in question.get_content()
    assert rejection["Subject"] == "Pinewood: import was rejected"
    assert "eng@vendor.example rejected import 2." in rejection.get_content()
    assert "Elm School is missing. Please send it again." in rejection.get_content()
    assert "because you look after this district's data" in rejection.get_content(), "nobody chose this letter"
    assert [told.email for told in telling.told_of(night.house, SLUG, held)][-2:] == ["bob@pinewood.example"] * 2


@pytest.mark.parametrize("who", ["bob@pinewood.example", "bob@pinewood.example by token nightly"])
def test_who_writes_it_does_not_get_the_own_letter(night: Pinewood, postbox: tuple[Postbox, str], who: str) -> None:
    from homeroom.sync import imports

    administrator(night)
    administrator(night, "bea@pinewood.example")
    held = night.night(half()).number
    tell(night, postbox)
    postbox[0].kept.clear()
    imports.reject(night.house, SLUG, held, who=who, message="Elm School is missing.")
    assert tell(night, postbox) == 1
    assert [to for to, _ in postbox[0].kept] == ["bea@pinewood.example"]


def test_a_late_source_is_told_when_its_hour_strikes_and_not_again(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    administrator(night)
    house = night.house
    number = house.stores.control.sources.of(SLUG)[0].id
    sources.change(house, SLUG, number, {"expected_by": "03:00"})
    first = datetime.now(NOON.tzinfo).replace(hour=3, minute=0, second=20, microsecond=0)
    due = [first + timedelta(days=days) for days in (1, 2, 3)]
    assert [tell(night, postbox, at) for at in due][-1] == 1
    letter = postbox[0].kept[-1][1]
    assert letter["Subject"] == "Pinewood: no files came tonight"
    assert "Check that the nightly export is on" in letter.get_content()
    assert tell(night, postbox, due[-1] + timedelta(minutes=2)) == 0  # the hour struck before
    assert tell(night, postbox, due[-1]) == 0  # another process looks at the same minute


def test_a_mail_server_that_is_away_is_tried_again_and_one_that_refuses_is_not(
    night: Pinewood, postbox: tuple[Postbox, str]
) -> None:
    administrator(night)
    held = night.night(half())
    box, start = postbox[0], datetime.now(NOON.tzinfo) + timedelta(seconds=1)
    box.answer = "451 later"
    assert tell(night, postbox, start) == 0
    assert [each.trouble for each in telling.told_of(night.house, SLUG, held.number)] == ["the mail server answered 451"]
    assert tell(night, postbox, start + timedelta(seconds=30)) == 0
    box.answer = "250 OK"
    assert tell(night, postbox, start + timedelta(seconds=59)) == 0  # it waits its minute
    assert tell(night, postbox, start + timedelta(seconds=61)) == 1
    assert tell(night, postbox, start + timedelta(days=1)) == 0
    refused = district()
    refused["users.csv"] = HEADING
    night.night(refused)
    box.answer = "550 nobody of that name"
    later = datetime.now(NOON.tzinfo) + timedelta(seconds=2)
    assert tell(night, postbox, later) == 0
    box.answer = "250 OK"
    assert tell(night, postbox, later + timedelta(days=2)) == 0


def test_who_lost_the_district_meanwhile_is_not_told(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    bob = administrator(night)
    districts.add(night.house, "larkspur", "Larkspur Valley", "UTC")
    night.night(half())
    postbox[0].answer = "450 not now"
    assert tell(night, postbox) == 0
    people.change_role(night.house, bob, "administrator", who="tests", now=NOON, districts=["larkspur"])
    postbox[0].answer = "250 OK"
    assert tell(night, postbox, datetime.now(NOON.tzinfo) + timedelta(hours=1)) == 0
    assert postbox[0].kept == []


def test_a_mail_server_that_is_set_up_later_does_not_send_old_nights(night: Pinewood, postbox: tuple[Postbox, str]) -> None:
    administrator(night)
    night.night(half())
    now = datetime.now(NOON.tzinfo) + timedelta(seconds=1)
    assert telling.tell(night.house, now, now) == 0  # no server is set
    assert night.house.stores.control.news.untold() == []
    assert tell(night, postbox) == 0
    broken = district()
    broken["users.csv"] = HEADING
    night.night(broken)
    assert tell(night, postbox, now + timedelta(days=2)) == 0  # the program was down for two days


def test_a_server_elsewhere_must_speak_tls() -> None:
    assert mail.Server.parse("smtp://ada:p%40ss@mail.example").starttls is True
    assert mail.Server.parse("smtp://ada:p%40ss@mail.example").password == "p@ss"
    assert mail.Server.parse("smtps://mail.example") == mail.Server("mail.example", 465, True, False, None, None)
    assert mail.Server.parse("smtp://127.0.0.1:25").starttls is None
    assert "p@ss" not in repr(mail.Server.parse("smtp://ada:p%40ss@mail.example"))


def test_the_check_up_tells_a_mail_server_that_does_not_let_us_in(tmp_path: Path) -> None:
    def refuse(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    controller = Listening(Postbox(), hostname="127.0.0.1", port=0, authenticator=refuse, auth_require_tls=False)
    controller.start()
    port = controller.port
    try:
        told = {}
        for url in (f"smtp://ada:pass@127.0.0.1:{port}", "smtp://127.0.0.1:1"):
            given = read({"HOMEROOM_SMTP_URL": url, "HOMEROOM_MAIL_FROM": "h@vendor.example"}, tmp_path / "data")
            told[url] = next(found for found in checkup.checkup(given) if plain(found.what) == "mail")
    finally:
        controller.stop()
    refused, away = told.values()
    assert (refused.ok, "did not accept" in plain(refused.found), away.ok, "could not be reached" in plain(away.found)) == (
        False,
        True,
        False,
        True,
    )


def test_settings_of_mail_are_checked(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="smtp:// or smtps://"):
        read({"HOMEROOM_SMTP_URL": "mail.example", "HOMEROOM_MAIL_FROM": "x@y.example"}, tmp_path)
    with pytest.raises(Misuse, match="from which address"):
        read({"HOMEROOM_SMTP_URL": "smtp://mail.example"}, tmp_path)


# Who was let in


def district_s(house: House, email: str, slug: str = SLUG, **more: Any) -> int:
    """An administrator of a district, who was invited long ago."""
    long_ago = NOON - timedelta(days=30)
    return people.invite(house, email, "administrator", who="tests", now=long_ago, districts=[slug], **more).person.id


def told(house: House, box: tuple[Postbox, str], at: datetime, say: Say = in_english) -> dict[str, tuple[str, str]]:
    server = mail.Server.parse(box[1])
    telling.tell(house, at - timedelta(minutes=1), at, lambda letter: mail.send(server, letter), say)
    return box[0].taken()


@pytest.mark.parametrize(
    "who", ["ada@vendor.example", "ada@vendor.example by token onboarding", "command line", "bob@pinewood.example"]
)
def test_administrators_are_told_who_was_invited_to_their_district(
    pinewoods: Pinewood, postbox: tuple[Postbox, str], who: str
) -> None:
    """Whatever they chose to know, with or without a roster, and nobody else: an address of anybody's could be let in."""
    house, at = pinewoods.house, NOON + timedelta(minutes=1)
    districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
    bob = district_s(house, "bob@pinewood.example")
    district_s(house, "eve@pinewood.example")
    district_s(house, "lin@larkspur.example", "larkspur")
    shut_out = district_s(house, "old@pinewood.example")
    people.disable(house, shut_out, who="tests", now=NOON)
    people.invite(
        house,
        "view@pinewood.example",
        "school_viewer",
        who="tests",
        now=NOON - timedelta(days=30),
        districts=[SLUG],
        schools=["s1"],
    )
    people.invite(house, "aud@pinewood.example", "auditor", who="tests", now=NOON - timedelta(days=30), districts=[SLUG])
    people.invite(house, "ada@vendor.example", "engineer", who="tests", now=NOON)
    telling.choose(house, Viewer(people.as_person(house.stores.control.people.get(bob))), SLUG, (), NOON)
    assert told(house, postbox, NOON) == {}
    new = people.invite(house, "mallory@elsewhere.example", "administrator", who=who, now=NOON, districts=[SLUG]).person
    letters = told(house, postbox, at)
    assert set(letters) == {"bob@pinewood.example", "eve@pinewood.example"} - {who}
    subject, text = letters["eve@pinewood.example"]
    assert subject == "Pinewood: somebody new may sign in"
    by = {"command line": "Command line"}.get(who, who)
    assert text.startswith(
        f"{by} invited mallory@elsewhere.example to Pinewood on November 30 at 12:00 PM UTC, as administrator of the district."
    )
    assert f"/districts/{SLUG}/access" in text
    assert told(house, postbox, at + timedelta(minutes=1)) == {}
    # An administrator by now, the new one hears of the next.
    people.invite(house, "trent@elsewhere.example", "auditor", who=who, now=at, districts=[SLUG])
    assert new.email in told(house, postbox, at + timedelta(minutes=2))


def test_whoever_is_given_more_is_told_of_as_well(pinewoods: Pinewood, postbox: tuple[Postbox, str]) -> None:
    house = pinewoods.house
    districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
    district_s(house, "bob@pinewood.example")
    district_s(house, "lin@larkspur.example", "larkspur")
    mallory = people.invite(
        house, "mallory@larkspur.example", "auditor", who="tests", now=NOON - timedelta(days=30), districts=["larkspur"]
    ).person.id
    assert told(house, postbox, NOON) == {}
    people.change_role(house, mallory, "auditor", who="ada@vendor.example", now=NOON, districts=["larkspur", SLUG])
    letters = told(house, postbox, NOON + timedelta(minutes=1))
    assert set(letters) == {"bob@pinewood.example"}, "nothing is new to the other district"
    assert "ada@vendor.example gave mallory@larkspur.example access to Pinewood on " in letters["bob@pinewood.example"][1]
    people.change_role(
        house, mallory, "administrator", who="ada by token x", now=NOON + timedelta(minutes=1), districts=["larkspur", SLUG]
    )
    letters = told(house, postbox, NOON + timedelta(minutes=2))
    assert set(letters) == {"bob@pinewood.example", "lin@larkspur.example"}
    assert "ada by token x gave mallory@larkspur.example access to Larkspur Valley" in letters["lin@larkspur.example"][1]
    people.change_role(house, mallory, "administrator", who="ada", now=NOON + timedelta(minutes=2), districts=["larkspur"])
    assert told(house, postbox, NOON + timedelta(minutes=3)) == {}, "less is no news"


def test_each_district_reads_of_an_invitation_in_its_own_audit(pinewoods: Pinewood) -> None:
    house = pinewoods.house
    districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
    people.invite(house, "aud@example.org", "auditor", who="ada", now=NOON, districts=[SLUG, "larkspur"])
    for slug in (SLUG, "larkspur"):
        assert [row.actor for row in house.stores.control.audit.last(9, slug) if row.action == "person-invited"] == ["ada"]


def test_what_is_told_of_an_invitation_comes_in_its_reader_s_language(pinewoods: Pinewood, postbox: tuple[Postbox, str]) -> None:
    house = pinewoods.house
    bob = district_s(house, "bob@pinewood.example")
    people.reads_in(house, people.as_person(house.stores.control.people.get(bob)), "xx")
    people.invite(house, "mallory@elsewhere.example", "administrator", who="ada", now=NOON, districts=[SLUG])
    spoken: list[tuple[str, str | None]] = []

    def say(said: Said, reader: Reader) -> str:
        spoken.append((said.text, reader.language))
        return in_english(said, reader)

    assert told(house, postbox, NOON + timedelta(minutes=1), say)
    assert ("{who} invited {email} to {district} on {when}, as {role}.", "xx") in spoken
    assert {language for _, language in spoken} == {"xx"}
