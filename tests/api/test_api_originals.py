"""The originals of an import through the API: by tokens of each role and kind, packed and plain, named in the audit, and told as gone when they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import obstore
import pytest

from api_kit import Api, api
from e2e.files import district
from homeroom.desk import support
from homeroom.doors.api.problems import MEDIA
from homeroom.sync import districts, housekeeping, imports, intake
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, renamed, settings

P = f"/districts/{SLUG}"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pinewood, Api]]:
    """Pinewood with a plain night, one whose row was refused, and a packed one."""
    folder = tmp_path_factory.mktemp("originals")
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
        pinewood.night(district())
        bad = renamed(3)
        bad["enrollments.csv"] += "e-x,,,k1,s1,u-404,student,false,2026-08-15,2027-06-10\n"
        pinewood.night(bad)
        (folder / "packed").mkdir()
        with zipfile.ZipFile(folder / "packed" / "export.zip", "w") as archive:
            for name, text in renamed(4).items():
                archive.writestr(f"export/{name}", text)
        number = intake.hand_in(
            house,
            SLUG,
            folder / "packed",
            trigger="upload",
            layouts=None,
            source=None,
            kind="continuous",
            dry_run=False,
            now=None,
        )
        imports.run(house, SLUG, number)
        with api(house) as made:
            yield pinewood, made


def bob(made: Api, kind: str = "records") -> str:
    return made.token(made.person("administrator", "bob@pinewood.example", districts=[SLUG]), kind)


def taken(pinewood: Pinewood) -> list[tuple[str, int, bool]]:
    """Who took which file, as the district's audit tells it, and whether it names the token."""
    rows = pinewood.house.stores.control.audit.last(300, SLUG)
    return [(r.actor, r.detail["file"], r.detail.get("via") == "api") for r in rows if r.action == "original-downloaded"]


def test_a_file_and_an_archive_come_as_they_were_sent(place: tuple[Pinewood, Api]) -> None:
    pinewood, made = place
    before = len(taken(pinewood))
    named = {f["name"]: at for at, f in enumerate(made.ask(bob(made), "GET", f"{P}/deliveries/1")["files"])}
    answer = made.call(bob(made), "GET", f"{P}/imports/1/originals/{named['users.csv']}")
    assert answer.text == district()["users.csv"]
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="pinewood-1-{named["users.csv"]}"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    packed = made.call(bob(made), "GET", f"{P}/imports/3/originals/0")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read("export/users.csv").decode() == renamed(4)["users.csv"]
    told = taken(pinewood)[: len(taken(pinewood)) - before]
    assert [at for _, at, _ in told] == [0, named["users.csv"]]
    assert all(who.startswith("bob@pinewood.example by token") for who, _, _ in told)
    assert made.call(bob(made), "GET", f"{P}/imports/1/originals/99").status_code == 422
    assert len(taken(pinewood)) == before + 2, "what was not given was not taken"


def test_who_may_have_one(place: tuple[Pinewood, Api]) -> None:
    pinewood, made = place
    path, before = f"{P}/imports/1/originals/0", len(taken(pinewood))
    assert made.call(bob(made, "plain"), "GET", path).status_code == 403
    assert made.call(bob(made, "settings"), "GET", path).status_code == 403
    others = made.person("administrator", "lin@larkspur.example", districts=["larkspur"])
    school = made.person("school_viewer", "elm@pinewood.example", districts=[SLUG], schools=["s1"])
    for who in (others, school, made.person("auditor")):
        assert made.call(made.token(who), "GET", path).status_code == 404, who.person.role
    own = made.person("administrator", "bob@pinewood.example", districts=[SLUG])
    asking = own.viewer(own.sign_in())
    for role in ("operator", "engineer"):
        person = made.person(role)
        assert made.call(made.token(person, "records"), "GET", path).status_code == 403, "without support access"
        support.turn_on(pinewood.house, asking, SLUG, 2, own.code(), own.now)
        assert made.call(made.token(person), "GET", path).status_code == 403, "without the elevated role"
        assert made.call(made.token(person, "records"), "GET", path).status_code == 200
        support.turn_off(pinewood.house, asking, SLUG, own.now)
    assert len(taken(pinewood)) == before + 2


def test_what_is_gone_is_told_as_a_problem_and_was_not_taken(place: tuple[Pinewood, Api]) -> None:
    """First beneath us, as by a rule of the bucket; then by its time."""
    pinewood, made = place
    before = len(taken(pinewood))
    for file in pinewood.house.stores.roster(SLUG).deliveries.get(2).files:
        obstore.delete(pinewood.house.raw, file.stored)
    for path in ("originals/0", "refused?file=enrollments.csv"):
        lost = made.call(bob(made), "GET", f"{P}/imports/2/{path}")
        assert (lost.status_code, lost.headers["content-type"], lost.json()["code"]) == (422, MEDIA, "delivery_gone"), path
    housekeeping.keep(pinewood.house, made.now + timedelta(days=90))
    for number in (1, 3):
        gone = made.call(bob(made), "GET", f"{P}/imports/{number}/originals/0")
        assert (gone.status_code, gone.json()["code"]) == (422, "delivery_gone")
    assert made.ask(bob(made), "GET", f"{P}/imports/1/causes")["keeps_until"] is None
    assert len(taken(pinewood)) == before
