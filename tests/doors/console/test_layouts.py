"""The pages of layouts and schools, as a browser without scripts uses them, through the real desk."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from console_kit import Browser
from console_world import World, world
from e2e.files import district
from homeroom.desk import elevation, support
from homeroom.doors.console import crossing
from homeroom.sync import schools

OWN = "pinewood-oneroster-1.1"
HOME = "/districts/pinewood/layouts"
USERS = f"{HOME}/{OWN}"
CAME: dict[tuple[str, str | None, str, str], Browser] = {}
"""Who has come in; a sign-in costs a tenth of a second."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    CAME.clear()
    with world(tmp_path_factory.mktemp("layouts")) as made:
        yield made


def come(place: World, role: str, kind: str | None = None, slug: str = "pinewood", **more: object) -> Browser:
    """Somebody of that role who has signed in, with the elevated role where a kind is named; the same browser each time."""
    key = (role, kind, slug if kind else "", str(more))
    if key in CAME:
        return CAME[key]
    cookie = place.cookie(role, **more)  # type: ignore[arg-type]
    person = place.who(role, **more)  # type: ignore[arg-type]
    if kind is not None:
        viewer = person.viewer(cookie)
        elevation.begin(place.house, viewer, kind, slug, "Ticket 4471, e-mails are missing", person.code(), 30, person.now)  # type: ignore[arg-type]
    CAME[key] = Browser(place.console(), {crossing.SESSION: cookie})
    return CAME[key]


