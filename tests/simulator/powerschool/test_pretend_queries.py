"""PowerQueries: the shipped ones and an installed plug-in's; pages, counts, arguments, `$q`, order, projection, rights."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from importlib.resources import files

import pytest

from homeroom.simulator.powerschool import packages
from homeroom.simulator.powerschool.schema import named, oracle
from homeroom.simulator.powerschool.schema.named import Rejected
from homeroom.systems.powerschool.plugin.package import Publisher
from homeroom.systems.powerschool.plugin.package import package as package_of_ours
from homeroom.systems.powerschool.plugin.queries import packs
from pretend import Caller, pretend

QUERY = "/ws/schema/query/"
ROSTER = QUERY + "org.example.rosterhub.roster."
PLUGIN = """<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="http://plugin.powerschool.pearson.com" name="Proof" version="1.0">
  <oauth{level}/>
  <access_request>
    <field table="STUDENTS" field="DCID" access="ViewOnly"/>
    <field table="STUDENTS" field="LAST_NAME" access="ViewOnly"/>
    <field table="STUDENTS" field="GRADE_LEVEL" access="ViewOnly"/>{more}
  </access_request>
  <publisher name="Proof"><contact email="proof@example.org"/></publisher>
</plugin>"""
QUERIES = """<queries>
  <query name="org.example.proof.list.students" coreTable="Students" {flat}>
    <args><arg name="grades" column="STUDENTS.GRADE_LEVEL" type="array" required="true"/>
          <arg name="least" column="STUDENTS.DCID" required="false" default="0"/></args>
    <columns>
      <column column="STUDENTS.DCID">dcid</column>
      <column column="STUDENTS.LAST_NAME">{alias}</column>
      <column column="{real}">next_grade</column>
    </columns>
    <sql><![CDATA[SELECT s.dcid, s.last_name || NULL AS named, NVL2(s.grade_level, s.grade_level + 1, NULL) AS n FROM students s
      WHERE s.grade_level IN (:grades) AND s.dcid >= :least AND <@restricted_table table="students" selector="x"/> ORDER BY s.dcid]]></sql>
  </query>
</queries>"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(600) as caller:
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.world.plugin.fields, shared.world.plugin.v1, shared.world.installed = None, "FULL", {}


def package(level: str = ' accessLevelV1Api="READ"', more: str = "", **query: str) -> bytes:
    words = {"flat": 'flattened="true"', "alias": "last_name", "real": "STUDENTS.GRADE_LEVEL"} | query
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("plugin.xml", PLUGIN.format(level=level, more=more))
        archive.writestr("queries_root/org.example.proof.named_queries.xml", QUERIES.format(**words))
    return written.getvalue()


