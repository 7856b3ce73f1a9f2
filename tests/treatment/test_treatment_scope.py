"""Of what a source speaks: one school or the district, its office, its end dates, what rests and what must bear a prefix."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from e2e.files import district
from sync_house import Pinewood
from treatment_kit import OCTOBER, change, files_of, having, night, same_again, told, without


def test_a_source_of_one_school_takes_its_rows_and_fills_its_columns(pinewoods: Pinewood) -> None:
    source = having(pinewoods, "level=school:s1")
    files = district()
    made = night(pinewoods, source, files)
    assert made.outcome == "success", made.issues
    assert told(made, "other-school") == {"orgs": 1, "classes": 1, "users": 11, "enrollments": 11}
    users = pinewoods.records("users")
    assert len(users) == 10 + 3  # the students of Oak School, one teacher, two guardians
    assert users["t1"]["orgSourcedIds"] == "s1"
    assert set(pinewoods.records("classes")) == {"k1"}
    assert set(pinewoods.records("orgs")) == {"d1", "s1"}
    assert len(pinewoods.records("courses")) == 2
    same_again(pinewoods, source, files)


def test_school_columns_may_be_absent_or_blank(pinewood: Pinewood) -> None:
    source = having(pinewood, "level=school:s1")
    files = {
        "orgs.csv": "sourcedId,name,type\ns1,Oak School,school\n",
        "users.csv": "sourcedId,enabledUser,role,username,givenName,familyName\nu1,true,student,u1,Ana,One\n",
    }
    assert night(pinewood, source, files).outcome == "success"
    assert pinewood.records("users")["u1"]["orgSourcedIds"] == "s1"
    blank = files | {
        "users.csv": "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\nu1,true,,student,u1,Ana,One\n"
    }
    same_again(pinewood, source, blank)


def test_two_sources_of_one_school_each_live_side_by_side(pinewoods: Pinewood) -> None:
    oak, elm = having(pinewoods, "level=school:s1"), having(pinewoods, "level=school:s2")
    first, second = night(pinewoods, oak, district()), night(pinewoods, elm, district())
    assert (first.outcome, second.outcome) == ("success", "success"), second.issues
    assert told(second, "held-by-other-school") == {"orgs": 1, "academicSessions": 1, "courses": 2, "users": 1}
    assert {"k1", "k2"} == set(pinewoods.records("classes"))
    assert pinewoods.records("enrollments")["e-t2"]["userSourcedId"] == "t2"
    everybody = len(pinewoods.records("users"))
    again = [same_again(pinewoods, s, district()) for s in (oak, elm, oak)]
    assert len(pinewoods.records("users")) == everybody == 24
    assert all(m.tables["users"].removed == 0 for m in again)
    # A pupil of Elm School leaves: only Elm's own night removes the record.
    fewer = without(without(district(), "users.csv", "u2"), "enrollments.csv", "e-2")
    assert night(pinewoods, oak, fewer).tables["users"].removed == 0
    assert night(pinewoods, elm, fewer).tables["users"].removed == 1


def test_an_id_that_means_somebody_else_at_the_other_school_is_refused(pinewood: Pinewood) -> None:
    oak, elm = having(pinewood, "level=school:s1"), having(pinewood, "level=school:s2")
    night(pinewood, oak, district())
    other = district()
    other["users.csv"] = other["users.csv"].replace("Ada,Byron", "Otto,Other")
    made = night(pinewood, elm, other)
    assert made.issue_counts["key-of-another-source"] == 1
    assert pinewood.records("users")["t1"]["givenName"] == "Ada"


def test_staff_of_the_office_alone_can_be_left_out(pinewood: Pinewood) -> None:
    files = district()
    files["users.csv"] += "o1,,,true,d1,administrator,o1,,Olga,Office,,,o1@example.org,,,,,\n"
    files["enrollments.csv"] += "e-o1,,,k1,s1,o1,teacher,false,,\n"
    source = having(pinewood)
    night(pinewood, source, files)
    assert "o1" in pinewood.records("users")
    source = change(pinewood, source, "district_office=off")
    made = night(pinewood, source, files)
    assert told(made, "office-left-out") == {"users": 1, "enrollments": 1}
    assert (made.tables["users"].removed, files_of(made, "users.csv").ignored) == (1, 1)
    assert pinewood.approve(made.number).outcome == "success"  # an org that loses everybody waits for a person
    assert "o1" not in pinewood.records("users")
    same_again(pinewood, source, files)


def test_last_days_become_the_day_after(pinewood: Pinewood) -> None:
    source = having(pinewood, "end_dates=inclusive")
    files = district()
    # One column, three spellings: ISO, and a form that only the whole column makes clear.
    files["enrollments.csv"] = (
        files["enrollments.csv"].replace("2027-06-10", "06/30/2027", 1).replace("2027-06-10", "06/05/2027", 1)
    )
    made = night(pinewood, source, files)
    ends = {key: row["endDate"] for key, row in pinewood.records("enrollments").items()}
    assert (ends["e-1"], ends["e-2"], ends["e-3"], ends["e-t1"]) == ("2027-07-01", "2027-06-06", "2027-06-11", None)
    assert pinewood.records("academicSessions")["y26"]["endDate"] == "2027-07-02"
    assert made.issue_counts["end-dates-moved"] == 2
    same_again(pinewood, source, files)


def test_a_set_may_say_what_its_end_dates_mean_and_the_source_knows_better(pinewood: Pinewood) -> None:
    place = pinewood.folder / "own"
    place.mkdir()
    (place / "set.toml").write_text('name = "own"\ninherit = "oneroster:1.1"\nend_dates = "inclusive"\nversion = "1.1"\n')
    source = having(pinewood, layouts=str(place))
    night(pinewood, source, district())
    assert pinewood.records("enrollments")["e-1"]["endDate"] == "2027-06-11"
    source = change(pinewood, source, "end_dates=exclusive", "update_share=1")
    night(pinewood, source, district())
    assert pinewood.records("enrollments")["e-1"]["endDate"] == "2027-06-10"


def test_a_class_that_was_removed_stays_so_where_nothing_is_restored(pinewood: Pinewood) -> None:
    source = having(pinewood, "restore_classes=off", "remove_share=1", "table_limits.enrollments.remove_share=1")
    more = district()
    more["classes.csv"] += "".join(f"x{n},,,Extra,09,c1,X,scheduled,R,s1,y26,,,3\n" for n in range(5))
    more["enrollments.csv"] += "e-x,,,x1,s1,u1,student,false,2026-08-15,2027-06-10\n"
    night(pinewood, source, more)
    assert night(pinewood, source, district()).tables["classes"].removed == 5
    made = night(pinewood, source, more)
    assert told(made, "class-not-restored") == {"classes": 5, "enrollments": 1}
    assert (made.outcome, made.tables["classes"].restored) == ("success", 0)
    assert (files_of(made, "classes.csv").ignored, "e-x" in pinewood.records("enrollments")) == (5, False)
    same_again(pinewood, source, more)
    source = change(pinewood, source, "restore_classes=on")
    assert night(pinewood, source, more).tables["classes"].restored == 5
    assert "e-x" in pinewood.records("enrollments")


def test_some_tables_rest_while_others_go_on(pinewood: Pinewood) -> None:
    source = having(pinewood, "pause=classes 06-15..08-10,enrollments 06-15..08-10")
    night(pinewood, source, district(), now=OCTOBER)
    summer = datetime(2027, 7, 1, 2, tzinfo=UTC)
    broken = district() | {"enrollments.csv": district()["enrollments.csv"].splitlines(True)[0]}
    broken["users.csv"] = broken["users.csv"].replace("Given4,", "Other4,")
    made = night(pinewood, source, broken, now=summer)
    assert (made.outcome, made.tables["users"].updated, "enrollments" in made.tables) == ("success", 1, False)
    assert made.issue_counts["table-paused"] == 2
    assert "paused" in str(files_of(made, "enrollments.csv").note)
    assert len(pinewood.records("enrollments")) == 22
    # After the pause the same file is a fault again, as it should be.
    after = night(pinewood, source, broken, now=datetime(2027, 8, 20, 2, tzinfo=UTC))
    assert (after.outcome, after.reason and after.reason.code) == ("failed", "suddenly_empty")


def test_changes_that_come_while_their_table_rests_are_told_as_lost(pinewood: Pinewood) -> None:
    """A whole file comes again after the pause; what only changed does not."""
    source = having(pinewood, "pause=enrollments 06-15..08-10")
    night(pinewood, source, district())
    changes = {
        "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\nfile.enrollments,delta\n",
        "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role\n"
        "e-1,tobedeleted,2027-07-01T00:00:00Z,k1,s1,u1,student\n",
    }
    made = night(pinewood, source, changes, now=datetime(2027, 7, 1, 2, tzinfo=UTC))
    assert (made.issue_counts.get("changes-paused"), made.issue_counts.get("table-paused")) == (1, None)
    assert pinewood.records("enrollments")["e-1"]["status"] == "active"


@pytest.mark.parametrize("school", ["zz", "0s1"])
def test_a_school_that_no_row_names_is_never_a_success(pinewood: Pinewood, school: str) -> None:
    source = having(pinewood, f"level=school:{school}")
    made = night(pinewood, source, district())
    assert made.reason is not None
    assert (made.outcome, made.reason.code, pinewood.revision) == ("failed", "schools_not_found", 0)
    assert f"school {school} alone" in made.reason.message
    assert ("leading zeros" in made.reason.message) == (school == "0s1")
    # Files without any word about schools mean the one of the source.
    plain = {
        "users.csv": "sourcedId,enabledUser,role,username,givenName,familyName\nu1,true,student,u1,Ann,Lee\n",
    }
    assert night(pinewood, source, plain).reason is None


def test_contacts_rest_and_rosters_go_on(pinewood: Pinewood) -> None:
    source = having(pinewood, "guardians=file", "pause=contacts 06-15..08-10")
    files = district() | {"guardians.csv": "studentId,guardianId,firstName,lastName,email\nu2,m2,Mia,Two,mia@example.org\n"}
    night(pinewood, source, files, now=OCTOBER)
    other = files | {"guardians.csv": files["guardians.csv"].replace("u2,m2,Mia", "u2,m3,Mo")}
    made = night(pinewood, source, other, now=datetime(2027, 7, 1, 2, tzinfo=UTC))
    assert (made.tables["users"].added, made.tables["users"].removed) == (0, 0)
    assert {"m2"} <= pinewood.records("users").keys()


def test_a_file_of_users_alone_removes_no_school_that_only_resting_tables_name(pinewood: Pinewood) -> None:
    source = having(pinewood, "pause=classes 06-15..08-10,enrollments 06-15..08-10", layouts="schoolstatus")
    files = {
        "users.csv": "sourcedId,orgSourcedIds,role,givenName,familyName\nu1,s1,student,Ana,One\n",
        "classes.csv": "sourcedId,title,schoolSourcedId\nk1,Algebra,s1\nk2,Art,s2\n",
        "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role\nk1,s1,u1,student\n",
    }
    night(pinewood, source, files, now=OCTOBER)
    made = night(pinewood, source, files, now=datetime(2027, 7, 1, 2, tzinfo=UTC))
    assert made.outcome == "success", made.issues
    assert {"s1", "s2"} <= pinewood.records("orgs").keys()


def test_a_header_without_prefix_is_not_read_where_one_is_required(pinewood: Pinewood) -> None:
    source = having(pinewood, "strip_prefix=require")
    prefixed = {name: _prefixed(name, text) for name, text in district().items()}
    assert night(pinewood, source, prefixed).outcome == "success"
    made = night(pinewood, source, prefixed | {"users.csv": district()["users.csv"]})
    assert (made.outcome, made.reason and made.reason.code) == ("failed", "prefix_missing")
    assert made.reason is not None
    assert "users.csv" in made.reason.message


def _prefixed(name: str, text: str) -> str:
    head, _, rows = text.partition("\n")
    return ",".join(f"{name.removesuffix('.csv').upper()}.{w}" for w in head.split(",")) + "\n" + rows


def test_in_version_1_2_roles_say_of_which_school_people_are(pinewood: Pinewood) -> None:
    source = having(pinewood, "level=school:s1", layouts="oneroster-1.2")
    files = {
        "orgs.csv": "sourcedId,name,type\ns1,Oak School,school\ns2,Elm School,school\n",
        "users.csv": "sourcedId,enabledUser,username,givenName,familyName\nu1,true,a,Ana,One\nu2,true,b,Ben,Two\n",
        "roles.csv": "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,u1,primary,student,s1\nr2,u2,primary,student,s2\n",
    }
    made = night(pinewood, source, files)
    assert told(made, "other-school") == {"orgs": 1, "users": 1, "roles": 1}
    assert (made.outcome, set(pinewood.records("users"))) == ("success", {"u1"})


def test_where_every_table_rests_nothing_happens(pinewood: Pinewood) -> None:
    source = having(pinewood, "pause=orgs 06-15..08-10,users 06-15..08-10")
    files = {name: district()[name] for name in ("orgs.csv", "users.csv")}
    night(pinewood, source, files, now=OCTOBER)
    fewer = without(files, "users.csv", "u1", "u2")
    made = night(pinewood, source, fewer, now=datetime(2027, 7, 1, 2, tzinfo=UTC))
    assert (made.outcome, dict(made.tables), made.revision_after) == ("success", {}, 1)


def test_a_made_course_does_not_come_back_without_its_class(pinewood: Pinewood) -> None:
    source = having(pinewood, "restore_classes=off", layouts="schoolstatus")
    files = {
        "users.csv": "sourcedId,orgSourcedIds,role,givenName,familyName\nu1,s1,student,Ana,One\n",
        "classes.csv": "sourcedId,title,schoolSourcedId\nk1,Algebra,s1\nk2,Art,s1\nk3,Biology,s1\nk4,Chemistry,s1\n",
        "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role\nk1,s1,u1,student\n",
    }
    night(pinewood, source, files)
    night(pinewood, source, without(files, "classes.csv", "k4"))
    made = night(pinewood, source, files)
    assert (made.tables["classes"].restored, made.tables["courses"].restored) == (0, 0)
    assert (len(pinewood.records("classes")), len(pinewood.records("courses"))) == (3, 3)
