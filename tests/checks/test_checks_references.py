"""References across files and to the store, cascades, cycles, what contradicts."""

from __future__ import annotations

import json

from checks.night import NOW, Night
from homeroom.checks.rules import Rules

ORGS = """
sourcedId,name,type,parentSourcedId
d1,District,district,
s1,North School,school,d1
s2,South School,school,d1
"""
SESSIONS = """
sourcedId,title,type,startDate,endDate,schoolYear
y1,2026-2027,schoolYear,2026-08-15,2027-06-10,2027
"""
COURSES = """
sourcedId,title,orgSourcedId
co1,Algebra,d1
"""
CLASSES = """
sourcedId,title,courseSourcedId,classType,schoolSourcedId,termSourcedIds
c1,Algebra 1,co1,scheduled,s1,y1
c2,Algebra 2,co1,scheduled,s2,y1
"""
USERS = """
sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,agentSourcedIds
u1,true,s1,student,ann,Ann,Ash,g1
u2,true,"s1,s2",teacher,bo,Bo,Birch,
g1,true,s1,guardian,cy,Cy,Cedar,
"""
ENROLLMENTS = """
sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,beginDate,endDate
e1,c1,s1,u1,student,2026-08-15,2027-06-10
e2,c2,s2,u2,teacher,,
"""


def district(**changed: str) -> dict[str, str]:
    whole = {
        "orgs": ORGS,
        "academicSessions": SESSIONS,
        "courses": COURSES,
        "classes": CLASSES,
        "users": USERS,
        "enrollments": ENROLLMENTS,
    }
    return {t: changed.get(t, text) for t, text in whole.items() if changed.get(t) != "absent"}


