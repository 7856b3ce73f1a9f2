"""The layout set `canvas`: statuses, roles, observers, sections and courses, cross-listing, terms and their dates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from walks.walking import Country, Town, country, told

ACCOUNTS = "account_id,parent_account_id,name,status\nD,,Pinewood,active\n100,D,Pine,active\n200,D,Cedar,active\n"
TERMS = (
    "term_id,name,status,date_override_enrollment_type,start_date,end_date\n"
    "F,Fall,active,,2026-08-17T05:00:00Z,2026-12-19 05:59:59\nF,Fall,active,TeacherEnrollment,2026-08-01T00:00:00Z,\nX,Open,active,,,\n"
)
COURSES = "course_id,short_name,long_name,account_id,term_id,status\n"
SECTIONS = "section_id,course_id,name,status\n"
USERS = "user_id,login_id,first_name,last_name,email,status\n"
SEATS = "course_id,user_id,role,section_id,status\n"


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Country]:
    with country(tmp_path_factory.mktemp("canvas")) as opened:
        yield opened


PLAIN = {
    "accounts": ACCOUNTS,
    "terms": TERMS,
    "courses": COURSES + "K1,ALG,Algebra,100,F,active\nK2,BIO,Biology,200,X,published\n",
    "sections": SECTIONS + "C1,K1,Algebra 1,active\nC2,K2,Biology 1,active\n",
    "users": USERS + "S1,ana,Ana,Ruiz,ana@p.example,active\nT1,tom,Tom,Hill,tom@p.example,active\n",
    "enrollments": SEATS + "K1,S1,student,C1,active\nK1,T1,teacher,C1,active\n",
}


def walked(land: Country, folder: Path, town: Town | None = None, errors: set[str] | None = None, **files: str) -> Town:
    """A town after one more delivery of the plain files, with other contents where named; `errors`: the codes of rows refused."""
    for name, text in (PLAIN | files).items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    town = town or land.town()
    report = town.walk(folder, "canvas")
    if report.status == "waiting_for_approval":
        report = town.approve(report.number)
    assert report.reason is None, report.reason
    assert {i.code for i in report.issues if i.severity == "error"} == (errors or set())
    return town


def active(town: Town, table: str) -> set[str]:
    return {k for k, r in town.roster().get(table, {}).items() if r["status"] == "active"}


def test_section_course_account_and_term(land: Country, tmp_path: Path) -> None:
    town = walked(land, tmp_path)
    one, two = town.record("classes", "C1"), town.record("classes", "C2")
    assert (one["courseSourcedId"], one["schoolSourcedId"], one["termSourcedIds"]) == ("K1", "100", "F")
    assert (two["schoolSourcedId"], two["termSourcedIds"]) == ("200", "schoolYear-2027")  # its term has no days
    term = town.record("academicSessions", "F")
    assert (term["startDate"], term["endDate"], term["schoolYear"]) == ("2026-08-17", "2026-12-19", "2027")
    assert "X" not in active(town, "academicSessions")
    assert town.record("orgs", "D")["type"] == "district"
    assert (town.record("orgs", "100")["type"], town.record("orgs", "100")["parentSourcedId"]) == ("school", "D")
    assert town.record("users", "S1")["orgSourcedIds"] == "100"


def test_a_deleted_row_is_no_row_and_comes_back(land: Country, tmp_path: Path) -> None:
    town = walked(land, tmp_path)
    gone = {
        "users": PLAIN["users"].replace("ana@p.example,active", "ana@p.example,deleted"),
        "enrollments": PLAIN["enrollments"].replace("student,C1,active", "student,C1,deleted_last_completed"),
        "sections": PLAIN["sections"].replace("Biology 1,active", "Biology 1,deleted"),
        "courses": PLAIN["courses"].replace("X,published", "X,deleted"),
    }
    walked(land, tmp_path, town, **gone)
    assert (active(town, "users"), active(town, "classes"), active(town, "courses")) == ({"T1"}, {"C1"}, {"K1"})
    walked(land, tmp_path, town)
    assert (active(town, "users"), active(town, "classes")) == ({"T1", "S1"}, {"C1", "C2"})


def test_completed_stays_inactive_goes_and_suspended_may_not_sign_in(land: Country, tmp_path: Path) -> None:
    town = walked(
        land,
        tmp_path,
        users=USERS + "S1,ana,Ana,Ruiz,,suspended\nS2,leo,Leo,Ruiz,,active\nS3,ben,Ben,Okafor,,active\nT1,tom,Tom,Hill,,active\n",
        enrollments=SEATS
        + "K1,S1,student,C1,active\nK1,S2,student,C1,completed\nK1,S3,student,C1,inactive\nK1,T1,teacher,C1,active\n",
    )
    seats = {r["userSourcedId"]: r["metadata"] for r in town.roster()["enrollments"].values()}
    assert seats == {"S1": None, "S2": '{"state":"completed"}', "T1": None}
    assert town.record("users", "S1")["enabledUser"] == "false"
    assert town.record("users", "S3")["role"] == "student"


def test_roles_of_classes_and_of_people(land: Country, tmp_path: Path) -> None:
    people = ["T1", "T2", "S1", "S2", "A1", "D1", "O1", "N1"]
    town = walked(
        land,
        tmp_path,
        users=USERS + "".join(f"{p},{p.lower()},{p},Hill,{p.lower()}@p.example,active\n" for p in people),
        enrollments=SEATS
        + "K1,T1,teacher,C1,active\nK1,T2,ta,C1,active\nK1,S1,student,C1,active\nK2,S1,ta,C2,active\nK2,S2,Student,C2,active\n"
        + "K1,D1,designer,C1,active\nK1,O1,observer,C1,active\n",
        admins="user_id,account_id,role,status\nA1,100,AccountAdmin,active\nA1,200,Counselor,active\nT1,100,AccountAdmin,active\n",
    )
    roles = {k: r["role"] for k, r in town.roster()["users"].items()}
    assert roles == {
        "T1": "teacher", "T2": "aide", "S1": "student", "S2": "student", "A1": "administrator", "D1": "aide", "O1": "guardian",
    }  # fmt: skip
    assert town.record("users", "A1")["orgSourcedIds"] == "100,200"
    seats = {(r["userSourcedId"], r["classSourcedId"]): (r["role"], r["primary"]) for r in town.roster()["enrollments"].values()}
    assert seats == {
        ("T1", "C1"): ("teacher", None), ("T2", "C1"): ("teacher", "false"), ("S1", "C1"): ("student", None),
        ("S1", "C2"): ("teacher", "false"), ("S2", "C2"): ("student", None),
    }  # fmt: skip


def test_a_declared_type_goes_before_everything_else(land: Country, tmp_path: Path) -> None:
    town = walked(
        land,
        tmp_path,
        users="user_id,login_id,full_name,sortable_name,email,declared_user_type,status\n"
        'S1,ana,Ana Maria Ruiz,,ana@p.example,student_other,active\nT1,tom,,"Hill, Tom",<delete>,teacher,active\n'
        "A1,ida,Ida Orr,,,administrative,active\nA2,kim,Kim Orr,,,administrative,active\nU1,una,Una Lee,,,<delete>,active\n",
        admins="user_id,account_id,role,status\nA1,,AccountAdmin,active\n",
    )
    users = town.roster()["users"]
    assert {k: r["role"] for k, r in users.items()} == {
        "S1": "student",
        "T1": "teacher",
        "A1": "administrator",
        "A2": "administrator",
    }
    assert (users["S1"]["givenName"], users["S1"]["familyName"]) == ("Ana Maria", "Ruiz")
    assert (users["T1"]["givenName"], users["T1"]["familyName"], users["T1"]["email"]) == ("Tom", "Hill", None)


def test_a_role_of_the_districts_own_is_refused_by_name(land: Country, tmp_path: Path) -> None:
    town = walked(land, tmp_path, errors={"value-unmapped"}, enrollments=PLAIN["enrollments"] + "K1,S1,Lab Partner,C1,active\n")
    issue = next(i for i in town.reports[-1].issues if i.code == "value-unmapped")
    assert (issue.file, issue.line, issue.value) == ("enrollments.csv", 4, "Lab Partner")


def test_observers_become_guardians_by_the_contact_rules(land: Country, tmp_path: Path) -> None:
    users = (
        PLAIN["users"]
        + "O1,rosa,Rosa,Ruiz,rosa@home.example,active\nO2,luis,Luis,Ruiz,,active\nO3,eva,Eva,Ruiz,eva@h.example,active\n"
    )
    users += "O4,max,Max,Ruiz,max@home.example,deleted\n"
    pairs = "observer_id,student_id,status\nO1,S1,active\nO2,S1,active\nO4,S1,active\nT1,S1,active\n"
    seats = (
        "course_id,user_id,role,section_id,status,associated_user_id\n"
        "K1,S1,student,C1,active,\nK1,T1,teacher,C1,active,\nK1,O3,observer,C1,active,S1\n"
    )
    town = walked(land, tmp_path, users=users, user_observers=pairs, enrollments=seats)
    assert town.record("users", "S1")["agentSourcedIds"] == "O1,O3,T1"
    rosa = town.record("users", "O1")
    assert (rosa["role"], rosa["username"], town.record("users", "T1")["role"]) == ("guardian", "rosa", "teacher")
    assert "contact-unreachable" in told(town.reports[-1])
    (tmp_path / "user_observers.csv").unlink()
    walked(land, tmp_path, town, users=users, enrollments=seats)  # a file that did not come says nothing
    assert town.record("users", "S1")["agentSourcedIds"] == "O1,O3,T1"
    assert town.record("users", "O1")["status"] == "active"


def test_a_section_that_is_moved_lies_in_the_other_course(land: Country, tmp_path: Path) -> None:
    courses = PLAIN["courses"] + "K3,SCI,Science,200,F,active\n"
    moves = "xlist_course_id,section_id,status\nK3,C1,active\nNEW,C2,active\nK2,C1,deleted\n"
    town = walked(land, tmp_path, courses=courses, xlists=moves)
    one = town.record("classes", "C1")
    assert (one["courseSourcedId"], one["schoolSourcedId"], one["termSourcedIds"]) == ("K3", "200", "F")
    assert one["metadata"] == '{"listedUnder":"K1"}'
    assert town.record("classes", "C2")["courseSourcedId"] == "NEW"
    assert town.record("courses", "NEW")["title"] == "Biology"
    assert {r["schoolSourcedId"] for r in town.roster()["enrollments"].values()} == {"200"}
    assert active(town, "classes") == {"C1", "C2"}


def test_a_course_without_a_section_is_a_class(land: Country, tmp_path: Path) -> None:
    town = walked(
        land,
        tmp_path,
        sections=SECTIONS + "C1,K1,Algebra 1,active\n",
        enrollments=SEATS + "K1,S1,student,C1,active\nK1,T1,teacher,,active\nK2,S1,student,,active\n",
    )
    assert active(town, "classes") == {"C1", "K1", "K2"}  # the teacher sits in the course itself
    assert town.record("classes", "K1")["title"] == "Algebra"
    seats = {(r["userSourcedId"], r["classSourcedId"]) for r in town.roster()["enrollments"].values()}
    assert seats == {("S1", "C1"), ("T1", "K1"), ("S1", "K2")}


def test_the_smallest_files_that_canvas_takes(land: Country, tmp_path: Path) -> None:
    """No accounts and terms, no column that may be left out: one school and the school year of today are made."""
    for name in ("accounts", "terms"):
        (tmp_path / f"{name}.csv").unlink(missing_ok=True)
    files = {
        "courses": "course_id,short_name,long_name,status\nK1,ALG,Algebra,active\n",
        "sections": "section_id,course_id,name,status\nC1,K1,Algebra 1,active\n",
        "users": "user_id,login_id,status\nS1,ana,active\n",
        "enrollments": "user_id,role,section_id,status\nS1,student,C1,active\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    town = land.town()
    report = town.walk(tmp_path, "canvas")
    assert [i for i in report.issues if i.severity == "error"] == []
    assert town.active() == {"orgs": 2, "academicSessions": 1, "courses": 1, "classes": 1, "users": 1, "enrollments": 1}


def test_people_named_by_the_second_id_and_further_logins(land: Country, tmp_path: Path) -> None:
    town = walked(
        land,
        tmp_path,
        users="user_id,integration_id,login_id,password,first_name,last_name,declared_user_type,status\n"
        "S1,i-1,ana,secret,Ana,Ruiz,student,active\nT1,i-2,tom,,Tom,Hill,teacher,active\n",
        enrollments="course_id,user_id,user_integration_id,role,section_id,status\nK1,,i-1,student,C1,active\nK1,T1,,teacher,C1,active\n",
        logins="user_id,login_id,password,authentication_provider_id,existing_user_id,existing_integration_id\n"
        "L1,ana2,secret,google,S1,\nL2,tom2,,,,i-2\nL3,eve,,,,\n",
    )
    assert {r["userSourcedId"] for r in town.roster()["enrollments"].values()} == {"S1", "T1"}
    profiles = {k: (r["userSourcedId"], r["username"], r["credentialType"]) for k, r in town.roster()["userProfiles"].items()}
    assert profiles == {"L1": ("S1", "ana2", "google"), "L2": ("T1", "tom2", "canvas")}
    assert "secret" not in str(town.roster())
    assert town.record("users", "S1")["userIds"] == "{integration:i-1}"
