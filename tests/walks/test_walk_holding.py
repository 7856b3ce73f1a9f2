"""What a person holds of a record survives the nights, and nothing else does: whole nights over real stores."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from homeroom.roster.faults import Misuse
from homeroom.roster.holding import ARCHIVED_ALWAYS
from homeroom.store.roster import RosterStore
from homeroom.sync import by_hand, imports, reading_back, sources
from store_recount import check
from walks.walking import Country, Town, country

USERS = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,sms,phone,metadata.language,metadata.bus"
ORGS = "sourcedId,status,dateLastModified,name,type\ns1,,,Elm School,school\ns2,,,Oak School,school\n"
CLASSES = "sourcedId,status,dateLastModified,title,classType,courseSourcedId,schoolSourcedId,termSourcedIds\n"
COURSES = "sourcedId,status,dateLastModified,schoolYearSourcedId,title,orgSourcedId\nm,,,,Mathematics,s1\n"
SESSIONS = (
    "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    "y,,,Year,schoolYear,2026-08-01,2027-06-30,,2027\n"
)
FIELDS = ("familyName", "email", "sms", "metadata.language")
WHO = "ada"

_numbers = itertools.count()


@contextmanager
def founded(folder: Path, url: str | None) -> Iterator[Town]:
    with country(folder, url) as land:
        yield land.town()


@pytest.fixture
def town(tmp_path: Path, database_url: str | None) -> Iterator[Town]:
    with founded(tmp_path, database_url) as made:
        yield made


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("holding")) as opened:
        yield opened


def person(key: str, **cells: str) -> dict[str, str]:
    return {"familyName": "Byron", "email": f"{key}@elm.test", "sms": "", "metadata.language": "en", "metadata.bus": "7"} | cells


PEOPLE = {key: person(key) for key in ("u1", "u2", "u3")}


def night(town: Town, people: dict[str, dict[str, str]], *, classes: tuple[str, ...] = (), seed: int = 0) -> Any:
    """A night of these people and classes; `seed` shuffles the rows, so that the same rows are other bytes."""
    folder = town.house.settings.data.parent / f"night-{next(_numbers)}"
    folder.mkdir()
    order = ("familyName", "email", "sms", "phone", "metadata.language", "metadata.bus")
    rows = [f"{k},,,true,s1,student,{k},Given,{','.join(cells.get(c, '') for c in order)}" for k, cells in people.items()]
    random.Random(seed).shuffle(rows)
    (folder / "users.csv").write_text("\n".join([USERS, *rows, ""]))
    (folder / "orgs.csv").write_text(ORGS)
    if classes:
        (folder / "courses.csv").write_text(COURSES)
        (folder / "academicSessions.csv").write_text(SESSIONS)
        (folder / "classes.csv").write_text(CLASSES + "".join(f"{c},,,Class {c},scheduled,m,s1,y\n" for c in classes))
    made = town.walk(folder, "oneroster-1.1")
    assert made.outcome == "success", made
    return made


def changed(made: Any) -> bool:
    return made.revision_after != made.revision_before


def store_of(town: Town) -> RosterStore:
    return town.house.stores.roster(town.slug)


def field_of(town: Town, key: str, field: str) -> str | None:
    row = town.record("users", key)
    if not field.startswith("metadata."):
        return row[field]
    return json.loads(row["metadata"] or "{}").get(field.removeprefix("metadata."))


def correct(town: Town, key: str, field: str, value: str, **more: Any) -> dict[str, Any]:
    return by_hand.correct(town.house, town.slug, "users", key, field, value, why=None, who=WHO, now=town.now, **more)


def lock(town: Town, key: str, field: str | None) -> dict[str, Any]:
    return by_hand.lock(town.house, town.slug, "users", key, field, why="because", who=WHO, now=town.now)


def unlock(town: Town, key: str, field: str | None) -> dict[str, Any]:
    return by_hand.unlock(town.house, town.slug, "users", key, field, who=WHO, now=town.now)


def told(town: Town, key: str, table: str = "users") -> dict[str, Any]:
    return reading_back.record(town.house, town.slug, table, key)


# -- a correction, from its first day to its last ---------------------------------------------------------------


def test_a_correction_survives_the_nights_and_ends_with_its_lock(town: Town) -> None:
    night(town, PEOPLE)
    made = correct(town, "u1", "familyName", "Lovelace")
    assert made["revision"] == town.revision == 2
    [change] = told(town, "u1")["changes"]
    assert (change["verb"], change["who"], change["import"]) == ("update", WHO, None)
    assert change["fields"] == {"familyName": ["Byron", "Lovelace"]}
    [held] = told(town, "u1")["held"]
    assert (held["field"], held["who"], held["source_says"]) == ("familyName", WHO, {"familyName": "Byron"})
    assert (told(town, "u1")["provenance"]["import"], told(town, "u1")["provenance"]["file"]) == (1, "users.csv")

    first = night(town, PEOPLE, seed=1)  # the same rows: tonight and every night the report says what was left aside
    kept = sorted(p.name for p in town.house.snapshots(town.slug, 1).iterdir())
    again = night(town, PEOPLE, seed=2)
    assert sorted(p.name for p in town.house.snapshots(town.slug, 1).iterdir()) == kept  # nothing is new: nothing is written
    for report in (first, again):
        assert not changed(report)
        assert (report.tables["users"].unchanged, report.tables["users"].updated) == (3, 0)
        [withheld] = json.loads(json.dumps(report.as_json()["withheld"]))
        assert withheld == {
            "table": "users", "reason": "locked", "code": "field-locked", "records": 1, "values": 1,
            "examples": [{"key": "u1", "fields": ["familyName"]}],
        }  # fmt: skip
        [issue] = report.issues
        assert (issue.code, issue.severity, issue.key, issue.column, issue.value) == (
            "field-locked", "info", "u1", "familyName", "Byron",
        )  # fmt: skip

    moved = night(town, PEOPLE | {"u1": person("u1", familyName="King", email="new@elm.test")})
    assert moved.tables["users"].updated == 1
    assert (field_of(town, "u1", "familyName"), field_of(town, "u1", "email")) == ("Lovelace", "new@elm.test")
    assert told(town, "u1")["held"][0]["source_says"] == {"familyName": "King"}

    agreed = night(town, PEOPLE | {"u1": person("u1", familyName="Lovelace", email="new@elm.test")})
    assert (agreed.withheld, told(town, "u1")["held"][0]["source_says"]) == ((), {})
    night(town, PEOPLE | {"u1": person("u1", familyName="King", email="new@elm.test")})

    unlock(town, "u1", "familyName")
    assert field_of(town, "u1", "familyName") == "Lovelace"  # until the source speaks again
    town.now -= timedelta(days=1)  # the very same bytes on the same day: only what is held is another
    last = night(town, PEOPLE | {"u1": person("u1", familyName="King", email="new@elm.test")})
    assert (field_of(town, "u1", "familyName"), last.withheld) == ("King", ())
    assert town.house.stores.control.audit.last(2, town.slug)[0].action == "record-unlocked"
    check(store_of(town))


def test_a_lock_without_a_value_makes_no_revision_and_holds_from_then_on(town: Town) -> None:
    night(town, PEOPLE)
    assert lock(town, "u2", None)["revision"] == town.revision == 1
    made = night(town, PEOPLE | {"u2": person("u2", familyName="King", sms="555", **{"metadata.language": "es"})})
    assert not changed(made)
    assert [(w.reason, w.records, w.values) for w in made.withheld] == [("locked", 1, 3)]
    assert told(town, "u2")["held"][0]["source_says"] == {
        "familyName": "King",
        "sms": "555",
        "metadata": '{"bus":"7","language":"es"}',
    }
    gone = night(town, {k: v for k, v in PEOPLE.items() if k != "u2"})
    assert gone.tables["users"].removed == 1  # a lock holds values; who is there at all is the source's to say
    back = night(town, PEOPLE | {"u2": person("u2", familyName="King")})
    assert (back.tables["users"].restored, field_of(town, "u2", "familyName")) == (1, "Byron")


def test_a_list_of_schools_that_was_corrected_is_found_from_both_sides(town: Town) -> None:
    night(town, PEOPLE)
    correct(town, "u1", "orgSourcedIds", "s1, s2")
    assert field_of(town, "u1", "orgSourcedIds") == "s1,s2"
    check(store_of(town))
    assert not changed(night(town, PEOPLE, seed=3))
    unlock(town, "u1", None)
    assert night(town, PEOPLE, seed=4).tables["users"].updated == 1
    check(store_of(town))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("role", "pupil", "not one of the words"),
        ("orgSourcedIds", "s1,s9", "names s9, which is not a known org"),
        ("givenName", "", "is blank"),
        ("enabledUser", "perhaps", "enabledUser"),
        ("metadata.language", "e\nn", "control character"),
        ("metadata", "{}", "metadata.NAME"),
        ("password", "secret", "no field 'password'"),
        ("sourcedId", "u9", "no field 'sourcedId'"),
    ],
)
def test_a_value_that_a_file_could_not_bring_is_refused(land: Country, field: str, value: str, says: str) -> None:
    town = land.town()
    night(town, PEOPLE)
    with pytest.raises(Misuse, match=says):
        correct(town, "u1", field, value)
    assert (town.revision, by_hand.locks(town.house, town.slug)) == (1, [])


def test_what_is_not_held_cannot_be_let_go(land: Country) -> None:
    town = land.town()
    night(town, PEOPLE)
    for wrong in (lambda: unlock(town, "u1", "email"), lambda: unlock(town, "u1", None), lambda: lock(town, "u9", "email")):
        with pytest.raises(Misuse):
            wrong()
    with pytest.raises(Misuse, match="was not archived by hand"):
        by_hand.unarchive(town.house, town.slug, "users", "u1", who=WHO)
    by_hand.archive(town.house, town.slug, "users", "u3", who=WHO)
    with pytest.raises(Misuse, match="is removed"):
        correct(town, "u3", "email", "x@elm.test")
    assert town.counts()["users"] == {"active": 2, "tobedeleted": 1}
    with pytest.raises(Misuse, match="only people join"):
        by_hand.joined(town.house, town.slug, "orgs", "s1", who=WHO)


# -- settings of a source ---------------------------------------------------------------------------------------


def test_fields_that_are_written_when_a_record_is_new(land: Country) -> None:
    town = land.town()
    night(town, PEOPLE)
    change(town, create_only=["users.email", "users.metadata.bus"], update_language=False)
    later = {"email": "later@elm.test", "metadata.language": "fr", "metadata.bus": "9", "familyName": "King"}
    made = night(town, PEOPLE | {"u1": person("u1", **later), "u4": person("u4", **later)})
    assert (made.tables["users"].updated, made.tables["users"].added) == (1, 1)
    assert [field_of(town, "u1", f) for f in ("email", "metadata.language", "metadata.bus", "familyName")] == [
        "u1@elm.test", "en", "7", "King",
    ]  # fmt: skip
    assert [field_of(town, "u4", f) for f in later] == list(later.values())
    [withheld] = made.withheld
    assert (withheld.reason, withheld.records, withheld.values) == ("create-only", 1, 3)
    lock(town, "u1", "metadata.language")  # what a person says goes before what the settings say
    both = night(town, PEOPLE | {"u1": person("u1", **later), "u4": person("u4", **later)}, seed=1).withheld
    assert [(w.reason, w.values) for w in both] == [("create-only", 2), ("locked", 1)]
    assert told(town, "u1")["held"][0]["source_says"] == {"metadata.language": "fr"}
    unlock(town, "u1", None)
    assert withheld.examples[0].fields == ("email", "metadata.bus", "metadata.language")
    change(town, create_only=None, update_language=None)
    night(town, PEOPLE | {"u1": person("u1", **later), "u4": person("u4", **later)})
    assert [field_of(town, "u1", f) for f in later] == list(later.values())


def test_people_who_have_joined_look_after_their_contact_details(land: Country) -> None:
    town = land.town()
    night(town, PEOPLE)
    by_hand.joined(town.house, town.slug, "users", "u1", who=WHO)
    moved = {k: person(k, email=f"{k}@new.test", phone="555", familyName="King") for k in PEOPLE}
    made = night(town, moved)
    assert [field_of(town, k, "email") for k in PEOPLE] == ["u1@elm.test", "u2@new.test", "u3@new.test"]
    assert field_of(town, "u1", "familyName") == "King"
    assert [(w.reason, w.code, w.values) for w in made.withheld] == [("joined", "field-of-joined", 2)]
    assert not changed(night(town, moved, seed=5))
    change(town, update_contacts=True)
    night(town, moved, seed=6)
    assert field_of(town, "u1", "email") == "u1@new.test"
    change(town, update_contacts=None)
    night(town, PEOPLE)
    assert field_of(town, "u1", "email") == "u1@new.test"
    by_hand.not_joined(town.house, town.slug, "users", "u1", who=WHO)
    night(town, PEOPLE)
    assert field_of(town, "u1", "email") == "u1@elm.test"


def change(town: Town, **values: Any) -> None:
    [source] = town.house.stores.control.sources.of(town.slug)
    sources.change(town.house, town.slug, source.id, values)


# -- archived by hand -------------------------------------------------------------------------------------------


def test_a_record_that_was_archived_by_hand(town: Town) -> None:
    night(town, PEOPLE, classes=("c1", "c2", "c3"))
    archive = {"who": WHO, "now": town.now}
    by_hand.archive(town.house, town.slug, "classes", "c1", **archive)
    by_hand.archive(town.house, town.slug, "classes", "c2", mark=ARCHIVED_ALWAYS, **archive)
    assert town.counts()["classes"] == {"active": 1, "tobedeleted": 2}
    check(store_of(town))
    made = night(town, PEOPLE, classes=("c1", "c2", "c3"), seed=1)
    assert (made.tables["classes"].restored, made.tables["classes"].unchanged) == (1, 2)
    assert [(w.reason, w.examples[0].key) for w in made.withheld] == [("archived", "c2")]
    assert told(town, "c1", "classes")["held"] == []  # the source brought it back: the mark has done its work
    assert not changed(night(town, PEOPLE, classes=("c1", "c2", "c3"), seed=2))
    by_hand.unarchive(town.house, town.slug, "classes", "c2", who=WHO, now=town.now)
    assert (town.counts()["classes"], told(town, "c2", "classes")["held"]) == ({"active": 3, "tobedeleted": 0}, [])
    by_hand.archive(town.house, town.slug, "classes", "c3", mark=ARCHIVED_ALWAYS, **archive)
    night(town, PEOPLE, classes=("c1", "c2"))
    by_hand.unarchive(town.house, town.slug, "classes", "c3", who=WHO, now=town.now)
    assert night(town, PEOPLE, classes=("c1", "c2"), seed=5).tables["classes"].removed == 1  # its source no longer lists it
    check(store_of(town))


# -- rollback, retention ----------------------------------------------------------------------------------------


def test_a_rollback_leaves_what_people_hold(town: Town) -> None:
    night(town, PEOPLE, classes=("c1",))
    correct(town, "u1", "familyName", "Lovelace")
    correct(town, "u2", "metadata.language", "fr")
    correct(town, "u3", "email", "mine@elm.test")
    unlock(town, "u3", "email")
    by_hand.archive(town.house, town.slug, "classes", "c1", who=WHO)
    made = imports.rollback(town.house, town.slug, 1, who=WHO)
    assert [field_of(town, "u1", "familyName"), field_of(town, "u2", "metadata.language")] == ["Lovelace", "fr"]
    assert field_of(town, "u3", "email") == "u3@elm.test"  # nobody holds it any more
    assert town.counts()["classes"] == {"active": 0, "tobedeleted": 1}
    assert [(w.table, w.reason, [e.key for e in w.examples]) for w in made.withheld] == [
        ("classes", "archived", ["c1"]), ("users", "locked", ["u1", "u2"]),
    ]  # fmt: skip
    check(store_of(town))


def test_the_retention_clock_takes_what_was_held(town: Town) -> None:
    night(town, PEOPLE)
    lock(town, "u1", "email")
    by_hand.archive(town.house, town.slug, "users", "u1", who=WHO, now=town.now)
    assert len(store_of(town).all_held()) == 2
    assert store_of(town).purge(town.now + timedelta(days=1), town.now + timedelta(days=2)) == 1
    assert store_of(town).all_held() == ()


# -- random nights ----------------------------------------------------------------------------------------------

KEYS = st.sampled_from(("u1", "u2"))
VALUES = {
    "familyName": ("Byron", "King"),
    "email": ("a@elm.test", "b@elm.test"),
    "sms": ("", "555"),
    "metadata.language": ("en", "fr"),
}
STEPS = st.one_of(
    st.tuples(st.just("night"), st.fixed_dictionaries({k: st.fixed_dictionaries({f: st.sampled_from(v) for f, v in VALUES.items()}) for k in ("u1", "u2")})),
    st.tuples(st.just("lock"), KEYS, st.sampled_from((*FIELDS, None)), st.booleans()),
    st.tuples(st.just("unlock"), KEYS, st.none()),
    st.tuples(st.just("joined"), KEYS),
    st.tuples(st.just("language"), st.booleans()),
)  # fmt: skip


def test_whatever_happens_a_locked_field_is_a_person_s_and_any_other_the_source_s(
    database_url: str | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Both engines are held against one plain model, and so against each other."""
    with country(tmp_path_factory.mktemp("random"), database_url) as land:

        @settings(deadline=None, max_examples=2, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(steps=st.lists(STEPS, min_size=3, max_size=5))
        def law(steps: list[Any]) -> None:
            _live(land.town(), steps)

        law()


def _live(town: Town, steps: list[Any]) -> None:
    said = {k: {f: v[0] for f, v in VALUES.items()} for k in ("u1", "u2")}
    here = {k: dict(cells) for k, cells in said.items()}
    locks: set[tuple[str, str]] = set()
    has_joined: set[str] = set()
    language_stays = False
    night(town, said)
    for step, *rest in [*steps, ("night", said)]:
        if step == "night":
            said = rest[0]
            night(town, said, seed=town.revision)
            for key, field in itertools.product(said, FIELDS):
                held = (key, field) in locks or (key, "*") in locks or (key in has_joined and field in ("email", "sms"))
                if not held and not (language_stays and field == "metadata.language"):
                    here[key][field] = said[key][field]
        elif step == "lock":
            key, field, with_value = rest
            if with_value and field is not None:
                here[key][field] = {"familyName": "Mine", "email": "me@x.test", "sms": "1", "metadata.language": "xx"}[field]
                correct(town, key, field, here[key][field])
            else:
                lock(town, key, field)
            locks.add((key, field or "*"))
        elif step == "unlock" and any(k == rest[0] for k, _ in locks):
            unlock(town, rest[0], None)
            locks = {(k, f) for k, f in locks if k != rest[0]}
        elif step == "language":
            language_stays = not rest[0]
            change(town, update_language=rest[0])
        elif step == "joined":
            by_hand.joined(town.house, town.slug, "users", rest[0], who=WHO)
            has_joined.add(rest[0])
        assert {k: {f: field_of(town, k, f) or "" for f in FIELDS} for k in here} == here, step
    assert not changed(night(town, said, seed=99))  # law 7
    check(store_of(town))
