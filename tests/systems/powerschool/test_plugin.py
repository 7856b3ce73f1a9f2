"""The plug-in: what PowerSchool would take of it, and that its queries, run on the pretend server, give what the tables hold."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from e2e.installation import Installation
from homeroom.roster.faults import Misuse
from homeroom.simulator.powerschool import packages
from homeroom.systems import powerschool
from homeroom.systems.powerschool.client import FieldsRefused, NotFound, PowerSchool
from homeroom.systems.powerschool.plugin.extensions import extended
from homeroom.systems.powerschool.plugin.inspection import faults, touched_fields
from homeroom.systems.powerschool.plugin.package import Publisher, fields, package
from homeroom.systems.powerschool.plugin.queries import BASE, FILES, Query, of_pack, packs, queries
from pretend import Caller, pretend

OWN = ("schools.u_schools_extension.ignoreforintegration",)
KEYS = {"dcid", "studentcontactdetailid"}
"""Columns that put rows in order and tell them apart, and are nothing that a roster would hold."""
LAYOUTS = Path(powerschool.__file__).parent / "powerschool-api"
WHOLE = package(Publisher(url="https://roster.example"), ("legal-guardian",), own=OWN)


@pytest.fixture(scope="module")
def server() -> Iterator[Caller]:
    with pretend(500) as caller:
        caller.world.install(packages.read(WHOLE))
        yield caller


@pytest.fixture(scope="module")
def sis(server: Caller) -> Iterator[PowerSchool]:
    plugin = server.world.plugin
    with PowerSchool(server.world.url, plugin.client_id, plugin.client_secret) as client:
        yield client


def test_a_package_is_what_powerschool_takes_and_the_same_each_time() -> None:
    for made in (package(Publisher()), WHOLE):
        assert faults(made) == []
        assert packages.read(made).v1 == "READ"
    assert package(Publisher()) == package(Publisher())
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.namelist()[0] == "plugin.xml"
        assert not any("<saml" in archive.read(n).decode() for n in archive.namelist())
    with pytest.raises(Misuse, match="no pack nonsense; there are legal-guardian"):
        package(Publisher(), ("nonsense",))


@pytest.mark.parametrize("query", queries().values(), ids=lambda q: q.key)
def test_every_field_that_a_query_touches_is_asked_for_with_its_reason_and_no_other(query: Query) -> None:
    tree = parse_one(query.sql, read="oracle")
    touched = touched_fields(tree) | set(query.columns.values()) | set(query.arguments.values())
    assert set(query.why) == touched
    assert all(re.fullmatch(r"[a-z].*[^.]", why) for why in query.why.values())
    # Every column in the SQL says which table it is of: else its right could not be told.
    aliases = {s.alias_or_name.lower() for s in tree.selects}
    assert not [c.sql() for c in tree.find_all(exp.Column) if not c.table and c.name.lower() not in aliases]


@pytest.mark.parametrize("query", queries().values(), ids=lambda q: q.key)
def test_every_column_that_a_query_brings_goes_into_the_roster(query: Query) -> None:
    words: set[str] = set()
    for path in sorted(LAYOUTS.glob("*.toml")):
        layout = tomllib.loads(path.read_text())
        if FILES[query.key] in str(layout):
            told = {key: part for key, part in layout.items() if key not in ("ignore", "notes", "help")}
            words |= set(re.findall(r"\w+", str(told)))
    assert set(query.columns) - words - KEYS == set()


def test_the_base_asks_for_nothing_that_only_some_servers_have() -> None:
    assert not [f for f in fields(of_pack(BASE)) if "COREFIELDS" in f or f.startswith(("U_", "S_"))]
    assert packs() == (BASE, "legal-guardian")


BROKEN = {
    "no plugin.xml": ({"plugin.xml": None}, "plugin.xml does not lie at the root"),
    "no XML": ({"plugin.xml": b"<plugin"}, "is no XML"),
    "long name": ({"plugin.xml": (b'name="Homeroom"', b'name="' + b"x" * 41 + b'"')}, "name has 41 characters"),
    "version": ({"plugin.xml": (b'version="1.0.0', b'version="v1.0.0')}, "not made of digits"),
    "access": ({"plugin.xml": (b"ViewOnly", b"View")}, "asks for an access that does not exist"),
    "level": ({"plugin.xml": (b'"READ"', b'"ALL"')}, "accessLevelV1Api is ALL"),
    "not asked for": ({"plugin.xml": (b'field="DOB"', b'field="DOX"')}, "STUDENTS.DOB is used and not asked for"),
    "columns": ({"queries": (b"<column column=\"STUDENTS.DOB\">dob</column>", b"")}, "15 columns, 14 are declared"),
    "alias twice": ({"queries": (b">dob</column>", b">gender</column>")}, "the alias gender stands twice"),
    "order": ({"queries": (b"ORDER BY section_dcid", b"ORDER BY st.id, section_dcid")}, "ordered by a column that is not selected"),
    "unordered": ({"queries": (b"ORDER BY district_number", b"")}, "there is no ORDER BY"),
    "argument": ({"queries": (b'<arg name="dcid" column="STUDENTS', b'<arg name="id" column="STUDENTS')}, "the argument dcid is not declared"),
    "tag": ({"queries": (b"yr.yearid * 100 + 99", b"~(curyearid) * 100 + 99")}, "tag of PowerSchool's pages"),
    "summary": ({"queries": (b"<summary>Homeroom: students</summary>", b"<summary>" + b"x" * 51 + b"</summary>")}, "more than 50 characters"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BROKEN.values(), ids=BROKEN)
def test_what_a_server_would_refuse_is_told_before(change: dict[str, object], said: str) -> None:
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    for which, how in change.items():
        name = next(n for n in files if n.startswith(which))
        if how is None:
            files[f"folder/{name}"] = files.pop(name)
        elif isinstance(how, bytes):
            files[name] = how
        else:
            assert isinstance(how, tuple)
            assert how[0] in files[name]
            files[name] = files[name].replace(*how)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert any(said in fault for fault in faults(buffer.getvalue())), faults(buffer.getvalue())


def rows(sis: PowerSchool, key: str, **arguments: str) -> list[dict[str, str]]:
    query = next(q for q in extended(OWN) if q.key == key)
    return list(sis.query(query.name, arguments))


def ids(server: Caller, sql: str) -> set[str]:
    return {str(value) for (value,) in server.sql(sql)}


YEAR = "3600 AND 3699"


def test_what_the_queries_give_is_what_the_tables_hold(sis: PowerSchool, server: Caller) -> None:
    assert {r["dcid"] for r in rows(sis, "students")} == ids(server, "SELECT dcid FROM students WHERE enroll_status IN (0, -1)")
    assert {r["school_number"] for r in rows(sis, "locations")} == ids(
        server, "SELECT school_number FROM schools WHERE school_number <> 999999"
    )
    assert {r["dcid"] for r in rows(sis, "classes")} == ids(server, f"SELECT dcid FROM sections WHERE termid BETWEEN {YEAR}")
    assert {r["termid"] for r in rows(sis, "terms")} <= {str(n) for n in range(3600, 3700)}
    today = server.world.today
    active = (
        "SELECT cc.dcid FROM cc JOIN students s ON s.id = cc.studentid WHERE cc.sectionid > 0 AND cc.dateleft > cc.dateenrolled "
        f"AND cc.dateleft > '{today}' AND s.enroll_status IN (0, -1) AND cc.termid BETWEEN {YEAR}"
    )
    assert {r["dcid"] for r in rows(sis, "class_student_roster")} == ids(server, active)
    staff = "SELECT DISTINCT users_dcid FROM schoolstaff WHERE status = 1 AND staffstatus IN (1, 2)"
    assert {r["dcid"] for r in rows(sis, "staff")} == ids(server, staff)
    district = rows(sis, "districts")
    assert (len(district), district[0]["district_number"]) == (1, "043146")
    # District-wide courses have school 0: they are found by their number alone, and no class is without its course.
    courses = {r["course_number"] for r in rows(sis, "courses")}
    assert {r["course_number"] for r in rows(sis, "classes")} <= courses
    assert "0" in {r["schoolid"] for r in rows(sis, "courses")}


def test_every_class_has_its_lead_and_contacts_their_students(sis: PowerSchool, server: Caller) -> None:
    leads = {(r["section_dcid"], r["users_dcid"]) for r in rows(sis, "class_staff_roster") if r["is_lead"] == "1"}
    wanted = server.sql(
        "SELECT sec.dcid, ss.users_dcid FROM sections sec JOIN schoolstaff ss ON ss.id = sec.teacher "
        f"WHERE ss.status = 1 AND sec.termid BETWEEN {YEAR}"
    )
    assert {(str(a), str(b)) for a, b in wanted} == leads
    contacts = rows(sis, "guardians")
    students = {r["dcid"] for r in rows(sis, "students")}
    assert contacts
    assert {c["student_dcid"] for c in contacts} <= students
    legal = {r["studentcontactassocid"] for r in rows(sis, "legal_guardians") if r["legalguardian"] == "1"}
    assert legal & {c["studentcontactassocid"] for c in contacts}


def test_the_schools_that_step_out_come_by_the_districts_own_field(sis: PowerSchool, server: Caller) -> None:
    told = {r["school_number"]: r.get("ignoreforintegration") for r in rows(sis, "locations")}
    own = server.sql(
        "SELECT s.school_number, x.ignoreforintegration FROM schools s JOIN u_schools_extension x ON x.schoolsdcid = s.dcid"
    )
    assert {number: flag for number, flag in told.items() if flag} == {str(number): str(flag) for number, flag in own}
    assert None in told.values()
    assert "1" in told.values()


def test_one_record_is_asked_for_by_its_number(sis: PowerSchool, server: Caller) -> None:
    ((left,),) = server.sql("SELECT dcid FROM students WHERE enroll_status = 2 LIMIT 1")
    (student,) = rows(sis, "students", dcid=str(left))
    assert (student["dcid"], student["enroll_status"]) == (str(left), "2")
    one = rows(sis, "class_student_roster")[0]
    mine = rows(sis, "class_student_roster", student=one["student_dcid"])
    assert one in mine
    assert {r["student_dcid"] for r in mine} == {one["student_dcid"]}
    teacher = rows(sis, "staff_locations")[0]["users_dcid"]
    assert {r["users_dcid"] for r in rows(sis, "staff_locations", dcid=teacher)} == {teacher}
    assert [r["dcid"] for r in rows(sis, "staff", dcid=teacher)] == [teacher]


def test_a_field_that_was_not_granted_is_named(sis: PowerSchool, server: Caller) -> None:
    granted = server.world.plugin.fields
    assert granted is not None
    server.world.plugin.fields = {f: a for f, a in granted.items() if f != "students.dob"}
    try:
        with pytest.raises(FieldsRefused, match=r"students\.dob"):
            rows(sis, "students")
    finally:
        server.world.plugin.fields = granted


def test_a_plug_in_without_the_pack_has_no_such_query(server: Caller) -> None:
    with pretend(20) as small:
        small.world.install(packages.read(package(Publisher())))
        plugin = small.world.plugin
        with PowerSchool(small.world.url, plugin.client_id, plugin.client_secret) as sis, pytest.raises(NotFound):
            rows(sis, "legal_guardians")


def test_an_operator_writes_it_for_a_district(tmp_path: Path) -> None:
    homeroom = Installation(tmp_path / "data", {"HOMEROOM_PUBLIC_URL": "https://roster.example"})
    homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
    told = homeroom.inside("plugin", "pinewood", str(tmp_path / "plugin.zip"))
    assert (told.status, "STUDENTS.DOB" in told.out, "the date of birth" in told.out) == (0, True, True)
    assert faults((tmp_path / "plugin.zip").read_bytes()) == []
    more = homeroom.inside("plugin", "pinewood", str(tmp_path / "more.zip"), "--with", "legal-guardian", "--json").document
    assert more["fields"]["STUDENTCONTACTASSOCCOREFIELDS.LEGALGUARDIAN"].startswith("the mark of the legal guardian")
    # Fields of the district's own come from its source.
    own = "schools.u_schools_extension.ignoreforintegration"
    added = ("--kind", "powerschool", "--url", "https://sis.example", "--client-id", "5b3f", "--client-secret", "s3cret")
    assert homeroom.inside("source", "add", "pinewood", *added).status == 0
    assert homeroom.inside("source", "set", "pinewood", "1", "extension_fields=students.dob").status == 2
    assert homeroom.inside("source", "set", "pinewood", "1", f"extension_fields={own}", "way=auto").status == 0
    wider = homeroom.inside("plugin", "pinewood", str(tmp_path / "own.zip"), "--json").document
    assert wider["fields"]["U_SCHOOLS_EXTENSION.IGNOREFORINTEGRATION"] == "a field of the district's own, for applications"
    assert wider["version"] not in (more["version"], "1.0.0")
    assert packages.read((tmp_path / "own.zip").read_bytes()).version == wider["version"]
    assert homeroom.inside("plugin", "nowhere", str(tmp_path / "x.zip")).status == 2
