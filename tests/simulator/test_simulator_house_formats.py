"""What is written in each format but OneRoster's newer two: headers, references, truth, forms; read back with Python's own csv."""

from __future__ import annotations

import csv
import io
import json
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeroom.cli.generate import generate as generate_command
from homeroom.roster.faults import Misuse
from homeroom.simulator.district import make
from homeroom.simulator.generate import generate
from homeroom.simulator.nights import next_night, rekeyed, shrunk, without_school
from homeroom.simulator.writers.catalogue import WRITERS

HEADERS: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("headers.toml").read_text(encoding="utf-8"))
DIALECTS = {  # delimiter, line end, encoding; all others: comma, CRLF, UTF-8
    "clientpoint": (",", "\n", "utf-8"),
    "powerschool-autosend": ("\t", "\r", "utf-8"),
    "pathways-ascender": ("|", "\r\n", "utf-8"),
    "pathways-eschoolplus:utf-16": ("\t", "\r\n", "utf-16"),
    "apple-school-manager": (",", "\n", "utf-8"),
    "canvas": (",", "\n", "utf-8"),
}
MISSPELT = {"ordSourcedIds": "orgSourcedIds", "userSoucedId": "userSourcedId", "termSourceIds": "termSourcedIds"}
BARE = ("CourseCrosswalk.csv",)
Rows = list[dict[str, str]]


def text_of(folder: Path, system: str) -> dict[str, str]:
    """Every file of a delivery as text, archives opened."""
    encoding = DIALECTS.get(system, (",", "\r\n", "utf-8"))[2]
    found = {}
    for path in folder.iterdir():
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {n: archive.read(n).decode(encoding) for n in archive.namelist()}
        else:
            found[path.name] = path.read_bytes().decode(encoding)
    return found


def rows_of(text: str, system: str) -> list[list[str]]:
    delimiter, end, _ = DIALECTS.get(system, (",", "\r\n", "utf-8"))
    assert text.endswith(end)
    if system == "powerschool-autosend":
        return [line.split(delimiter) for line in text.split(end)[:-1]]
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def delivery(folder: Path, system: str) -> dict[str, Rows]:
    """Files with a header as rows by column; a heading that stands twice keeps its first column."""
    found = {}
    for name, text in text_of(folder, system).items():
        header, *rows = rows_of(text, system)
        assert {len(r) for r in rows} <= {len(header)}, name
        found[name] = [dict(reversed(list(zip(header, row, strict=True)))) for row in rows]
    return found


