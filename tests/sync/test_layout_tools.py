"""From an unknown set of files to a saved layout: propose, check, preview, import."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from e2e.files import district, write
from homeroom.roster.faults import Misuse
from homeroom.sync import checking_layouts, own_layouts, proposing
from homeroom.sync.previewing import preview
from homeroom.sync.proposing import propose_for
from sync_house import SLUG, Pinewood

FILES = {
    "students.txt": "Student ID|First Name|Last Name|Grade|School ID|DOB\n"
    "01|Ana|Lopez|K|e1|8/14/2019\n02|Ben|Orr|3|e1|9/30/2016\n03|Cai|Wong|12|e1|2/30/2016\n|Dee|Orr|3|e1|1/1/2015\n",
    "sections.txt": "Section ID|Course Name|Course Number|Teacher ID|School ID\ns1|Art|ART|t1|e1\n",
    "teachers.txt": "Teacher ID|First Name|Last Name|School ID|Email\nt1|Eva|Diaz|e1|eva@example.org\n",
    "schedules.txt": "Student ID|Section ID\n01|s1\n02|s1\n",
}


def test_from_unknown_files_to_a_roster_without_a_line_written_by_hand(pinewood: Pinewood, tmp_path: Path) -> None:
    place = write(tmp_path / "unknown", FILES)
    proposed = propose_for(place, tmp_path / "work", name="elm-sis")
    assert {p.file: p.table for p in proposed.proposals} == {
        "students.txt": "users", "teachers.txt": "users", "sections.txt": "classes", "schedules.txt": "enrollments",
    }  # fmt: skip
    folder = tmp_path / "elm-sis"
    write(folder, proposed.texts)
    checked = checking_layouts.check(checking_layouts.texts_at_path(folder), "elm-sis", tmp_path / "work", place)
    assert checked.good, checked
    assert {f.file for f in checked.fits} == set(FILES)
    own_layouts.save(pinewood.house, SLUG, folder)
    report = pinewood.night(FILES, layouts="elm-sis")
    assert report.outcome == "success_with_row_issues"
    assert report.layouts is not None
    assert (report.layouts.set, report.layouts.version) == ("elm-sis", 1)
    assert {t: r.added for t, r in report.tables.items() if r.added} == {
        "orgs": 2, "academicSessions": 1, "courses": 1, "classes": 1, "users": 4, "enrollments": 3, "demographics": 3,
    }  # fmt: skip


def test_a_preview_shows_every_fate_and_writes_nothing(pinewood: Pinewood, tmp_path: Path) -> None:
    folder = write(tmp_path / "elm-sis", propose_for(write(tmp_path / "unknown", FILES), tmp_path / "work", name="elm-sis").texts)
    assert pinewood.night(FILES, layouts=str(folder), dry_run=True).revision_after == 0
    house = pinewood.house
    before = (pinewood.revision, house.stores.roster(SLUG).imports.last(50))
    seen = preview(house, SLUG, 1, layouts=str(folder), table="users", rows=3)
    students = next(f for f in seen.files if f.name == "students.txt")
    assert (students.rows, students.accepted, students.refused, students.ignored) == (4, 3, 1, 0)
    assert students.header == ("Student ID", "First Name", "Last Name", "Grade", "School ID", "DOB")
    assert [r.outcome for r in students.shown].count("refused") == 1
    refused = next(r for r in students.shown if r.outcome == "refused")
    assert (refused.row, refused.line, refused.before[1]) == (4, 5, "Dee")
    assert any("sourcedId" in f or "Student ID" in f for f in refused.findings)
    good = next(r for r in students.shown if r.outcome == "accepted" and not r.findings)
    assert dict(good.after)["grades"] in ("KG", "03")
    assert {f.table for f in seen.files} == {"users"}
    assert (pinewood.revision, house.stores.roster(SLUG).imports.last(50)) == before
    assert pinewood.acts()[-1] == "delivery-previewed"
    with pytest.raises(Misuse, match="nothing of this delivery becomes gpa"):
        preview(house, SLUG, 1, layouts=str(folder), table="gpa")
    with pytest.raises(Misuse, match="no delivery 9"):
        preview(house, SLUG, 9)
    with pytest.raises(Misuse, match="number of rows"):
        preview(house, SLUG, 1, rows=0)
    wrong = preview(house, SLUG, 1, layouts="powerschool-dem")
    assert wrong.reason is not None
    assert wrong.files == ()


def test_mistakes_are_told_with_their_places_and_files_with_what_they_lack(tmp_path: Path) -> None:
    broken = (
        'name = "x/users"\ntable = "users"\nfile = "s.txt"\n[map]\nsourcedId = "id"\nemail = { from = "m", recipe = "emial" }\n'
    )
    found = checking_layouts.check({"users.toml": broken}, "x", tmp_path / "work")
    assert [(f.line, f.message) for f in found.faults] == [(6, "There is no recipe emial.")]
    assert found.faults[0].column > 1
    assert "Did you mean email?" in found.faults[0].remedy
    fixed = broken.replace("emial", "email")
    on = write(tmp_path / "on", {"s.txt": "m|who\na@x.org|x\n", "other.txt": "a|b\n1|2\n"})
    fitting = checking_layouts.check({"users.toml": fixed}, "x", tmp_path / "work", on)
    assert not fitting.good
    lacking = next(f for f in fitting.fits if f.file == "s.txt")
    assert (lacking.missing, lacking.unused) == (("id",), ("who",))
    assert lacking.refused is not None
    assert next(f for f in fitting.fits if f.file == "other.txt").layout is None
    alone = checking_layouts.check(
        {"users.toml": fixed}, "x", tmp_path / "work", write(tmp_path / "a", {"t.csv": "id,m\n7,A@X.ORG\n"}) / "t.csv"
    )
    assert alone.good
    assert alone.fits[0].rows == (("7", "a@x.org"),)
    with pytest.raises(Misuse, match="is not there"):
        checking_layouts.texts_at_path(tmp_path / "nothing")


def test_a_large_file_is_proposed_as_quickly_as_a_small_one(tmp_path: Path) -> None:
    """50 MB; processor seconds beside those of a small one, since the machine may be slow. Loading the modules is not counted twice."""
    small = write(tmp_path / "small", district())
    propose_for(small, tmp_path / "work")
    begin = time.process_time()
    propose_for(small, tmp_path / "work")
    usual = time.process_time() - begin
    row = "{n:07d},Given{n},Family{n},{g},e{s},8/{d}/2012,someone{n}@example.org,312-555-0147,Main Street {n},Springfield\n"
    with (tmp_path / "students.csv").open("w") as file:
        file.write("Student ID,First Name,Last Name,Grade,School ID,DOB,Email,Home Phone,Street,City\n")
        for n in range(1000):
            file.write(row.format(n=n, g=n % 13, s=n % 9, d=n % 28 + 1))
        block = "".join(row.format(n=n, g=n % 13, s=n % 9, d=n % 28 + 1) for n in range(1000, 11000))
        while file.tell() < 50_000_000:
            file.write(block)
    begin = time.process_time()
    found = propose_for(tmp_path / "students.csv", tmp_path / "work")
    assert time.process_time() - begin < max(2, 20 * usual)
    assert found.proposals[0].table == "users"


def test_archives_broken_files_and_nothing(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "set.zip", "w") as made:
        for name, text in FILES.items():
            made.writestr(f"export/{name}", text)
    assert len(propose_for(tmp_path / "set.zip", tmp_path / "work").proposals) == 4
    (tmp_path / "page.csv").write_text("<!DOCTYPE html><html><body>Error</body></html>")
    with pytest.raises(Misuse, match="no table that could be read"):
        propose_for(tmp_path / "page.csv", tmp_path / "work")
    wide = "Student ID,First Name,Last Name\n" + "1,Ana,Lopez\n" * 700_000
    (tmp_path / "wide.csv").write_text(wide, encoding="utf-16")
    (found,) = propose_for(tmp_path / "wide.csv", tmp_path / "work").proposals
    assert found.table == "users"


def test_a_preview_shows_no_password(pinewood: Pinewood) -> None:
    """The district's file carries one (t1's); the row is shown, that cell is not."""
    pinewood.night(district(), layouts="oneroster-1.1")
    seen = preview(pinewood.house, SLUG, 1, layouts="oneroster-1.1", table="users", rows=50)
    file = next(f for f in seen.files if f.name == "users.csv")
    shown = {r.before[0]: r.before[-1] for r in file.shown}
    assert file.header[-1] == "password"
    assert (shown["t1"], shown["t2"]) == ("(not shown)", None)
    assert "secret" not in str(seen)


@pytest.mark.parametrize(
    "line",
    ["Tamsin,Quillfeather,Fernhollow", "Tamsin,Quillfeather,Teacher", "Grade,Quillfeather,Student", "Tamsin;Quillfeather"],
)
def test_a_first_row_without_digits_stands_in_no_proposal_for_a_delivery(line: str, tmp_path: Path) -> None:
    sign = ";" if ";" in line else ","
    rows = [sign.join(each) for each in (("Ove", "Applewhite", "Staff"), ("Una", "Birdsong", "Staff"))]
    place = tmp_path / "theirs"
    place.mkdir()
    (place / "people.csv").write_text("\n".join((line, *(r[: r.rfind(sign)] if ";" in line else r for r in rows))) + "\n")
    found = proposing.propose_for(place, tmp_path / "work", data=proposing.perhaps_data)
    said = repr(found)
    for word in re.split("[,;]", line):
        if word not in ("Teacher", "Student", "Grade"):
            assert word not in said
    assert all(c.word.startswith("column ") for p in found.proposals for c in p.columns)
    assert "header = false" in found.proposals[0].layouts[0].text


@pytest.mark.parametrize(
    "line", ["Student ID,First Name,Last Name", "STU_ID,surname,forename,house,tutor", "sourcedId,status,name,type,identifier"]
)
def test_a_header_is_a_header_where_enough_of_its_words_are_known(line: str) -> None:
    assert not proposing.perhaps_data(line.split(","))