def words(page: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def typed(page: str) -> str:
    """What stands in the textarea."""
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found
    return html.unescape(found[1])


@pytest.fixture(scope="module")
def copied(place: World) -> None:
    """Pinewood has a copy of the set that its source names, and the source is read by it."""
    ada = come(place, "operator", "settings")
    answer = ada.post(f"{HOME}/oneroster-1.1/copy", {"name": OWN})
    assert (answer.status_code, answer.headers["location"]) == (303, USERS)
    source = place.house.stores.control.sources.of("pinewood")[0]
    assert ada.post(f"{USERS}/use", {"source": str(source.id)}).status_code == 303
    place.night("pinewood", district())


def test_what_ships_is_listed_by_system_and_read_column_by_column(place: World) -> None:
    ada = come(place, "operator")
    listed = words(ada.get("/layouts").text)
    assert "PowerSchool" in listed
    assert "powerschool-dem" in listed
    one = words(ada.get("/layouts/powerschool-dem/users").text)
    assert "Turns users.csv into users" in one
    assert ada.get("/layouts/powerschool-dem/nothing").status_code == 404
    assert ada.get("/layouts/..%2fsecret").status_code == 404


def test_a_district_sees_its_layouts_by_source_with_the_last_result(place: World) -> None:
    page = come(place, "administrator", districts=("goldenrod",), code=False).get("/districts/goldenrod/layouts")
    assert page.status_code == 200
    assert "oneroster-1.1/users" in words(page.text)
    assert "Success" in page.text


def test_the_mapping_says_where_each_field_comes_from_and_how_full_it_is(place: World) -> None:
    page = words(come(place, "operator").get("/districts/goldenrod/layouts/oneroster-1.1/users").text)
    assert "sourcedId required is filled from sourcedId as it is; leading zeros stay 100%" in page
    assert "Import" in page
    assert "no row refused" in page


def test_what_ships_is_read_only_and_a_copy_is_made_of_it(place: World, copied: None) -> None:
    saved = place.house.stores.control.layouts.newest("pinewood", OWN)
    assert saved is not None
    assert saved.number == 1
    assert saved.note == "copied from oneroster-1.1"
    assert 'name = "pinewood-oneroster-1.1"' in saved.texts["set.toml"]
    ada = come(place, "operator", "settings")
    again = ada.post(f"{HOME}/oneroster-1.1/copy", {"name": OWN})
    assert again.status_code == 422
    assert f"There is a set {OWN} here already" in words(again.text)
    assert ada.get(f"{HOME}/oneroster-1.1/edit").status_code == 404


def test_a_layout_is_checked_tried_and_saved_with_a_reason(place: World, copied: None) -> None:
    ada = come(place, "operator", "settings")
    draft = ada.get(f"{USERS}/edit?file=users.toml")
    text = typed(draft.text)
    assert 'inherit = "oneroster:1.1"' in text
    wrong = ada.post(
        f"{USERS}/edit", {"file": "users.toml", "base": "1", "text": text + "[map]\nphone = { from = 'sms', recipe = 'lowre' }\n"}
    )
    assert "lower" in words(wrong.text)
    assert "Line 5" in words(wrong.text)
    part = ada.post(f"{USERS}/edit/problems", {"file": "users.toml", "text": "nonsense ="}, headers={"hx-request": "true"})
    assert part.text.lstrip().startswith('<div id="problems">')
    assert "Line 1" in part.text

    better = text + "[map]\nphone = 'sms'\nsms = 'phone'\nmiddleName = { constant = 'Q' }\n"
    tried = ada.post(f"{USERS}/edit/try", {"file": "users.toml", "base": "1", "text": better})
    assert tried.status_code == 200
    assert "Only counts are shown" in words(tried.text)
    assert "Save as version 2" in words(tried.text)
    unreasoned = ada.post(f"{USERS}/edit/save", {"file": "users.toml", "base": "1", "text": better})
    assert unreasoned.status_code == 422
    assert "Say why in a few words" in words(unreasoned.text)
    assert typed(unreasoned.text).strip() == better.strip()
    saved = ada.post(f"{USERS}/edit/save", {"file": "users.toml", "base": "1", "text": better, "why": "phones are swapped"})
    assert saved.status_code == 303
    newest = place.house.stores.control.layouts.newest("pinewood", OWN)
    assert newest is not None
    assert (newest.number, newest.note) == (2, "phones are swapped")
    stale = ada.post(f"{USERS}/edit/save", {"file": "users.toml", "base": "1", "text": text, "why": "late"})
    assert stale.status_code == 422
    assert "Version 2 was saved meanwhile" in words(stale.text)

    compared = words(ada.get(f"{USERS}/compare/1/2").text)
    assert "phone came from the column phone; it comes from the column sms." in compared
    back = ada.post(f"{USERS}/go-back", {"number": "1", "why": "it was right before"})
    assert back.status_code == 303
    newest = place.house.stores.control.layouts.newest("pinewood", OWN)
    assert newest is not None
    assert newest.number == 3
    assert "inherit" in newest.texts["set.toml"]
    assert "users.toml" not in newest.texts


def test_trying_counts_what_is_gained_lost_and_changed(place: World, copied: None) -> None:
    ada = come(place, "operator")
    text = typed(ada.get(f"{USERS}/edit?file=users.toml").text)
    base = str(place.house.stores.control.layouts.newest("pinewood", OWN).number)  # type: ignore[union-attr]
    form = {"file": "users.toml", "base": base}
    assert "The same rows come out" in words(ada.post(f"{USERS}/edit/try", form | {"text": text}).text)
    people = district()["users.csv"].count("\n") - 1
    changed = words(ada.post(f"{USERS}/edit/try", form | {"text": text + "[map]\nmiddleName = { constant = 'Q' }\n"}).text)
    assert f"gained 0 lost 0 changed {people} Fields that change: middleName in {people} rows" in changed
    students = district()["users.csv"].count(",student,")
    kept = words(ada.post(f"{USERS}/edit/try", form | {"text": text + "[keep]\nwhen = \"role = 'student'\"\n"}).text)
    lost = people - students
    assert f"Rows before {people} Rows now {students} gained 0 lost {lost}" in kept


def test_a_row_is_shown_as_shapes_until_records_may_be_seen(place: World) -> None:
    address = "/districts/goldenrod/layouts/oneroster-1.1/users?row=1"
    closed = come(place, "operator").get(address)
    assert "As it came: users.csv, line 2" in words(closed.text)
    assert "the district has not turned support access on" in words(closed.text)
    names = ("Ada", "Byron", "t1@example.org")
    assert "t1,,,true" in district()["users.csv"].splitlines()[1]
    assert not any(name in closed.text for name in names)
    assert ">Xxxxx<" in closed.text
    assert ">x0@xxxxxxx.xxx<" in closed.text

    grace = place.who("administrator", districts=("goldenrod",), code=False)
    cookie = place.cookie("administrator", districts=("goldenrod",), code=False)
    support.turn_on(place.house, grace.viewer(cookie), "goldenrod", 4, grace.code(), grace.now)
    opened = come(place, "operator", "records", "goldenrod").get(address)
    assert all(f">{name}<" in opened.text for name in names)
    assert "secret" not in opened.text.partition('class="preview"')[2].partition("</dl>")[0]  # the password's cell
    assert "You see people" in words(opened.text)
    assert any(row.action == "delivery-previewed" for row in place.house.stores.control.audit.last(district="goldenrod"))


def test_whoever_may_only_look_sees_no_form_and_no_draft(place: World, copied: None) -> None:
    auditor = come(place, "auditor")
    page = auditor.get(USERS)
    assert page.status_code == 200
    assert "<form method" not in page.text.partition('id="main"')[2]
    assert auditor.get(f"{USERS}/edit").status_code == 404
    assert auditor.post(f"{USERS}/edit/try", {"text": "x"}).status_code == 404
    assert auditor.get(f"{USERS}/users?row=1").text.count("As it came") == 0
    other = come(place, "administrator", districts=("goldenrod",), code=False)
    assert other.get(USERS).status_code == other.get("/nowhere").status_code == 404
    assert come(place, "operator").get("/districts/goldenrod/layouts/" + OWN).status_code == 404


def test_saving_without_the_elevated_role_keeps_what_was_typed(place: World, copied: None) -> None:
    ada = come(place, "operator")
    answer = ada.post(f"{USERS}/edit/save", {"file": "users.toml", "base": "1", "text": "name = 'kept'", "why": "because"})
    assert answer.status_code == 403
    assert "kept" in answer.text
    assert place.house.stores.control.layouts.newest("pinewood", OWN).note != "because"  # type: ignore[union-attr]


def test_a_file_that_no_layout_knows_is_read_only_after_somebody_accepts_a_layout(place: World) -> None:
    slug, files = "fernhollow", district()
    extract = files["users.csv"].replace("sourcedId,", "Person ID,", 1)
    place.night(slug, {**files, "roster_extract.csv": extract})
    ada = come(place, "operator", "settings", slug)
    home = f"/districts/{slug}/layouts"
    told = words(ada.get(home).text)
    assert "roster_extract.csv is not known yet" in told
    assert "It looks like users" in told
    page = words(ada.get(f"{home}/proposal?file=roster_extract.csv").text)
    assert "Nothing of it is read until you accept" in page
    assert "Person ID" in page
    assert ada.get(f"{home}/proposal?file=users.csv").status_code == 404
    assert place.house.stores.control.layouts.names(slug) == []
    answer = ada.post(f"{home}/proposal", {"file": "roster_extract.csv"})
    assert answer.status_code == 303, words(answer.text)
    name = f"{slug}-oneroster-1.1"
    saved = place.house.stores.control.layouts.newest(slug, name)
    assert saved is not None
    assert saved.number == 1
    assert "roster_extract" in "\n".join(saved.texts.values())
    source = place.house.stores.control.sources.of(slug)[0]
    assert source.layouts == "oneroster-1.1"
    ada.post(f"{home}/{name}/use", {"source": str(source.id)})
    report = place.night(slug, {**files, "roster_extract.csv": extract})
    by_file = {f.name: f.table for f in report.files if f.layout is not None}
    assert by_file["roster_extract.csv"] == "users" == by_file["users.csv"]


def test_school_numbers_are_matched_declared_and_ignored(place: World) -> None:
    ada = come(place, "operator", "settings", "goldenrod")
    home = "/districts/goldenrod/schools"
    first = words(ada.get(home).text)
    assert "no school was declared here" in first
    assert "s1" in first
    missing = ada.post(home, {"do": "declare", "own": "", "name": ""})
    assert missing.status_code == 422
    assert "Give the school an id." in words(missing.text)
    assert ada.post(home, {"do": "declare", "own": "A1", "name": "Somewhere Else"}).status_code == 303
    waiting = words(ada.get(home).text)
    assert "not matched yet" in waiting
    assert "Today this means: not read." in waiting
    assert ada.post(home, {"do": "match", "own": "A1", "sis": "s1"}).status_code == 303
    told = {t.sis: t for t in schools.listed(place.house, "goldenrod")}
    assert told["s1"].state == "matched"
    assert ada.post(home, {"do": "ignore", "sis": "s1"}).status_code == 303
    source = place.house.stores.control.sources.of("goldenrod")[0]
    assert "s1" in str(source.settings)
    assert "Ignored" in words(ada.get(home).text)
    assert ada.post(home, {"do": "read", "sis": "s1"}).status_code == 303
    assert ada.post(home, {"do": "unmatch", "own": "A1"}).status_code == 303
    assert ada.post(home, {"do": "remove", "own": "A1"}).status_code == 303
    assert schools.listed(place.house, "goldenrod")[0].state == "sis-only"
    trail = [row for row in place.house.stores.control.audit.last(district="goldenrod") if row.action.startswith("school-")]
    assert {row.actor for row in trail} == {"operator@vendor.example"}
    assert all(row.detail.get("elevation") for row in trail)


def test_schools_are_counted_and_only_looked_at_by_those_who_may_not_change(place: World) -> None:
    page = come(place, "auditor").get("/districts/larkspur/schools")
    assert page.status_code == 200
    assert "<form method" not in page.text.partition('id="main"')[2]
    students = place.house.stores.roster("larkspur").by_school()["s1"]["student"]
    assert students > 0
    assert f" {students} " in words(page.text)