def test_rows_come_by_page_or_all_at_once_and_are_the_same(server: Caller) -> None:
    whole = server.post(ROSTER + "enrollments", pagesize=0)
    total = server.post(ROSTER + "enrollments/count")["count"]
    assert len(whole["record"]) == total > 3000
    pages = []
    for page in range(1, total // 1000 + 2):
        pages += server.post(ROSTER + "enrollments", page=page, pagesize=1000)["record"]
    assert pages == whole["record"]
    assert len(server.post(ROSTER + "enrollments")["record"]) == 100
    assert whole["name"] == "CC"
    assert set(whole) == {"name", "record", "@extensions"}
    assert server.post(ROSTER + "enrollments", page=9999) == {"@extensions": ""}


def test_the_roster_of_a_plug_in_is_the_roster_of_the_tables(server: Caller) -> None:
    people = {r["sourcedid"]: r for r in server.post(ROSTER + "users", pagesize=0)["record"]}
    active = {f"S{d}" for (d,) in server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0")}
    assert {i for i in people if i.startswith("S")} == active
    assert {r["role"] for r in people.values()} == {"student", "teacher", "aide", "parent", "guardian"} - (
        set() if any(r["role"] == "guardian" for r in people.values()) else {"guardian"}
    )
    mothers = server.sql(
        "SELECT DISTINCT a.PersonID FROM StudentContactAssoc a JOIN CodeSet c ON c.CodeSetID = a.CurrRelTypeCodeSetID "
        "JOIN Students s ON s.DCID = a.StudentDCID WHERE c.Code IN ('Mother', 'Father') AND s.Enroll_Status = 0"
    )
    assert {i for i in people if i.startswith("G")} == {f"G{n}" for (n,) in mothers}
    traveller = server.sql(
        "SELECT Users_DCID FROM SchoolStaff WHERE Status = 1 AND StaffStatus = 1 GROUP BY 1 HAVING count(*) > 1"
    )[0][0]
    assert people[f"T{traveller}"]["orgsourcedids"].count(",") == 1
    seats = server.post(ROSTER + "enrollments", pagesize=0)["record"]
    assert {r["classsourcedid"] for r in seats} == {
        f"C{d}" for (d,) in server.sql("SELECT DCID FROM Sections WHERE TermID >= 3600")
    }
    assert {r["usersourcedid"] for r in seats if r["role"] == "student"} <= active


def test_a_count_comes_along_when_it_is_asked_for(server: Caller) -> None:
    found = server.post(ROSTER + "classes", count="true", pagesize=5)
    assert found["count"] == server.sql("SELECT count(*) FROM Sections WHERE TermID >= 3600")[0][0]
    assert len(found["record"]) == 5


@pytest.mark.parametrize("name", ["users", "classes", "enrollments"])
def test_the_queries_that_seed_systems_name_are_there(server: Caller, name: str) -> None:
    records = server.post(f"{QUERY}com.classtag.one_roster_{name}", pagesize=0)["record"]
    keys = {
        "users": {"sourcedid", "role", "givenname", "familyname", "orgsourcedids"},
        "classes": {"sourcedid", "title", "schoolsourcedid"},
        "enrollments": {"classsourcedid", "schoolsourcedid", "usersourcedid", "role"},
    }[name]
    assert all(keys <= set(r) for r in records)
    if name == "users":
        legal = {
            f"G{p}"
            for (p,) in server.sql(
                "SELECT PersonID FROM StudentContactAssoc JOIN StudentContactAssocCoreFields USING (StudentContactAssocID) WHERE LegalGuardian = 1"
            )
        }
        assert {r["sourcedid"] for r in records if r["role"] == "guardian"} == legal


def test_grouped_records_hold_a_group_for_each_table(server: Caller) -> None:
    name = QUERY + "com.pearson.core.guardian.student_guardian_detail"
    students = [d for (d,) in server.sql("SELECT StudentsDCID FROM GuardianStudent GROUP BY 1 ORDER BY 1 LIMIT 2")]
    found = server.post(name, {"students_dcid": students})
    expected = server.sql(
        "SELECT GuardianID, StudentsDCID FROM GuardianStudent WHERE StudentsDCID IN (?, ?) ORDER BY 2, 1", *students
    )
    assert [(r["id"], int(r["tables"]["students"]["dcid"])) for r in found["record"]] == expected
    assert {r["name"] for r in found["record"]} == {"Guardian"}
    as_text = server.post(name, {"students_dcid": ",".join(map(str, students))})
    assert as_text == found, "a list may come as text"
    assert server.post(name + "/count")["count"] == server.sql("SELECT count(*) FROM GuardianStudent")[0][0]


@pytest.mark.parametrize(
    "name",
    [
        "student.student_dcid_id_map",
        "school.school_detail",
        "schools.grade_levels",
        "terms.yearid",
        "terms.year_terms",
    ],
)
def test_core_queries_answer(server: Caller, name: str) -> None:
    assert server.post(f"{QUERY}com.pearson.core.{name}")["record"]


def test_arguments_are_asked_for(server: Caller) -> None:
    name = QUERY + "com.pearson.core.teachers.sectionEnrollments"
    missing = server.call("POST", name, {})
    assert (missing.status_code, missing.json()) == (400, {"message": "Missing required argument: sectiondcids"})
    wrong = server.call("POST", QUERY + "com.pearson.core.student.search.get_student_basic_info", {"studentdcid": [1, 2]})
    assert wrong.status_code == 400
    assert server.call("POST", name, [1]).status_code == 400
    section = server.sql("SELECT s.DCID, count(*) FROM CC JOIN Sections s ON s.ID = CC.SectionID GROUP BY 1 LIMIT 1")[0]
    assert len(server.post(name, {"sectiondcids": [section[0]]})["record"]) == section[1]
    assert server.post(name, {"sectiondcids": ["1"]}) == {"@extensions": ""}


def test_a_filter_an_order_and_a_projection_of_the_callers(server: Caller) -> None:
    name = QUERY + "com.pearson.core.student.student_dcid_id_map"
    some = server.post(name, {"$q": "students.dcid=ge=1100;id=lt=51110"})["record"]
    assert [r["dcid"] for r in some] == [str(n) for n in range(1100, 1110)]
    schools = server.post(QUERY + "com.pearson.core.school.school_detail", {"$q": "name==*School*"}, order="schools.name;desc")
    names = [r["name"] for r in schools["record"]]
    assert names == sorted(names, reverse=True)
    assert len(names) == server.sql("SELECT count(*) FROM Schools WHERE Name GLOB '*School*'")[0][0]
    assert server.post(name, {"projection": "students.id"}, pagesize=1)["record"][0].keys() == {"_name", "_id", "id"}
    for body, message in (
        ({"$q": "shoe==1"}, "Invalid field shoe"),
        ({"$q": ""}, "The $q parameter may not be empty"),
        ({"projection": "shoe"}, "Invalid field shoe"),
    ):
        answer = server.call("POST", name, body)
        assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_unknown_queries_are_told_by_name(server: Caller) -> None:
    answer = server.call("POST", QUERY + "org.example.none", {})
    assert (answer.status_code, answer.json()) == (404, {"message": "Query org.example.none not found"})
    assert server.call("GET", ROSTER + "users").status_code == 405


def test_a_plug_in_brings_its_query_its_level_and_no_more_fields_than_it_asks_for(server: Caller) -> None:
    server.world.install(packages.read(package()))
    rows = server.post(QUERY + "org.example.proof.list.students", {"grades": [3, "4"], "least": "1010"}, pagesize=0)["record"]
    expected = server.sql(
        "SELECT DCID, Last_Name, Grade_Level + 1 FROM Students WHERE Grade_Level IN (3, 4) AND DCID >= 1010 ORDER BY DCID"
    )
    assert [(r["_id"], r["last_name"], int(r["next_grade"])) for r in rows] == expected
    refused = server.call("POST", ROSTER + "classes", {})
    assert refused.status_code == 403
    assert refused.json()["message"] == "Validation Failed"
    fields = [e["field"] for e in refused.json()["errors"]]
    assert fields[:2] == ["sections.dcid", "courses.course_name"]
    assert {e["code"] for e in refused.json()["errors"]} == {"No access to the field"}
    assert server.call("GET", "/ws/v1/district").status_code == 200
    server.world.install(packages.read(package(level="")))
    closed = server.call("GET", "/ws/v1/district")
    assert closed.status_code == 401
    assert closed.json() == {"errorMessage": {"message": "Plugin is missing required accessLevelV1Api READ permission"}}
    assert "www-authenticate" not in closed.headers
    assert server.get("/ws/schema/table/students/count")["count"] > 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"alias": "dcid"}, "the alias dcid is used twice"),
        ({"alias": "last-name"}, "other characters"),
        ({"real": "STUDENTS.SHOE_SIZE"}, "STUDENTS.SHOE_SIZE does not exist"),
        ({"more": '<field table="STUDENTS" field="SHOE_SIZE" access="ViewOnly"/>'}, "STUDENTS.SHOE_SIZE does not exist"),
        ({"level": ' accessLevelV1Api="SOME"'}, "there are NONE, READ and FULL"),
    ],
)
def test_a_plug_in_that_a_server_would_not_enable_is_rejected_with_its_reasons(change: dict[str, str], reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        packages.read(package(**change))


def test_a_package_with_a_folder_around_it_is_rejected() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("proof/plugin.xml", PLUGIN)
    with pytest.raises(Rejected, match="at the root"):
        packages.read(written.getvalue())


def test_access_lists_name_the_fields_of_a_query(server: Caller) -> None:
    one = server.get("/ws/powerqueryaccesslist/com.pearson.core.student.student_dcid_id_map")["access_request"]["field"]
    assert one == [
        {"@table": "students", "@field": "dcid", "@access": "ViewOnly"},
        {"@table": "students", "@field": "id", "@access": "ViewOnly"},
    ]
    every = server.get("/ws/powerqueryaccesslist/")["access_request"]["field"]
    assert len(every) > 40
    assert server.call("GET", "/ws/powerqueryaccesslist/none").status_code == 404
    swagger = server.get("/ws/schema/query/api")
    assert swagger["swagger"] == "2.0"
    assert "powerquery.param.com.pearson.core.terms.year_terms" in swagger["definitions"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT TO_CHAR(SYSDATE, 'MM/DD/YYYY') AS x FROM dual", "10/05/2026"),
        ("SELECT SYSDATE + 45 AS x FROM dual", "2026-11-19"),
        ("SELECT SYSDATE - 5 AS x FROM dual", "2026-09-30"),
        ("SELECT 'a' || NULL || 1 AS x FROM dual", "a1"),
        ("SELECT NULL || NULL AS x FROM dual", None),
        ("SELECT LPAD('7', 3, '0') || RPAD('7', 2, '.') AS x FROM dual", "0077."),
        ("SELECT NVL(NULL, 'b') AS x FROM dual", "b"),
        ("SELECT DECODE(2, 1, 'one', 2, 'two', 'many') AS x FROM dual", "two"),
        (
            "SELECT LISTAGG(v, '/') WITHIN GROUP (ORDER BY v DESC) AS x FROM (SELECT 2 AS v FROM dual UNION SELECT 10 FROM dual)",
            "10/2",
        ),
        (
            "SELECT LISTAGG(v, '/') WITHIN GROUP (ORDER BY v) AS x FROM (SELECT 2 AS v FROM dual UNION SELECT 10 FROM dual)",
            "2/10",
        ),
    ],
)
def test_oracle_means_on_sqlite_what_it_means(server: Caller, sql: str, expected: str | None) -> None:
    server.world.tables.execute("DELETE FROM dual")
    server.world.tables.execute("INSERT INTO dual VALUES ('X')")
    assert server.sql(oracle.sqlite(sql)) == [(expected,)]


def test_what_a_server_installs_unseen_would_be_installed_by_one_that_looks() -> None:
    """A server that starts takes these for sound, since reading their SQL takes a quarter of a second."""
    folder = files("homeroom.simulator.powerschool").joinpath("shipped")
    seen = [named.read(folder.joinpath(f"{name}.named_queries.xml").read_text("utf-8")) for name in named.SHIPPED]
    assert {name for each in seen for name in each} == set(named.shipped())
    ours = package_of_ours(Publisher(), packs()[1:])
    assert packages.read(ours) == packages.read(ours, sound=True)
    with pytest.raises(Rejected):
        named.read(QUERIES.format(flat="", alias="no alias!", real="STUDENTS.GRADE_LEVEL"))