def truth(folder: Path, table: str) -> Rows:
    with (folder / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("system", sorted(HEADERS))
def test_headers_are_those_of_the_format(system: str, tmp_path: Path) -> None:
    """Every column is one that the format knows, in its order; none that it needs is missing."""
    generate(tmp_path, 40, 1, system)
    files = text_of(tmp_path, system)
    for pattern, listed in HEADERS[system].items():
        text = next(t for n, t in files.items() if fnmatch(n, pattern))
        written = [MISSPELT.get(c, c) for c in rows_of(text, system)[0]]
        known = [c.removeprefix("!") for c in listed.split("|")]
        needed = [c[1:] for c in listed.split("|") if c.startswith("!")]
        if system in ("infinite-campus", "aeries"):  # their lists say what differs from OneRoster 1.1
            assert set(known) - {"homelanguage", "password"} <= set(written), pattern
        elif system == "schoolstatus:guardians-file" or "name" in known:
            assert set(written) <= set(known), pattern
        else:
            assert [c for c in known if c in written] == written, pattern
        assert set(needed) <= set(written), pattern


REFERENCES = {  # file.column that names -> file.column that is named; a comma list where the column says so
    "clientpoint": {
        "classes.school_id": "schools.school_id",
        "classes.teacher_id": "users.district_user_id",
        "enrollments.class_id": "classes.class_id",
        "enrollments.student_id": "users.district_user_id",
    },
    "schoolstatus": {
        "enrollments.classSourcedId": "classes.sourcedId",
        "enrollments.userSourcedId": "users.sourcedId",
        "users.agentSourcedIds": "users.sourcedId",
        "student_attributes.studentId": "users.sourcedId",
    },
    "schoolstatus:guardians-file": {"guardians.studentId": "users.sourcedId"},
    "clever": {
        "students.School_id": "schools.School_id",
        "teachers.School_id": "schools.School_id",
        "staff.School_id": "schools.School_id",
        "sections.Teacher_id": "teachers.Teacher_id",
        "sections.Teacher_2_id": "teachers.Teacher_id",
        "enrollments.Section_id": "sections.Section_id",
        "enrollments.Student_id": "students.Student_id",
    },
    "clever:contacts-file": {"contacts.student_id": "students.Student_id"},
    "powerschool-autosend": {
        "cc.StudentID": "students.ID",
        "cc.[01]Student_Number": "students.Student_Number",
        "cc.TeacherID": "teachers.ID",
        "students.SchoolID": "schools.School_Number",
        "teachers.SchoolID": "schools.School_Number",
        "sections.Course_Number": "courses.Course_Number",
        "sections.Teacher": "teachers.ID",
        "sections.[05]TeacherNumber": "teachers.TeacherNumber",
        "sections.TermID": "terms.ID",
        "sectionteachers.SectionID": "sections.ID",
        "sectionteachers.TeacherID": "teachers.ID",
    },
    "pathways-skyward-sms-tx": {
        "Grades.NameID": "Students.NameID",
        "GPA.NameID": "Students.NameID",
        "IBC.NameID": "Students.NameID",
    },
    "microsoft-sds-1": {
        "Student.School SIS ID": "School.SIS ID",
        "Section.School SIS ID": "School.SIS ID",
        "StudentEnrollment.SIS ID": "Student.SIS ID",
        "StudentEnrollment.Section SIS ID": "Section.SIS ID",
        "TeacherRoster.SIS ID": "Teacher.SIS ID",
        "GuardianRelationship.SIS ID": "Student.SIS ID",
        "GuardianRelationship.Email": "User.Email",
    },
    "microsoft-sds-2": {
        "users.orgSourcedIds": "orgs.sourcedId",
        "enrollments.classSourcedId": "classes.sourcedId",
        "enrollments.userSourcedId": "users.sourcedId",
    },
    "microsoft-sds-2.1": {
        "roles.userSourcedId": "users.sourcedId",
        "roles.orgSourcedId": "orgs.sourcedId",
        "classes.sessionSourcedIds": "academicSessions.sourcedId",
        "classes.courseSourcedId": "courses.sourcedId",
        "enrollments.userSourcedId": "users.sourcedId",
        "relationships.relationshipUserSourcedId": "users.sourcedId",
        "userFlags.userSourcedId": "users.sourcedId",
    },
    "apple-school-manager": {
        "students.location_id": "locations.location_id",
        "staff.location_id_2": "locations.location_id",
        "classes.course_id": "courses.course_id",
        "classes.instructor_id_2": "staff.person_id",
        "rosters.class_id": "classes.class_id",
        "rosters.student_id": "students.person_id",
    },
    "canvas": {
        "accounts.parent_account_id": "accounts.account_id",
        "courses.account_id": "accounts.account_id",
        "courses.term_id": "terms.term_id",
        "sections.course_id": "courses.course_id",
        "enrollments.user_id": "users.user_id",
        "enrollments.section_id": "sections.section_id",
        "user_observers.observer_id": "users.user_id",
        "admins.user_id": "users.user_id",
    },
    "infinite-campus": {
        "classes.termSourceIds": "academicSessions.sourcedId",
        "classes.courseSourcedId": "courses.sourcedId",
        "users.agentSourcedIds": "users.sourcedId",
        "users.ordSourcedIds": "orgs.sourcedId",
        "enrollments.userSoucedId": "users.sourcedId",
    },
    "infinite-campus:ad-hoc": {
        "enrollments.personID": "students.personID",
        "enrollments.sectionID": "sections.sectionID",
        "sections.teacherPersonID": "staff.personID",
        "sections.cal.schoolID": "schools.School_Id",
    },
    "aeries": {
        "classes.termSourcedIds": "academicSessions.sourcedId",
        "classes.courseSourcedId": "courses.sourcedId",
        "enrollments.classSourcedId": "classes.sourcedId",
        "enrollments.userSourcedId": "users.sourcedId",
        "users.agentSourcedIds": "users.sourcedId",
    },
    "oneroster-1.0": {
        "classes.termSourcedId": "academicSessions.sourcedId",
        "users.agents": "users.sourcedId",
        "demographics.userSourcedId": "users.sourcedId",
        "enrollments.userSourcedId": "users.sourcedId",
    },
}
LISTS = ("Ids", "agents", "termSourcedId")


@pytest.mark.parametrize("system", sorted(REFERENCES))
def test_every_reference_resolves_on_the_second_night_too(system: str, tmp_path: Path) -> None:
    generate(tmp_path, 400, 7, system, nights=2)
    files = {n.rsplit(".", 1)[0]: rows for n, rows in delivery(tmp_path / "night-2", system).items() if n not in BARE}
    for source, target in REFERENCES[system].items():
        (file, column), (named, key) = source.split(".", 1), target.split(".", 1)
        known = {row[key] for row in files[named]}
        split = column.endswith(LISTS)
        used = {i for row in files[file] for i in (row[column].split(",") if split else [row[column]]) if i}
        assert used, source
        assert used <= known, source


KEYS = {  # table of the truth -> the columns of the files in which its ids stand
    "clientpoint": {"users": ["users.csv:district_user_id"], "classes": ["classes.csv:class_id"]},
    "schoolstatus": {"users": ["users.csv:sourcedId"], "classes": ["classes.csv:sourcedId"]},
    "clever": {
        "users": ["students.csv:Student_id", "teachers.csv:Teacher_id", "staff.csv:Staff_id"],
        "classes": ["sections.csv:Section_id"],
        "orgs": ["schools.csv:School_id"],
        "demographics": ["students.csv:Student_id"],
    },
    "powerschool-autosend": {"courses": ["courses.txt:Course_Number"]},
    "pathways-harmony": {"users": ["Students.txt:StudentID"], "orgs": ["Students.txt:SchoolID"]},
    "microsoft-sds-1": {"users": ["Student.csv:SIS ID", "Teacher.csv:SIS ID"], "classes": ["Section.csv:SIS ID"]},
    "microsoft-sds-2": {"users": ["users.csv:sourcedId"], "classes": ["classes.csv:sourcedId"], "orgs": ["orgs.csv:sourcedId"]},
    "microsoft-sds-2.1": {"users": ["roles.csv:userSourcedId"], "courses": ["courses.csv:sourcedId"]},
    "apple-school-manager": {
        "users": ["students.csv:person_id", "staff.csv:person_id"],
        "classes": ["classes.csv:class_id"],
        "courses": ["courses.csv:course_id"],
        "orgs": ["locations.csv:location_id"],
    },
    "canvas": {"classes": ["sections.csv:section_id"], "courses": ["courses.csv:course_id"], "orgs": ["accounts.csv:account_id"]},
    "infinite-campus": {
        "users": ["users.csv:sourcedId"],
        "classes": ["classes.csv:sourcedId"],
        "enrollments": ["enrollments.csv:sourcedId"],
    },
    "infinite-campus:ad-hoc": {
        "users": ["students.csv:personID", "staff.csv:personID"],
        "classes": ["sections.csv:sectionID"],
        "courses": ["sections.csv:courseID"],
    },
    "aeries": {
        "users": ["users.csv:sourcedId"],
        "enrollments": ["enrollments.csv:sourcedId"],
        "classes": ["classes.csv:sourcedId"],
    },
    "oneroster-1.0": {"users": ["users.csv:sourcedId"], "demographics": ["demographics.csv:userSourcedId"]},
}


@pytest.mark.parametrize("system", sorted(KEYS))
def test_the_truth_has_the_ids_of_the_files(system: str, tmp_path: Path) -> None:
    generate(tmp_path / "in", 300, 5, system, truth=tmp_path / "truth")
    files = delivery(tmp_path / "in", system)
    for table, columns in KEYS[system].items():
        sent = {row[c] for file, c in (spot.split(":", 1) for spot in columns) for row in files[file]}
        told = [row["sourcedId"] for row in truth(tmp_path / "truth", table)]
        assert len(told) == len(set(told)), table
        assert set(told) == sent, table


@pytest.mark.parametrize("system", sorted(WRITERS))
def test_the_truth_counts_itself_and_says_whom_it_means(system: str, tmp_path: Path) -> None:
    generate(tmp_path / "in", 60, 9, system, truth=tmp_path / "truth")
    told = json.loads((tmp_path / "truth" / "truth.json").read_text(encoding="utf-8"))
    assert told["layouts"] == system
    assert {p.stem for p in (tmp_path / "truth" / "expected").iterdir()} == set(told["tables"])
    for table, about in told["tables"].items():
        rows = truth(tmp_path / "truth", table)
        assert len(rows) == about["rows"]
        assert about["rows"] or table in ("contacts", "credentials"), table
        assert len({tuple(r[k] for k in about["key"]) for r in rows}) == len(rows), table
    people = truth(tmp_path / "truth", "users")
    assert len([p for p in people if p.get("role", "student") == "student"]) >= 60
    assert not [r for r in people if any("pw0" in v for v in r.values())]  # passwords are sent, and never expected


def test_enrollments_of_autosend_leave_out_the_dropped_and_the_departed(tmp_path: Path) -> None:
    generate(tmp_path / "in", 300, 5, "powerschool-autosend", truth=tmp_path / "truth")
    files = delivery(tmp_path / "in", "powerschool-autosend")
    left = [r for r in files["students.txt"] if r["Enroll_Status"] != "0"]
    assert left
    assert {r["Enroll_Status"] for r in left} <= {"2", "3"}
    users = {r["sourcedId"] for r in truth(tmp_path / "truth", "users")}
    assert users >= {f"S{r['DCID']}" for r in files["students.txt"] if r["Enroll_Status"] == "0"}
    assert not users & {f"S{r['DCID']}" for r in left}
    dropped = [r for r in files["cc.txt"] if r["SectionID"].startswith("-")]
    assert dropped
    assert all(r["TermID"].startswith("-") for r in dropped)
    seats = [r for r in truth(tmp_path / "truth", "enrollments") if r["role"] == "student"]
    assert len(seats) == len(files["cc.txt"]) - len(dropped)


@pytest.mark.parametrize(
    ("system", "file", "key", "status", "here", "gone"),
    [
        ("powerschool-autosend", "students.txt", "Student_Number", "Enroll_Status", "0", "2"),
        ("canvas", "users.csv", "user_id", "status", "active", "deleted"),
    ],
)
def test_who_left_since_is_still_listed_as_gone(
    system: str, file: str, key: str, status: str, here: str, gone: str, tmp_path: Path
) -> None:
    generate(tmp_path / "in", 400, 5, system, nights=3)
    first, third = ({r[key]: r[status] for r in delivery(tmp_path / "in" / f"night-{n}", system)[file]} for n in (1, 3))
    left = {k for k in first if first[k] == here and third.get(k) == gone}
    assert len(left) == 4  # two a night
    students = {r["sourcedId"] for r in truth_of_night_3(tmp_path, system)}
    assert not left & students


def truth_of_night_3(tmp_path: Path, system: str) -> Rows:
    generate(tmp_path / "again", 400, 5, system, nights=3, truth=tmp_path / "truth")
    return [{"sourcedId": r.get("identifier") or r["sourcedId"]} for r in truth(tmp_path / "truth" / "night-3", "users")]


def test_clever_repeats_a_student_for_each_contact(tmp_path: Path) -> None:
    generate(tmp_path / "in", 200, 5, "clever", truth=tmp_path / "truth")
    students = delivery(tmp_path / "in", "clever")["students.csv"]
    pairs = {(r["Student_id"], r["Contact_sis_id"]) for r in students if r["Contact_sis_id"]}
    assert pairs == {(r["student"], r["sourcedId"]) for r in truth(tmp_path / "truth", "contacts")}
    assert len(students) > len({r["Student_id"] for r in students})
    assert {r["Grade"] for r in students} >= {"Kindergarten", "1", "12"}
    assert all(len(r["Contact_phone"]) in (0, 10) for r in students)
    generate(tmp_path / "terms", 200, 5, "clever:row-per-term")
    sections = delivery(tmp_path / "terms", "clever")["sections.csv"]
    assert len(sections) > len({r["Section_id"] for r in sections})


def test_a_closed_and_a_summer_school_are_listed(tmp_path: Path) -> None:
    generate(tmp_path, 300, 5, "clever")
    files = delivery(tmp_path, "clever")
    assert {"0050", "0060"} <= {r["School_id"] for r in files["schools.csv"]}
    assert not [r for r in files["sections.csv"] if r["School_id"] in ("0050", "0060")]
    assert [r["School_id"] for r in files["staff.csv"]].count("0060") == 1


def test_each_system_writes_in_its_own_form(tmp_path: Path) -> None:
    def written(system: str) -> Path:
        generate(tmp_path / system.replace(":", "-"), 160, 3, system)
        return tmp_path / system.replace(":", "-")

    crosswalk = (written("pathways-skyward-sms-in") / "CourseCrosswalk.csv").read_text(encoding="utf-8")
    assert crosswalk.startswith("HRM-KG,Homeroom KG,03010100")  # no header, a zero in front
    ascender = (written("pathways-ascender") / "Students.csv").read_text(encoding="utf-8").splitlines()
    assert ascender[0].count("|") == ascender[1].count("|") == 8
    assert {line.split("|")[5] for line in ascender[1:]} == {"103", "041", "001"}
    autosend = (written("powerschool-autosend") / "students.txt").read_bytes()
    assert b"\n" not in autosend
    assert b'"' not in autosend
    assert autosend.split(b"\r")[0].split(b"\t")[:3] == [b"DCID", b"ID", b"Student_Number"]
    assert (written("powerschool-autosend:headerless") / "students.txt").read_bytes().startswith(b"1001\t51001\t")
    assert (written("powerschool-autosend:dated") / "students_20261005.txt").exists()
    assert (written("pathways-eschoolplus:utf-16") / "Students.csv").read_bytes()[:2] in (b"\xff\xfe", b"\xfe\xff")
    assert (written("pathways-harmony") / "Students.txt").read_text(encoding="utf-8").startswith('"StudentID","StateID"')
    with zipfile.ZipFile(written("apple-school-manager") / "roster.zip") as archive:
        names = ["classes.csv", "courses.csv", "locations.csv", "rosters.csv", "staff.csv", "students.csv"]
        assert archive.namelist() == names
    assert [p.name for p in written("clientpoint").iterdir()] == ["roster.zip"]
    hound = sorted(p.name for p in written("testhound").iterdir())
    assert [n[:-10] for n in hound] == ["D_TH_Schedules_TX_", "D_TH_Students_TX_", "D_TH_Teachers_TX_"]
    assert hound[0][-10] == "0"


PLAIN = sorted(name for name in WRITERS if ":" not in name)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(system=st.sampled_from(PLAIN), students=st.integers(1, 80), seed=st.integers(0, 10**6))
def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    tmp_path_factory: pytest.TempPathFactory, system: str, students: int, seed: int
) -> None:
    one, two, other = (tmp_path_factory.mktemp("same") for _ in range(3))
    generate(one / "in", students, seed, system, truth=one / "truth")
    generate(two / "in", students, seed, system, truth=two / "truth")
    generate(other / "in", students, seed + 1, system)
    assert every_byte(one) == every_byte(two)
    assert every_byte(one / "in") != every_byte(other / "in")


