"""Why is somebody missing? One small district in which people fall out at every step of the walk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

import contactkit
from desk_kit import NOON, somebody
from e2e.files import district
from homeroom.desk import missing, record_search, records
from homeroom.desk.missing import Candidate
from homeroom.desk.rights import Hidden, NotAllowed
from homeroom.desk.viewer import Viewer
from homeroom.roster.faults import Misuse
from homeroom.roster.words import plain
from homeroom.store.audit import AuditWanted
from homeroom.sync import apps
from homeroom.sync.house import House, opened
from sync_house import SLUG, Pinewood, settings

LAYOUTS = {
    "users.toml": """
name = "own/users"
table = "users"
kind = "continuous"
file = "people.csv"
[map]
sourcedId = { from = "id", required = true }
enabledUser = { constant = "true" }
orgSourcedIds = "school"
role = { from = "kind", values = { Student = "student", Teacher = "teacher" }, otherwise = "refuse" }
username = "id"
givenName = "first"
familyName = "last"
identifier = "number"
[keep]
when = "enroll_status in ('0', '-1')"
""",
    "orgs.toml": """
name = "own/orgs"
table = "orgs"
kind = "continuous"
file = "schools.csv"
[map]
sourcedId = "id"
name = "name"
type = { constant = "school" }
""",
}
SCHOOLS = "id,name\ns1,Oak School\n"
PEOPLE = """\
id,school,kind,first,last,number,enroll_status,web_password
1,s1,Student,Juniper,Example,004217,0,hush
2,s1,Student,Hazel,Sample,004218,2,hush
3,s1,Sub,Rowan,Placeholder,004219,0,hush
4,s1,Student,Zoë,O'Hara-Núñez,004220,0,hush
5,s1,Student,Linden,Specimen,004221,0,hush,and,too,many
6,s1,Student,Moss,Leaver,004222,0,hush
7,s9,Student,Aspen,Faraway,004223,0,hush
"""
OTHERS = "".join(f"{n},s1,Student,Fern,Filler{n},{n:06},0,hush\n" for n in range(100, 120))
LINDEN = "5,s1,Student,Linden,Specimen,004221,0,hush,and,too,many\n"
ASPEN = "7,s9,Student,Aspen,Faraway,004223,0,hush\n"
MOSS = "6,s1,Student,Moss,Leaver,004222,0,hush\n"


@dataclass
class Town:
    house: House
    pinewood: Pinewood
    shelf: str
    source: int
    asking: Viewer

    def night(self, people: str, **more: object) -> object:
        files = {"people.csv": people, "schools.csv": SCHOOLS}
        return self.pinewood.night(files, layouts=self.shelf, source=self.source, **more)

    def ask(self, term: str) -> tuple[Candidate, ...]:
        return missing.ask(self.house, self.asking, SLUG, term, NOON).candidates

    def one(self, term: str) -> Candidate:
        (found,) = self.ask(term)
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("missing")
    shelf = folder / "own"
    shelf.mkdir()
    for name, text in LAYOUTS.items():
        (shelf / name).write_text(text, encoding="utf-8")
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        source = pinewood.source(layouts=str(shelf)).id
        bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=[SLUG])
        made = Town(house, pinewood, str(shelf), source, bob.elevated(bob.sign_in(), "records"))
        clean = PEOPLE.replace(LINDEN, "") + OTHERS
        made.night(clean)
        made.night(clean.replace(MOSS, ""))  # a row whose key cannot be read would keep Moss (law 3)
        made.night(PEOPLE.replace(MOSS, "").replace(ASPEN, "") + OTHERS)
        apps.add(house, "Reading Garden", (SLUG,), ())
        yield made


def steps(found: Candidate) -> list[str]:
    return [step.state for step in found.steps]


def test_somebody_who_is_there(town: Town) -> None:
    june = town.one("juniper example")
    assert (june.name, june.stops_at, steps(june)) == ("Juniper Example", None, ["done"] * 7)
    assert june.key
    assert plain(june.why) == "Not missing: this person is in the roster, and apps can read it."
    assert [plain(s.said) for s in june.steps if s.said][-2:] == ["In the roster.", "Shown to Reading Garden."]


@pytest.mark.parametrize(
    ("term", "stops", "sentence"),
    [
        ("004218", "mapped", "Found in people.csv, line 3. Left out by rule: enroll_status is 2."),
        ("hazel sam", "mapped", "Found in people.csv, line 3. Left out by rule: enroll_status is 2."),
        ("Rowan", "checked", "Found in people.csv, line 4. The row was refused."),
        ("zoe ohara nunez", None, "Not missing"),
        ("linden", "checked", "Found in people.csv, line 6. The row was refused."),
        ("moss leaver", "received", "Not in the files that came last: people.csv, schools.csv."),
        ("Aspen", "received", "Not in the files that came last: people.csv, schools.csv. The roster keeps this person"),
        ("hush", "received", "Not in the files that came last"),
    ],
)
def test_the_first_step_that_stops_is_told(town: Town, term: str, stops: str | None, sentence: str) -> None:
    found = town.one(term)
    assert (found.stops_at, plain(found.why)[: len(sentence)]) == (stops, sentence)
    if term == "004218":
        assert "enroll_status in ('0', '-1')" in plain(found.why)
    if term == "Rowan":
        assert "Sub" in plain(found.why)
    if stops is not None:
        at = missing.STEPS.index(found.stops_at or "received")
        assert steps(found) == ["done"] * at + ["stopped"] + ["not-reached"] * (6 - at)


def test_several_people_of_one_name_are_told_apart(town: Town) -> None:
    assert {c.stops_at for c in town.ask("student")} >= {"mapped", "checked"}
    assert missing.ask(town.house, town.asking, SLUG, "fern", NOON).more


def test_a_removed_record_says_by_which_import(town: Town) -> None:
    moss = town.one("004222")
    assert (moss.name, moss.stops_at, moss.number_of_import) == ("Moss Leaver", "received", 2)
    assert moss.key


def test_what_waits_for_approval(town: Town) -> None:
    short = PEOPLE.replace(LINDEN, "").replace(MOSS, "8,s1,Student,Newt,Comer,004230,0,hush\n") + "".join(
        OTHERS.splitlines(True)[:8]
    )
    report = town.night(short)
    newt = town.one("newt comer")
    number = report.number  # type: ignore[attr-defined]
    assert (newt.stops_at, newt.number_of_import) == ("compared", number)
    assert plain(newt.why).endswith(f"Import {number} waits for approval. Until then the roster stays as it was.")


def test_without_the_files_the_roster_answers_alone(town: Town) -> None:
    store = town.house.stores.roster(SLUG)
    for delivery in store.deliveries.last(10):
        store.deliveries.shredded(delivery.number, datetime.now(UTC))
    hazel, june, moss = town.one("hazel"), town.one("juniper"), town.one("moss")
    assert (hazel.name, steps(hazel)) == (None, ["unknown", *["not-reached"] * 6])
    assert "are deleted by now" in plain(hazel.why)
    assert (june.stops_at, steps(june)) == (None, ["unknown"] * 4 + ["done"] * 3)
    assert (moss.stops_at, plain(moss.why)[:20]) == ("saved", "Removed by import 2 ")


def test_it_is_audited_without_the_words_and_closed_to_others(town: Town) -> None:
    town.one("juniper")
    rows = town.house.stores.control.audit.page(AuditWanted(district=SLUG, action="missing-asked"), 10)
    assert (rows[0].actor, dict(rows[0].detail)) == ("bob@pinewood.example", {"found": 1})
    everything = json.dumps([dict(r.detail) for r in town.house.stores.control.audit.last(500)])
    assert "uniper" not in everything
    with pytest.raises(Misuse, match="two letters"):
        town.ask(" x ")
    eye = somebody(town.house, "auditor", "eye@x.example")
    with pytest.raises(NotAllowed) as caught:
        missing.ask(town.house, eye.viewer(eye.sign_in()), SLUG, "juniper", NOON)
    assert caught.value.answer == Hidden()


def test_before_any_delivery_and_where_everything_is_refused(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        pinewood = Pinewood.founded(house, tmp_path)
        bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=[SLUG])
        asking = bob.elevated(bob.sign_in(), "records")
        (none,) = missing.ask(house, asking, SLUG, "juniper", NOON).candidates
        assert (none.stops_at, plain(none.why)) == ("received", "No files have come yet.")
        pinewood.night(district())
        assert missing.ask(house, asking, SLUG, "given1", NOON).candidates[0].stops_at == "sent-on"
        pinewood.night({"users.csv": "what,is,this\n1,2,3\n"})
        (broken,) = missing.ask(house, asking, SLUG, "nobody at all", NOON).candidates
        assert (broken.stops_at, bool(broken.remedy)) == ("read", True)


def test_a_contact_who_was_left_out_by_a_rule(tmp_path: Path) -> None:
    with opened(settings(tmp_path / "data")) as house:
        pinewood = Pinewood.founded(house, tmp_path)
        bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=[SLUG])
        asking = bob.elevated(bob.sign_in(), "records")
        folder = contactkit.night(tmp_path / "n", contactkit.PAIRS)
        shelf = contactkit.layouts(tmp_path / "l")
        source = pinewood.source(layouts=str(shelf)).id
        pinewood.night({f.name: f.read_text() for f in folder.iterdir()}, layouts=str(shelf), source=source)
        (olga,) = missing.ask(house, asking, SLUG, "olga ruiz", NOON).candidates
        assert olga.stops_at == "mapped"
        assert plain(olga.why) == (
            "Found in guardians.csv, line 4. Left out by the contact rules. No rule makes the contact a guardian."
        )
        (rosa,) = missing.ask(house, asking, SLUG, "G1", NOON).candidates[:1]
        assert (rosa.name, rosa.stops_at) == ("Rosa Ruiz", "sent-on")
        student = record_search.at_once(house, asking, SLUG, "S1", NOON).groups[0].shown[0]
        shown = records.profile(house, asking, SLUG, "users", student.key, NOON)
        assert shown is not None
        assert {(f.person.name, f.made_by) for f in shown.relations.family if f.person} == {
            ("Rosa Ruiz", "families/guardians"),
            ("Luis Ruiz", "families/guardians"),
        }
        ((left),) = shown.relations.contacts_left_out
        assert (left.person, left.refused_by, left.file, left.line) == (None, "contact-not-guardian", "guardians.csv", 4)
        assert left.relationship == "Grandmother"
