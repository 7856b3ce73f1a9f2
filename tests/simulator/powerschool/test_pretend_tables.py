"""`/ws/schema/table` and `/ws/schema/area`: rows, projections, filters, counts, metadata, rights and the server's own words for no."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pretend import Caller, pretend


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend() as caller:
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.world.plugin.fields = None


def test_a_row_is_text_in_lower_case_and_blanks_are_left_out(server: Caller) -> None:
    found = server.get(
        "/ws/schema/table/STUDENTS", projection="dcid,ID,Students.Last_Name,exitcode", q="enroll_status==0", pagesize=1
    )
    dcid, number, name = server.sql("SELECT DCID, ID, Last_Name FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 1")[0]
    assert found["name"] == "Students"
    assert found["record"] == [{"id": dcid, "tables": {"students": {"dcid": str(dcid), "id": str(number), "last_name": name}}}]
    one = server.get(f"/ws/schema/table/students/{dcid}", projection="*")
    assert one["name"] == "students"
    assert one["tables"]["students"]["student_number"].isdigit()
    assert "exitcode" not in one["tables"]["students"]


def test_pages_in_order_are_all_rows_and_the_one_after_is_empty(server: Caller) -> None:
    total = server.get("/ws/schema/table/cc/count")["count"]
    found = []
    for page in range(1, total // 100 + 2):
        found += [r["id"] for r in server.get("/ws/schema/table/cc", projection="dcid", sort="dcid", page=page).get("record", [])]
    assert found == [d for (d,) in server.sql("SELECT DCID FROM CC ORDER BY DCID")]
    assert server.get("/ws/schema/table/cc", projection="dcid", page=9999) == {"@extensions": ""}


def test_sorting_goes_both_ways_and_without_it_the_first_page_is_an_arbitrary_slice(server: Caller) -> None:
    def ids(**query: str) -> list[int]:
        return [r["id"] for r in server.get("/ws/schema/table/terms", projection="id", **query)["record"]]

    up, down = ids(sort="schoolid,id"), ids(sort="schoolid,id", sortdescending="true")
    assert up == [d for (d,) in server.sql("SELECT DCID FROM Terms ORDER BY SchoolID, ID")]
    assert down == [d for (d,) in server.sql("SELECT DCID FROM Terms ORDER BY SchoolID DESC, ID DESC")]
    assert ids()[0] == server.sql("SELECT max(DCID) FROM Terms")[0][0]


def test_filters_name_columns_in_any_case(server: Caller) -> None:
    school = server.sql("SELECT SchoolID FROM Terms LIMIT 1")[0][0]
    expected = server.sql("SELECT count(*) FROM Terms WHERE SchoolID = ? AND YearID = 36 AND Name GLOB 'S*'", school)[0][0]
    assert server.get("/ws/schema/table/terms/count", q=f"SCHOOLID=={school};yearid==36;name==S*") == {"count": expected}
    dropped = server.get("/ws/schema/table/cc/count", q="sectionid=lt=0")["count"]
    assert dropped == server.sql("SELECT count(*) FROM CC WHERE SectionID < 0")[0][0] > 0


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("students?projection=zzz", 400, "Invalid field specified: zzz is not valid column for table: Students"),
        ("students?projection=dcid&q=nosuchcolumn==1", 400, "Invalid field nosuchcolumn"),
        ("log/count?q=entry_time==x", 400, "Invalid number 'x' passed for comparison to number field Entry_Time"),
        ("log/count?q=entry==x", 400, "Querying not supported against clob or blob field types"),
        ("students", 400, "The projection parameter is required"),
        ("nosuchtable?projection=*", 404, "Resource not found"),
        ("students/99999999?projection=*", 404, "Resource not found"),
        ("teachers?projection=*", 405, "Method Not Allowed"),
    ],
)
def test_errors_speak_as_they_were_measured(server: Caller, path: str, status: int, message: str) -> None:
    answer = server.call("GET", f"/ws/schema/table/{path}")
    assert (answer.status_code, answer.json()) == (status, {"message": message})


def test_what_was_not_granted_is_named_and_an_unfiltered_count_needs_no_right(server: Caller) -> None:
    server.world.plugin.fields = {"students.dcid": "ViewOnly", "students.last_name": "ViewOnly"}
    refused = server.call("GET", "/ws/schema/table/students", projection="dcid,DOB,gender")
    assert refused.status_code == 403
    assert refused.json() == {
        "message": "At least one column lacks sufficient permission",
        "errors": [
            {"code": "NoAccess", "field": "DOB", "resource": "Students"},
            {"code": "NoAccess", "field": "Gender", "resource": "Students"},
        ],
    }
    filtered = server.call("GET", "/ws/schema/table/log/count", q="schoolid==300")
    assert filtered.json()["errors"] == [{"code": "NoAccess", "field": "SchoolID", "resource": "Log"}]
    assert server.get("/ws/schema/table/log/count") == {"count": 0}
    row = server.get("/ws/schema/table/students", projection="*", q="dcid=gt=0", pagesize=1)["record"][0]["tables"]["students"]
    assert set(row) == {"dcid", "last_name"}
    unknown = server.call("GET", "/ws/schema/table/students", projection="zzz,dob")
    assert unknown.status_code == 400, "an unknown column is told before a missing right"


def test_metadata_tells_the_access_of_each_column(server: Caller) -> None:
    server.world.plugin.fields = {"students.dcid": "ViewOnly", "students.first_name": "FullAccess"}
    found = server.get("/ws/schema/table/students/metadata", expansions="access,fwdRels")
    access = {c["name"]: c["access"] for c in found["columns"]}
    assert (access["DCID"], access["First_Name"], access["DOB"]) == ("ViewOnly", "FullAccess", "NoAccess")
    assert access["LunchStatus"] == "BlackListNoAccess"
    assert (found["primaryKey"], found["schemaType"], found["fwdRels"]) == ("DCID", "core", [])
    assert "access" not in server.get("/ws/schema/table/students/metadata")["columns"][0]
    extension = server.get("/ws/schema/table/u_students_extension/metadata")
    assert (extension["coreTable"], extension["schemaType"]) == ("Students", "dbextension")


def test_areas_hold_the_tables(server: Caller) -> None:
    tables = {t["name"] for t in server.get("/ws/schema/table")["record"]}
    found: set[str] = set()
    for area in server.get("/ws/schema/area")["areas"]:
        found |= {t["name"] for t in server.get(f"/ws/schema/area/{area['name']}/table")["tables"]}
    assert found == tables
    assert {"Students", "CC", "Person", "CodeSet"} <= tables
    assert server.call("GET", "/ws/schema/area/Kitchen/table").status_code == 404
