"""The generated writers say exactly what a slow and obvious writer would say, whatever stands in the cells."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.doors.rest.members import COLLECTIONS, hrefs, members
from homeroom.doors.rest.people import Profile, inside_11, inside_12
from homeroom.doors.rest.writers import writer
from homeroom.roster.catalogue import catalogue
from homeroom.roster.versions import Role, stored_columns

AT = "2026-08-20T06:00:00.000Z"
BASE = "https://roster.example"


def row(table: str, key: str, **cells: str | None) -> tuple:
    values = {"sourcedId": key, "status": "active", "dateLastModified": AT, **cells}
    return tuple(values.get(c) for c in stored_columns(catalogue()[table]))


def told(table: str, version: str, *rows: tuple, inside: dict | None = None, fields: frozenset | None = None) -> list[dict]:
    return [json.loads(t) for t in writer(table, version, fields).write(rows, hrefs(BASE, version), inside or {})]


def test_an_enrollment_as_12_writes_it() -> None:
    stored = row(
        "enrollments", "e1", classSourcedId="c/1", schoolSourcedId="s1", userSourcedId="u1", role="student", primary="false"
    )
    assert told("enrollments", "1.2", stored) == [
        {
            "sourcedId": "e1",
            "status": "active",
            "dateLastModified": AT,
            "class": {"href": f"{BASE}/ims/oneroster/rostering/v1p2/classes/c%2F1", "sourcedId": "c/1", "type": "class"},
            "school": {"href": f"{BASE}/ims/oneroster/rostering/v1p2/orgs/s1", "sourcedId": "s1", "type": "org"},
            "user": {"href": f"{BASE}/ims/oneroster/rostering/v1p2/users/u1", "sourcedId": "u1", "type": "user"},
            "role": "student",
            "primary": "false",
        }
    ]


def test_11_has_one_root_for_every_service() -> None:
    stored = row("lineItems", "l1", title="Test", classSourcedId="c1", categorySourcedId="k1", academicSessionSourcedId="g1")
    (item,) = told("lineItems", "1.1", stored)
    assert item["class"]["href"] == f"{BASE}/ims/oneroster/v1p1/classes/c1"
    assert item["gradingPeriod"] == {
        "href": f"{BASE}/ims/oneroster/v1p1/academicSessions/g1",
        "sourcedId": "g1",
        "type": "academicSession",
    }
    (item,) = told("lineItems", "1.2", stored)
    assert item["class"]["href"] == f"{BASE}/ims/oneroster/rostering/v1p2/classes/c1"
    assert item["category"]["href"] == f"{BASE}/ims/oneroster/gradebook/v1p2/categories/k1"
    assert "gradingPeriod" not in item


def test_lists_pairs_numbers_and_moments() -> None:
    (session,) = told("classes", "1.2", row("classes", "c1", termSourcedIds="t1,t2", grades="09, 10", periods="1"))
    assert [t["sourcedId"] for t in session["terms"]] == ["t1", "t2"]
    assert session["grades"] == ["09", "10"]
    (user,) = told("users", "1.1", row("users", "u1", userIds="{LDAP:jo:e},{Fed:23}", agentSourcedIds="p1"))
    assert user["userIds"] == [{"type": "LDAP", "identifier": "jo:e"}, {"type": "Fed", "identifier": "23"}]
    (item,) = told("lineItems", "1.2", row("lineItems", "l1", resultValueMin=".5", resultValueMax="100.50", dueDate="2026-09-01"))
    assert (item["resultValueMin"], item["resultValueMax"], item["dueDate"]) == (0.5, 100.5, "2026-09-01T00:00:00.000Z")


def test_blank_members_are_left_out_unless_the_schema_wants_them() -> None:
    (org,) = told("orgs", "1.2", row("orgs", "o1", name="Pine", type="school"))
    assert org == {
        "sourcedId": "o1",
        "status": "active",
        "dateLastModified": AT,
        "name": "Pine",
        "type": "school",
        "identifier": "",
    }
    (org,) = told("orgs", "1.1", row("orgs", "o1", name="Pine", type="school"))
    assert "identifier" not in org
    (session,) = told("classes", "1.2", row("classes", "c1"))
    assert session["terms"] == []


def test_words_that_a_version_lacks() -> None:
    child = row("demographics", "u1", sex="unspecified")
    assert told("demographics", "1.2", child)[0]["sex"] == "unspecified"
    assert "sex" not in told("demographics", "1.1", child)[0]
    aide = row("enrollments", "e1", role="aide")
    assert told("enrollments", "1.2", aide)[0]["role"] == "ext:aide"
    assert told("enrollments", "1.1", aide)[0]["role"] == "aide"


def test_a_password_has_no_member() -> None:
    for version in ("1.1", "1.2"):
        assert "password" not in {m.name for m in members("users", version)}


def test_metadata_is_written_as_it_is_stored() -> None:
    (org,) = told("orgs", "1.2", row("orgs", "o1", name="P", metadata='{"made":true,"zone":"9"}'))
    assert org["metadata"] == {"made": True, "zone": "9"}


def test_fields_leave_only_what_was_named() -> None:
    stored = row("users", "u1", givenName="Zoë", familyName="Lee", role="student", orgSourcedIds="s1")
    assert told("users", "1.2", stored, fields=frozenset({"familyName"})) == [{"familyName": "Lee"}]
    assert told("users", "1.2", stored, fields=frozenset({"middleName"})) == [{}]


def test_a_user_of_a_11_source_in_both_versions() -> None:
    person = ("u1", "administrator", "d1,s1", None)
    orgs = hrefs(BASE, "1.2")["orgs"]
    inside = inside_12([person], {}, {}, {"d1": "district", "s1": "school"}, orgs)
    (user,) = told("users", "1.2", row("users", "u1"), inside=inside)
    assert [(r["role"], r["roleType"], r["org"]["sourcedId"]) for r in user["roles"]] == [
        ("districtAdministrator", "primary", "d1"),
        ("siteAdministrator", "primary", "s1"),
    ]
    assert user["primaryOrg"]["sourcedId"] == "d1"
    (user,) = told("users", "1.1", row("users", "u1"), inside=inside_11([person], {}, orgs))
    assert (user["role"], [o["sourcedId"] for o in user["orgs"]]) == ("administrator", ["d1", "s1"])
    assert "roles" not in user


def test_a_user_of_a_12_source_in_both_versions() -> None:
    person = ("u1", None, None, None)
    roles = {
        "u1": [Role("u1", "student", "s1", "secondary", "2026-01-01"), Role("u1", "ext:mentor", "s2", "primary", profile="p1")]
    }
    profiles = {"u1": [Profile("p1", "u1", "LTI", "vendor", None, None, "password", "jo")]}
    orgs = hrefs(BASE, "1.2")["orgs"]
    (user,) = told("users", "1.2", row("users", "u1"), inside=inside_12([person], roles, profiles, {}, orgs))
    assert [(r["role"], r.get("beginDate"), r.get("userProfile")) for r in user["roles"]] == [
        ("student", "2026-01-01", None),
        ("ext:mentor", None, "p1"),
    ]
    assert user["userProfiles"][0]["credentials"] == [{"type": "password", "username": "jo"}]
    assert "primaryOrg" not in user
    (user,) = told("users", "1.1", row("users", "u1"), inside=inside_11([person], roles, orgs))
    assert (user["role"], [o["sourcedId"] for o in user["orgs"]]) == ("student", ["s2", "s1"])


def test_a_user_without_any_role_has_an_empty_list() -> None:
    (user,) = told("users", "1.2", row("users", "u1"), inside=inside_12([("u1", None, None, None)], {}, {}, {}, "x/"))
    assert user["roles"] == []


SERVED = [(t.name, v) for v in ("1.1", "1.2") for t in catalogue().version(v) if t.name in COLLECTIONS]


@pytest.mark.parametrize(("table", "version"), SERVED)
def test_every_object_has_a_writer(table: str, version: str) -> None:
    assert told(table, version, row(table, "k1"))[0]["sourcedId"] == "k1"


def test_rows_without_an_object_of_their_own_have_none() -> None:
    for table, version in (("roles", "1.2"), ("scoreScales", "1.1")):
        with pytest.raises(KeyError):
            writer(table, version)


odd = ["a", 'say "hi"', "back\\slash", "tab\t", "é", "'''", "{x}", "a/b@c"]
cell = st.none() | st.just("") | st.text(max_size=8) | st.sampled_from(odd)
cells_of_a_course = st.tuples(st.text(min_size=1, max_size=6), cell, cell, cell, cell)


@settings(deadline=None, max_examples=150)
@given(st.lists(cells_of_a_course, min_size=1, max_size=6), st.sampled_from(["1.1", "1.2"]))
def test_any_text_survives(cells: list[tuple], version: str) -> None:
    """Law: whatever text stands in a cell, the JSON parses and says that text; an href's last segment is its id."""
    rows = [row("courses", k, title=t, courseCode=c, orgSourcedId=o, schoolYearSourcedId=y) for k, t, c, o, y in cells]
    for (key, title, code, org, year), said in zip(cells, told("courses", version, *rows), strict=True):
        assert said["sourcedId"] == key
        assert said.get("title", "") == (title or "")
        assert said.get("courseCode", "") == (code or "")
        for member, ref, table in (("org", org, "orgs"), ("schoolYear", year, "academicSessions")):
            if ref:
                assert said[member]["sourcedId"] == ref
                assert said[member]["href"] == hrefs(BASE, version)[table] + quote(ref, safe="")
            else:
                assert member not in said
