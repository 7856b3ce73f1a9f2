"""The originals of an import: as they came and as a file, for whoever may have them and says why; each time written down; and a sentence once they are gone."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import obstore
import pytest

from console_kit import Browser
from console_world import World, world
from e2e.files import district
from homeroom.desk import support
from homeroom.desk.viewer import ROLES
from homeroom.doors.console import crossing
from homeroom.doors.console.sending import attachment
from homeroom.store.audit import AuditRow
from homeroom.sync import housekeeping, imports, intake
from sync_house import renamed

HERE = "/districts/pinewood/imports"
OURS = {"districts": ("pinewood",), "code": False}
MORE = {"administrator": OURS, "school_viewer": OURS | {"schools": ("s1",)}}
GONE = "The raw files of this delivery are no longer kept."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("originals")) as made:
        yield made


def browser(place: World, role: str, elevated: bool = False, **more: object) -> Browser:
    more = more or MORE.get(role, {})  # type: ignore[assignment]
    cookie = place.cookie(role, **more)
    if elevated:
        place.who(role, **more).elevated(cookie, "records", "pinewood")
    return Browser(place.console(), {crossing.SESSION: cookie})


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def taken(place: World) -> list[AuditRow]:
    """What the district's audit tells of originals, the newest first."""
    return [row for row in place.house.stores.control.audit.last(300, "pinewood") if row.action == "original-downloaded"]


def link(page: str, name: str) -> str:
    """Where the button Original of that file leads."""
    found = {
        words(inside).strip(): path
        for path, inside in re.findall(rf'<a [^>]*href="({HERE}/\d+/originals/\d+)"[^>]*>(.*?)</a>', page, re.S)
    }
    assert f"Original {name}" in found, found
    return found[f"Original {name}"]


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(f"export/{name}", text)
    return out.getvalue()


def handed_in(place: World, files: dict[str, bytes], **more: object) -> int:
    folder = place.folder / f"handed-{len(list(place.folder.glob('handed-*')))}"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    options = {"trigger": "upload", "layouts": None, "source": None, "kind": "continuous", "dry_run": False, "now": None} | more
    number = intake.hand_in(place.house, "pinewood", folder, **options)  # type: ignore[arg-type]
    imports.run(place.house, "pinewood", number)
    return number


def test_a_file_comes_as_a_file_and_never_as_a_page(place: World) -> None:
    """Whatever it holds, a browser saves it: somebody could have sent a page with a script in it."""
    page = "<html><script>alert(1)</script></html>"
    number = handed_in(place, {name: text.encode() for name, text in (district() | {"orders.html": page}).items()})
    bob = browser(place, "administrator", elevated=True)
    report = bob.get(f"{HERE}/{number}").text
    for name, content in (("users.csv", district()["users.csv"]), ("orders.html", page)):
        answer = bob.get(link(report, name))
        assert (answer.status_code, answer.text) == (200, content)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_what_was_packed_comes_as_the_archive_that_was_sent(place: World) -> None:
    archive = packed(renamed(7))
    number = handed_in(place, {"export.zip": archive})
    bob = browser(place, "administrator", elevated=True)
    page = bob.get(f"{HERE}/{number}").text
    assert "Originals are kept until" in words(page)
    answer = bob.get(link(page, "export.zip"))
    assert (answer.status_code, answer.content) == (200, archive)
    assert 'filename="export.zip"' in answer.headers["content-disposition"]
    both = handed_in(place, {"export.zip": archive, "users.csv": renamed(8)["users.csv"].encode()})
    page = bob.get(f"{HERE}/{both}").text
    assert {bob.get(link(page, name)).content for name in ("export.zip", "users.csv")} == {
        archive,
        renamed(8)["users.csv"].encode(),
    }


