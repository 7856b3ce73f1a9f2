"""Records: how they are found, called, shown and locked, by those who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from desk_kit import NOON, Somebody, somebody
from e2e.files import district
from homeroom.desk import app_shares, record_acts, record_keys, record_search, record_then, records, support
from homeroom.desk.record_search import FoundPage
from homeroom.desk.records import Profile
from homeroom.desk.rights import Closed, Hidden, NeedsElevation, NotAllowed
from homeroom.desk.viewer import Viewer
from homeroom.doors.rest.endpoints import endpoints
from homeroom.doors.rest.one import VERSIONS, as_read
from homeroom.roster.catalogue import catalogue
from homeroom.roster.faults import Misuse
from homeroom.roster.meanings import label_of_field
from homeroom.roster.words import plain
from homeroom.store.audit import AuditWanted
from homeroom.sync import apps, districts, housekeeping, lock_days
from homeroom.sync.house import House, opened
from sync_house import SLUG, Pinewood, settings

PEOPLE = """\
u901,,,true,s1,student,june,,Juniper,Example,,004217,juniper.example@pinewood.example,,,"g1,g2",07,
u902,,,true,s2,student,zoe,,Zoë,Núñez-O'Hara,,004218,zoe@pinewood.example,,,,08,
u903,,,true,s1,student,e3,,Exa,Junipero,,4217,exa@pinewood.example,,,,08,
"""
SEATS = "e-901,,,k1,s1,u901,student,false,2026-08-15,2027-06-10\n"


def night(**changes: str) -> dict[str, str]:
    files = district()
    files["users.csv"] += PEOPLE
    files["enrollments.csv"] += SEATS
    for old, new in changes.items():
        files["users.csv"] = files["users.csv"].replace(old, new)
    return files


@dataclass
class Town:
    """A district after two nights, its administrator with the elevated role, and the vendor's engineer."""

    house: House
    pinewood: Pinewood
    bob: Somebody
    asking: Viewer

    def search(self, term: str, page: int = 1) -> FoundPage:
        handle = record_search.search(self.house, self.asking, SLUG, term, NOON)
        found = record_search.found(self.house, self.asking, SLUG, handle, NOON, page)
        assert found is not None
        return found

    def names(self, term: str) -> list[str]:
        return [hit.name for group in self.search(term).groups for hit in group.shown]

    def profile(self, term: str, table: str = "users") -> Profile:
        hit = next(hit for group in self.search(term).groups if group.table == table for hit in group.shown)
        found = records.profile(self.house, self.asking, SLUG, table, hit.key, NOON)
        assert found is not None
        return found

    def audited(self) -> str:
        rows = self.house.stores.control.audit.page(AuditWanted(district=SLUG), 1000)
        return json.dumps([(r.actor, r.action, dict(r.detail)) for r in rows], ensure_ascii=False)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One district for the whole module: 27 people, then a night on which one of them changes and another leaves."""
    folder = tmp_path_factory.mktemp("town")
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url_of_module"))
    with opened(settings(folder / "data", url)) as house:
        pinewood = Pinewood.founded(house, folder)
        districts.add(house, "larkspur", "Larkspur Valley", "UTC")
        assert pinewood.night(night()).outcome == "success"
        second = night(**{"juniper.example@pinewood": "june@pinewood"})
        second["users.csv"] = second["users.csv"].replace(
            "u20,,,true,s2,student,u20,,Given20,Family20,,0020,u20@example.org,,,,09,\n", ""
        )
        second["enrollments.csv"] = second["enrollments.csv"].replace(
            "e-20,,,k2,s2,u20,student,false,2026-08-15,2027-06-10\n", ""
        )
        second["enrollments.csv"] += "e-902,,,k2,s2,u902,student,false,2026-11-20,\n"
        assert pinewood.night(second).outcome == "success"
        bob = somebody(house, "administrator", "bob@pinewood.example", code=False, districts=[SLUG])
        yield Town(house, pinewood, bob, bob.elevated(bob.sign_in(), "records"))


@pytest.mark.parametrize(
    ("term", "first", "total"),
    [
        ("juniper", "Juniper Example", 2),
        ("EXAMPLE juniper", "Juniper Example", 1),
        ("Example, Juniper", "Juniper Example", 1),
        ("exa juni", "Juniper Example", 2),
        ("004217", "Juniper Example", 1),
        ("4217", "Exa Junipero", 1),
        ("zoe nunez", "Zoë Núñez-O'Hara", 1),
        ("ohara", "Zoë Núñez-O'Hara", 1),
        ("JUNE@pinewood.example", "Juniper Example", 1),
        ("u902", "Zoë Núñez-O'Hara", 1),
        ("algebra", "Algebra 1", 1),
        ("elm school", "Elm School", 1),
        ("102", "Elm School", 1),
        ("%", None, None),
        ("given_", None, 0),
        ("unipe", None, 0),
        ("' OR 1=1 --", None, 0),
    ],
)
def test_words_begin_words_and_exact_numbers_come_first(town: Town, term: str, first: str | None, total: int | None) -> None:
    if total is None:
        with pytest.raises(Misuse, match="two letters"):
            town.search(term)
        return
    assert (town.names(term)[:1], town.search(term).total) == ([first] if first else [], total)


def test_an_exact_number_goes_before_names_and_a_removed_record_comes_last(town: Town) -> None:
    people = next(g for g in town.search("family").groups if g.table == "users")
    assert (people.total, people.shown[-1].name, people.shown[-1].removed) == (20, "Given20 Family20", True)
    assert [hit.removed for hit in people.shown[:-1]] == [False] * 19
    one = people.shown[0]
    assert (one.what, one.number, one.school) == ("student", "0001", "Oak School")
    assert [h.number for h in next(g for g in town.search("0010").groups if g.table == "users").shown] == ["0010"]


def test_a_search_is_kept_for_its_session_and_half_an_hour(town: Town) -> None:
    house, handle = town.house, record_search.search(town.house, town.asking, SLUG, "juniper", NOON)
    assert record_search.found(house, town.asking, SLUG, handle, NOON + timedelta(minutes=29)) is not None
    with pytest.raises(NotAllowed):
        record_search.found(house, town.asking, "larkspur", handle, NOON)
    other = town.bob.elevated(town.bob.sign_in(), "records")
    assert record_search.found(house, other, SLUG, handle, NOON) is None
    assert record_search.found(house, town.asking, SLUG, handle + "x", NOON) is None
    assert record_search.found(house, town.asking, SLUG, handle, NOON + timedelta(minutes=30)) is None
    with house.stores.control.place.read() as connection:
        assert "uniper" not in str(
            connection.execute(text(f"SELECT sealed FROM {house.stores.control.place.name('found')}")).all()
        )
    assert "uniper" not in town.audited()
    assert '"records-searched", {"found": 2' in town.audited()


def test_a_key_opens_in_its_own_district_and_table_only(town: Town) -> None:
    mine, theirs = record_keys.of(town.house, SLUG), record_keys.of(town.house, "larkspur")
    key = mine.make("users", 7)
    assert (key, mine.open("users", key)) == (mine.make("users", 7), 7)
    assert len({mine.make("users", n) for n in range(50)} | {theirs.make("users", 7), mine.make("orgs", 7)}) == 52
    bad = [
        key[:-1],
        key + "A",
        key.swapcase(),
        key.replace(key[5], "-" if key[5] != "-" else "A"),
        "",
        "é" * 32,
        "A" * 32,
        "u901",
        "7",
    ]
    assert [mine.open("users", each) for each in bad] == [None] * len(bad)
    assert (mine.open("orgs", key), theirs.open("users", key)) == (None, None)
    gone = mine.make("users", 1 << 40)
    assert records.profile(town.house, town.asking, SLUG, "users", gone, NOON) is None
    assert records.profile(town.house, town.asking, SLUG, "alembic_version", key, NOON) is None


def test_the_fields_say_where_they_came_from(town: Town) -> None:
    june = town.profile("juniper example")
    fields = {f.name: f for f in june.fields}
    assert list(fields) == [f.name for f in catalogue()["users"].model]
    assert (june.name, june.what, june.number, june.grade, june.removed) == ("Juniper Example", "student", "004217", "07", False)
    assert june.school is not None
    assert (june.school.name, june.school.table) == ("Oak School", "orgs")
    mail, first = fields["email"], fields["givenName"]
    assert mail.source is not None
    assert first.source is not None
    assert (mail.value, mail.source.number_of_import, mail.source.file, mail.source.line) == (
        "june@pinewood.example",
        2,
        "users.csv",
        25,
    )
    assert (first.label, first.source.number_of_import, first.source.file, first.source.line) == (
        "First name",
        1,
        "users.csv",
        None,
    )
    assert (first.source.kind, first.source.trigger) == ("upload", "upload")
    assert (fields["phone"].value, fields["phone"].source) == (None, None)
    assert [r.name for r in fields["agentSourcedIds"].refs] == ["Maria Lopez", "Jose Lopez"]
    assert all(r.key for r in fields["agentSourcedIds"].refs)


def test_history_and_relations(town: Town) -> None:
    june, zoe = town.profile("juniper example"), town.profile("zoe")
    assert [(e.what, [(d.label, d.before, d.now) for d in e.fields]) for e in june.history] == [
        ("updated", [("E-mail", "juniper.example@pinewood.example", "june@pinewood.example")]),
        ("first", []),
    ]
    joined = zoe.history[0]
    assert joined.about is not None
    assert (joined.what, joined.about.name, joined.number_of_import) == ("joined-class", "Biology 1", 2)
    left = town.profile("given20")
    assert {e.what for e in left.history[:2]} == {"left-class", "removed"}
    assert left.history[2].what == "first"
    assert left.removed
    (seat,) = june.relations.seats
    assert (seat.klass.name, [t.name for t in seat.teachers], [t.name for t in seat.terms]) == (
        "Algebra 1",
        ["Ada Byron"],
        ["2026-2027"],
    )
    assert (seat.role, seat.begin, seat.end) == ("student", "2026-08-15", "2027-06-10")
    assert [(f.person.name if f.person else None, f.relationship, f.made_by) for f in june.relations.family] == [
        ("Maria Lopez", "guardian", None),
        ("Jose Lopez", "parent", None),
    ]
    assert {f.person.name for f in town.profile("maria lopez").relations.family if f.person} == {
        "Given1 Family1",
        "Juniper Example",
    }
    members = town.profile("algebra", "classes").relations
    assert (members.members_total, members.members[0].person.name, members.members[0].role) == (12, "Ada Byron", "teacher")
    elm = town.profile("pinewood district", "orgs").relations
    assert [p.name for p in elm.parts] == ["Oak School", "Elm School"]


def test_apps_see_what_their_scopes_open(town: Town) -> None:
    apps.add(town.house, "Reading Garden", (SLUG,), ())
    apps.add(town.house, "Bus Finder", (), ("roster-demographics.readonly",))
    apps.add(town.house, "Elsewhere", ("larkspur",), ())
    seen = {each.app: each for each in town.profile("juniper example").apps}
    assert [(name, s.sees, s.why) for name, s in seen.items()] == [("Reading Garden", True, None), ("Bus Finder", False, "scope")]
    assert {"E-mail", "First name", "Grade"} <= set(seen["Reading Garden"].labels)
    assert "Home phone" not in seen["Reading Garden"].labels


def test_the_scopes_are_those_of_the_door() -> None:
    """The desk may not ask the door; here both are held together."""
    served = {e.table: set(e.scopes) for e in endpoints() if e.template.count("/") == 1}
    for table, scopes in served.items():
        assert set(app_shares.OPENS.get(table, app_shares.WIDE)) == scopes, table
    for table in app_shares.UNSERVED:
        assert table not in served


def test_looking_is_in_the_audit_by_key(town: Town) -> None:
    june = town.profile("juniper example")
    assert f'"record-seen", {{"table": "users", "record": "{june.key}"' in town.audited()
    assert "u901" not in town.audited()


def test_only_those_who_may(town: Town) -> None:
    house, key = town.house, town.profile("juniper example").key
    ada = somebody(house, "engineer")
    cookie = ada.sign_in()
    asked = {
        "plain administrator": (town.bob.viewer(town.bob.sign_in()), NeedsElevation("records", SLUG)),
        "engineer without support access": (ada.elevated(cookie, "records"), Closed(SLUG)),
        "viewer": (somebody(house, "school_viewer", "v@x.example", districts=[SLUG], schools=["s1"]), Hidden()),
        "auditor": (somebody(house, "auditor", "a@x.example"), Hidden()),
        "stranger": (somebody(house, "administrator", "l@x.example", code=False, districts=["larkspur"]), Hidden()),
    }
    for who, (person, answer) in asked.items():
        viewer = person if isinstance(person, Viewer) else person.viewer(person.sign_in())
        for act in (
            lambda v: records.profile(house, v, SLUG, "users", key, NOON),
            lambda v: record_search.search(house, v, SLUG, "juniper", NOON),
            lambda v: record_acts.ask_again(house, v, SLUG, "users", key, NOON),
        ):
            with pytest.raises(NotAllowed) as caught:
                act(viewer)
            assert caught.value.answer == answer, who
    support.turn_on(house, town.asking, SLUG, 2, town.bob.code(), NOON)
    seen = records.profile(house, ada.elevated(cookie, "records"), SLUG, "users", key, NOON)
    assert seen is not None
    assert (seen.may_lock, seen.may_refresh) == (False, False)
    with pytest.raises(NotAllowed):
        record_acts.lock(house, ada.elevated(cookie, "records"), SLUG, "users", key, "email", None, NOON)


def test_lock_correct_unlock(town: Town) -> None:
    house, asking = town.house, town.asking
    key = town.profile("exa junipero").key

    def field(name: str) -> records.Field:
        found = records.profile(house, asking, SLUG, "users", key, NOON)
        assert found is not None
        return next(f for f in found.fields if f.name == name)

    record_acts.correct(house, asking, SLUG, "users", key, "preferredGivenName", "Exie", "asked by the family", NOON)
    told = field("preferredGivenName")
    assert told.lock is not None
    assert told.source is not None
    assert (told.value, told.lock.who, told.lock.why, told.source.who) == (
        "Exie",
        "bob@pinewood.example",
        "asked by the family",
        "bob@pinewood.example",
    )
    record_acts.lock(house, asking, SLUG, "users", key, "email", None, NOON)
    town.pinewood.night(night(**{"exa@pinewood": "other@pinewood", "juniper.example@pinewood": "june@pinewood"}))
    mail = field("email")
    assert mail.lock is not None
    assert (mail.value, mail.lock.differs, mail.lock.says) == ("exa@pinewood.example", True, "other@pinewood.example")
    record_acts.unlock(house, asking, SLUG, "users", key, None, NOON)
    assert field("email").lock is None
    assert record_acts.lock(house, asking, SLUG, "users", "A" * 32, "email", None, NOON) is None
    assert f'"record-locked", {{"table": "users", "record": "{key}", "field": "email"' in town.audited()
    assert "u903" not in town.audited()
    with pytest.raises(Misuse):
        record_acts.lock(house, asking, SLUG, "users", key, "no such field", None, NOON)


def test_a_record_of_files_cannot_be_refreshed(town: Town) -> None:
    answer = record_acts.ask_again(town.house, town.asking, SLUG, "users", town.profile("zoe").key, NOON)
    assert answer is not None
    assert (answer.how, answer.number_of_import) == ("refused", None)
    assert answer.message is not None
    assert "cannot be asked for one record" in plain(answer.message)


def test_every_field_has_a_name_for_people() -> None:
    for table in catalogue():
        for field in table.model:
            label = label_of_field(table.name, field.name)
            assert "ourced" not in label, (table.name, field.name)
            assert label[0].isupper(), (table.name, field.name)


def test_a_lock_ends_on_its_day_in_the_district_s_zone_and_the_history_says_so(town: Town) -> None:
    house, key = town.house, town.profile("zoe nunez").key
    districts.add(house, "honolulu", "Honolulu", "Pacific/Honolulu")
    where = (house, town.asking, SLUG, "users", key)
    with pytest.raises(Misuse, match="a day to come"):
        record_acts.lock(*where, "email", None, NOON, NOON.date())
    end = NOON.date() + timedelta(days=3)
    record_acts.lock(*where, "email", "until the family has written", NOON, end)
    record_acts.correct(*where, "familyName", "Nunez", None, NOON, end)
    record_acts.lock(*where, "givenName", None, NOON)
    locks = {f.name: f.lock.until for f in town.profile("u902").fields if f.lock}
    assert locks == {"email": end, "familyName": end, "givenName": None}
    midnight = NOON.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    assert lock_days.let_go(house, SLUG, midnight - timedelta(seconds=1)) == 0
    assert housekeeping.keep(house, midnight)["unlocked"] == 2
    profile = town.profile("u902")
    assert [f.name for f in profile.fields if f.lock] == ["givenName"]
    event = next(e for e in profile.history if e.what == "unlocked")
    assert (event.who, [d.field for d in event.fields], event.at) == (None, ["email", "familyName"], midnight)
    newest = house.stores.control.audit.page(AuditWanted(district=SLUG, action="record-unlocked"), 1)[0]
    assert (newest.actor, newest.detail["record"], newest.detail["fields"]) == (lock_days.CLOCK, key, ["email", "familyName"])
    # What the files say comes back with the next night, which looks for ended locks itself.
    assert town.pinewood.night(
        night() | {"classes.csv": night()["classes.csv"] + "k9,,,More,09,c1,A9,scheduled,R1,s1,y26,,,1\n"}
    ).outcome
    record_acts.unlock(*where, "givenName", NOON)
    told = [(e.who, [d.field for d in e.fields]) for e in town.profile("u902").history if e.what == "unlocked"]
    assert (town.asking.who, ["givenName"]) in told
    assert lock_days.today(house, "honolulu", midnight) == end - timedelta(days=1)


def test_a_record_in_two_states(town: Town) -> None:
    key = town.profile("juniper example").key

    def told(first: str, last: str) -> record_then.Comparison:
        found = record_then.compare(town.house, town.asking, SLUG, "users", key, first, last, NOON)
        assert found is not None
        return found

    between = told("1", "2")
    assert [(f.field, f.before, f.now) for f in between.fields if f.differs] == [
        ("email", "juniper.example@pinewood.example", "june@pinewood.example")
    ]
    assert (between.first.revision, between.last.revision, between.first.there) == (1, 2, True)
    assert told("2", "1").first.revision == 1  # the earlier one is always the first
    before = told("2000-01-01", "1")
    assert (before.first.there, before.first.revision, before.first.at) == (False, None, None)
    assert {f.field: f.now for f in before.fields if f.differs}["familyName"] == "Example"
    assert not [f for f in told("2", "").fields if f.differs and f.field == "familyName"]
    today = town.pinewood.house.stores.roster(SLUG).revisions(1)[0].at.date().isoformat()
    assert told("1", today).last.revision == town.pinewood.revision
    gone = town.search("u20").groups[0].shown[0].key
    left = record_then.compare(town.house, town.asking, SLUG, "users", gone, "1", "2", NOON)
    assert left is not None
    assert (left.first.removed, left.last.removed) == (False, True)
    for wrong in ("99", "yesterday", "2026-13-01", "9999-12-31"):
        with pytest.raises(Misuse):
            told("1", wrong)
    assert record_then.compare(town.house, town.asking, SLUG, "users", "x" * 32, "", "", NOON) is None
    with pytest.raises(NotAllowed):
        record_then.compare(town.house, town.bob.viewer(town.bob.sign_in()), SLUG, "users", key, "", "", NOON)
    assert "june@pinewood" not in town.audited()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_record_is_shown_as_the_provider_answers_it(town: Town, version: str) -> None:
    text = as_read(town.house.stores, SLUG, "users", "u901", version, "https://roster.example")
    assert text is not None
    user = json.loads(text)["user"]
    assert (user["sourcedId"], user["givenName"]) == ("u901", "Juniper")
    root = {"1.1": "/ims/oneroster/v1p1", "1.2": "/ims/oneroster/rostering/v1p2"}[version]
    assert f'"href":"https://roster.example/d/{SLUG}{root}/orgs/' in text
    for table, key in (("classes", "k1"), ("enrollments", "e-1"), ("orgs", "s1"), ("academicSessions", "y26"), ("courses", "c1")):
        assert as_read(town.house.stores, SLUG, table, key, version, "") is not None, table
    assert as_read(town.house.stores, SLUG, "users", "nobody", version, "") is None
    assert as_read(town.house.stores, SLUG, "roles", "x", version, "") is None