def every_byte(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("system", PLAIN)
def test_from_night_to_night_people_join_leave_and_change(system: str, tmp_path: Path) -> None:
    generate(tmp_path / "in", 200, 11, system, nights=2, truth=tmp_path / "truth")
    first, second = ({r["sourcedId"]: r for r in truth(tmp_path / "truth" / f"night-{n}", "users")} for n in (1, 2))
    assert set(second) - set(first)
    assert set(first) - set(second)
    assert [k for k in first if k in second and first[k] != second[k]]
    changed = {k for k in first if k in second and first[k] != second[k]}
    assert len(changed) < len(first) / 10


@pytest.mark.parametrize("system", [s for s in PLAIN if s not in ("oneroster-1.1", "oneroster-1.2", "powerschool-dem")])
def test_bad_rows_stand_where_they_are_told(system: str, tmp_path: Path) -> None:
    generate(tmp_path / "clean", 220, 5, system)
    generate(tmp_path / "dirty", 220, 5, system, dirty=0.05)
    told = json.loads((tmp_path / "dirty" / "EXPECTED.json").read_text(encoding="utf-8"))["nights"][0]
    (tmp_path / "dirty" / "EXPECTED.json").unlink()
    end = DIALECTS.get(system, (",", "\r\n", "utf-8"))[1]
    assert len({r["kind"] for r in told["rows"]}) >= 6
    clean = text_of(tmp_path / "clean", system)
    for name, text in bytes_as_text(tmp_path / "dirty").items():
        before, after = clean[name].split(end)[:-1], text.split(end)[:-1]
        differing = {n for n, line in enumerate(after, start=1) if n > len(before) or line != before[n - 1]}
        rows = [r for r in told["rows"] if r["file"] == name]
        untouched = {r["line"] for r in rows if r["kind"] == "duplicate-different"}
        assert {r["line"] for r in rows} - untouched == differing - untouched, name
        for row in rows:
            assert row["key"] is None or row["key"] in after[row["line"] - 1]


def bytes_as_text(folder: Path) -> dict[str, str]:
    """Files that may hold a byte that is not UTF-8."""
    found = {}
    for path in folder.iterdir():
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                found |= {n: archive.read(n).decode("utf-8", "replace") for n in archive.namelist()}
        else:
            found[path.name] = path.read_bytes().decode("utf-8", "replace")
    return found


@pytest.mark.parametrize("system", sorted(WRITERS))
def test_a_disaster_can_be_written_in_any_form(system: str) -> None:
    district = next_night(make(300, 6), 6, 2)
    gone = district.left[0].person.schools[0]
    for disaster in (without_school(district, gone), shrunk(district, 0.4, 6), rekeyed(district)):
        before, after = (sum(len(s.rows) for s in WRITERS[system].sheets(d)) for d in (district, disaster))
        assert after < before or disaster.people[0].id != district.people[0].id
        assert WRITERS[system].expected(disaster)


def test_the_truth_never_lies_in_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="outside"):
        generate(tmp_path / "in", 5, 1, truth=tmp_path / "in" / "truth")


def test_the_help_and_the_handbook_name_every_form() -> None:
    told = generate_command.__doc__ or ""
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "made-up-districts.md").read_text(encoding="utf-8")
    for name in WRITERS:
        system, _, variant = name.partition(":")
        assert f" {system}" in told.replace("\n", " "), name
        assert variant in told, name
        assert f"`{name}`" in page, name