@pytest.mark.parametrize("role", ROLES)
def test_who_may_have_one(place: World, role: str) -> None:
    path, district_s = f"{HERE}/2/originals/1", role == "administrator"
    before = len(taken(place))
    plain = browser(place, role)
    if role in ("school_viewer", "auditor"):
        missing = plain.get("/nowhere").content
        assert (plain.get(path).status_code, plain.get(path).content) == (404, missing)
        assert "/originals/" not in plain.get(f"{HERE}/2").text
    elif district_s:
        assert plain.get(path).headers["location"] == f"/elevate?to={path}&for=records&in=pinewood"
        assert browser(place, role, districts=("goldenrod",), code=False).get(path).status_code == 404
    else:
        assert plain.get(path).status_code == 403
        assert "has not turned support access on" in words(plain.get(path).text)
        assert "/originals/" not in plain.get(f"{HERE}/2").text, "a button that leads to a shut door"
        own = place.who("administrator", **OURS)
        asking = own.viewer(own.sign_in())
        support.turn_on(place.house, asking, "pinewood", 4, own.code(), place.now)
        assert plain.get(path).status_code == 303, "support access alone is no reason"
        assert browser(place, role, elevated=True).get(path).status_code == 200
        support.turn_off(place.house, asking, "pinewood", place.now)
        assert plain.get(path).status_code == 403
    assert len(taken(place)) == before + (role in ("operator", "engineer"))


def test_the_district_reads_who_took_which_file_and_why(place: World) -> None:
    bob = browser(place, "administrator", elevated=True)
    before = len(taken(place))
    for place_of in (1, 1, 2):
        assert bob.get(f"{HERE}/2/originals/{place_of}").status_code == 200
    rows = taken(place)
    assert len(rows) == before + 3
    assert [row.detail["file"] for row in rows[:3]] == [1, 0, 0]
    assert {(row.actor, row.detail["import"], row.detail["via"]) for row in rows[:3]} == {
        ("administrator@pinewood.example", 2, "console")
    }
    assert all(row.detail["elevation"] for row in rows[:3])
    told = words(bob.get("/districts/pinewood/access").text)
    assert "downloaded an original file" in told
    assert "to see why Foxglove is missing" in told
    assert bob.get(f"{HERE}/2/originals/99").status_code in (404, 422)
    assert len(taken(place)) == before + 3, "what was not given was not taken"


@pytest.mark.parametrize(
    "name", ['Größe "1" 50%.csv', "a'b; filename=x.csv", "línea\nnueva\r.csv", "..\\..\\evil.csv", "名簿.csv"]
)
def test_a_name_does_no_harm(name: str) -> None:
    key, value = attachment(name)
    assert key == "content-disposition"
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._ -]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", value), value
    assert quote(name.rpartition("\\")[2], safe="") in value
    assert "evil" not in name or "%5C" not in value


def test_a_name_as_somebody_gave_it_comes_back_with_the_file(place: World) -> None:
    name = 'Größe "1" 50%.csv'
    number = handed_in(place, {n: t.encode() for n, t in district().items()} | {name: b"a,b\n1,2\n"})
    bob = browser(place, "administrator", elevated=True)
    answer = bob.get(link(bob.get(f"{HERE}/{number}").text, name))
    assert answer.content == b"a,b\n1,2\n"
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''" + quote(name, safe=""))


def test_what_is_gone_from_the_store_is_a_sentence_and_was_not_taken(place: World) -> None:
    """Removed beneath us, as by a rule of the bucket: nobody wrote down that it is over."""
    number = handed_in(place, {n: t.encode() for n, t in renamed(9).items()})
    row = place.house.stores.roster("pinewood").imports.get(number)
    assert row.delivery is not None
    for file in place.house.stores.roster("pinewood").deliveries.get(row.delivery).files:
        obstore.delete(place.house.raw, file.stored)
    bob = browser(place, "administrator", elevated=True)
    before = len(taken(place))
    answer = bob.get(f"{HERE}/{number}/originals/1")
    assert (answer.status_code, GONE in words(answer.text)) == (422, True)
    assert "content-disposition" not in answer.headers
    assert len(taken(place)) == before


def test_after_their_time_the_page_says_so_and_no_link_is_dead(place: World) -> None:
    bob = browser(place, "administrator", elevated=True)
    before = len(taken(place))
    page = bob.get(f"{HERE}/1").text
    assert "/originals/" in page
    housekeeping.keep(place.house, place.now + timedelta(days=90))
    shown = bob.get(f"{HERE}/1").text
    assert "/originals/" not in shown
    assert "/refused/" not in shown
    assert "The originals are no longer kept." in words(shown)
    assert "Originals are kept until" not in words(shown)
    answer = bob.get(f"{HERE}/1/originals/1")
    assert (answer.status_code, GONE in words(answer.text)) == (422, True)
    assert "HOMEROOM_" not in answer.text
    assert len(taken(place)) == before