def without(text: str, key: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{key},"))


def test_a_whole_district_passes() -> None:
    with Night(district()) as night:
        assert night.issues() == []
        assert night.keys("enrollments") == ["e1", "e2"]


def test_a_missing_school_is_one_finding_with_all_that_hangs_on_it() -> None:
    with Night(district(orgs=without(ORGS, "s2"))) as night:
        assert night.refused("classes") == {"c2": "missing:orgs:s2"}
        assert night.refused("enrollments") == {"e2": "missing:orgs:s2"}
        assert night.cells("users", "orgSourcedIds")["u2"] == "s1"
        (finding,) = night.findings()
        assert finding.cause == "missing:orgs:s2"
        assert finding.count == 4, "class, user's list, the enrollment's class and its school"
        assert dict(finding.files)[5] == 2


def test_what_hangs_on_a_refused_row_is_counted_with_it() -> None:
    with Night(district(users=USERS.replace("student", "wizard"))) as night:
        assert night.refused("enrollments") == {"e1": "refused:users:u1"}
        (finding,) = night.findings()
        assert (finding.code, finding.key, finding.count) == ("code-unknown", "u1", 2)


def test_a_reference_may_point_to_what_the_roster_keeps() -> None:
    store = {"orgs": "sourcedId,type,status\ns1,school,active\ns2,school,active\nd1,district,active\ns9,school,tobedeleted"}
    with Night(district(orgs="absent"), stored=store) as night:
        assert night.issues() == []
    with Night(district(orgs="absent", courses=COURSES + "co2,Art,s9\n"), stored=store) as night:
        assert night.refused("courses") == {"co2": "missing:orgs:s9"}


def test_a_complete_file_is_the_last_word_on_its_table() -> None:
    store = {"orgs": "sourcedId,type\ns1,school\ns2,school\nd1,district"}
    with Night(district(orgs=without(ORGS, "s2")), stored=store) as night:
        assert night.keys("classes") == ["c1"]


def test_a_refused_row_keeps_its_record_and_what_refers_to_it() -> None:
    store = {"orgs": "sourcedId,type\ns1,school\ns2,school\nd1,district"}
    with Night(district(orgs=ORGS.replace("South School,school", "South School,skool")), stored=store) as night:
        assert night.keys("orgs") == ["d1", "s1"]
        assert night.keys("classes") == ["c1", "c2"]


def test_records_of_another_source_stay_usable() -> None:
    store = {"orgs": "sourcedId,type,_source\ns2,school,2"}
    with Night(district(orgs=without(ORGS, "s2")), stored=store, rules=Rules("1.1", NOW, source=1)) as night:
        assert night.keys("classes") == ["c1", "c2"]


def test_unknown_agents_are_taken_out_of_the_list() -> None:
    users = USERS.replace("Ash,g1", 'Ash,"g1, g9"')
    with Night(district(users=users)) as night:
        assert night.cells("users", "agentSourcedIds")["u1"] == "g1"
        assert night.issues() == [
            ("list-spacing", "", "agentSourcedIds", "", False),
            ("reference-dropped", "u1", "agentSourcedIds", "g9", False),
        ]


def test_a_row_that_lost_a_value_is_looked_at_again_tomorrow() -> None:
    with Night(district(users=USERS.replace("Ash,g1", "Ash,g9"))) as night:
        hashes = dict(
            night.bench.rows("SELECT a.sourcedId, a._rh = s._rh FROM admitted_users a JOIN shaped_users s USING (sourcedId)")
        )
        assert hashes == {"u1": False, "u2": True, "g1": True}


def test_a_refused_guardian_is_no_agent() -> None:
    with Night(district(users=USERS.replace("guardian", "wizard"))) as night:
        assert night.cells("users", "agentSourcedIds") == {"u1": None, "u2": None}
        assert {f.code: f.count for f in night.findings()} == {"code-unknown": 2}


def test_parents_in_a_ring_are_dropped_and_nobody_is_refused() -> None:
    orgs = "sourcedId,name,type,parentSourcedId\na,A,department,b\nb,B,department,a\nc,C,school,b\n"
    with Night({"orgs": orgs}) as night:
        assert night.cells("orgs", "parentSourcedId") == {"a": None, "b": None, "c": "b"}
        (finding,) = night.findings()
        assert (finding.code, finding.count, finding.message) == ("cycle", 2, "The parents form a ring: a > b > a.")


def test_a_school_column_that_names_a_district_is_told() -> None:
    classes = CLASSES.replace("scheduled,s2", "scheduled,d1")
    with Night(district(classes=classes, enrollments=ENROLLMENTS.replace("c2,s2", "c2,d1"))) as night:
        assert night.keys("classes") == ["c1", "c2"]
        (finding,) = night.findings()
        assert (finding.code, finding.value, finding.count) == ("reference-type", "d1", 2)


def test_unchanged_rows_that_name_a_gone_record_are_refused_as_if_they_were_new() -> None:
    before = district()
    tonight = district(users=without(USERS, "u1").replace("g1", "g1"))
    with Night(tonight, last=before) as night:
        assert night.issues() == [("reference-unknown", "e1", "userSourcedId", "u1", True)]
        assert night.refused("enrollments") == {"e1": "missing:users:u1"}
        assert night.admitted["enrollments"].again == 1
        assert night.admitted["enrollments"].tallies[0].refused == 1


def test_changed_rows_may_refer_to_unchanged_ones() -> None:
    before = district()
    with Night(district(enrollments=ENROLLMENTS + "e3,c1,s1,u2,teacher,,\n"), last=before) as night:
        assert night.issues() == []
        assert night.keys("enrollments") == ["e3"]
        assert night.admitted["enrollments"].tallies[0].accepted == 3


def test_a_table_may_be_left_unchecked() -> None:
    with Night(district(orgs="absent"), rules=Rules("1.1", NOW, unchecked=frozenset({"orgs"}))) as night:
        assert night.issues() == []


def test_what_contradicts_is_told_and_kept() -> None:
    users = USERS.replace("Ash,g1", 'Ash,"u1,u2"')
    enrollments = ENROLLMENTS.replace("e1,c1,s1,u1,student,2026-08-15", "e1,c1,s2,u1,teacher,2026-08-01")
    with Night(district(users=users, enrollments=enrollments)) as night:
        assert night.keys("enrollments") == ["e1", "e2"]
        assert [i[0] for i in night.issues()] == [
            "agent-of-oneself",
            "agent-role",
            "outside-term",
            "school-differs",
            "student-teaches",
        ]


def test_primary_twice_in_both_versions() -> None:
    header = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role,primary\n"
    users = USERS + "u3,true,s1,teacher,di,Di,Date,\n"
    rows = header + "e1,c1,s1,u2,teacher,true\ne2,c1,s1,u3,teacher,TRUE\ne3,c2,s2,u2,teacher,true\n"
    with Night(district(users=users, enrollments=rows)) as night:
        assert [i[1] for i in night.issues() if i[0] == "primary-twice"] == ["e1", "e2"]
    header = "sourcedId,userSourcedId,roleType,role,orgSourcedId\n"
    roles = header + "r1,u1,primary,student,s1\nr2,u1,primary,aide,s1\nr3,u1,primary,aide,s2\n"
    with Night(district() | {"roles": roles}, rules=Rules("1.2", NOW)) as night:
        assert [i[1] for i in night.issues() if i[0] == "primary-twice"] == ["r1", "r2"]


def test_details_are_json_objects() -> None:
    with Night(district(orgs=without(ORGS, "s2"))) as night:
        for (detail,) in night.bench.rows("SELECT detail FROM issues WHERE detail IS NOT NULL"):
            assert json.loads(detail) == {"what": "org"} or "what" in json.loads(detail)
