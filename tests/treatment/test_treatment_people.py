"""Phones, guardians and kinds of contacts as a source's settings want them."""

from __future__ import annotations

import json

import pytest

from e2e.files import district
from sync_house import Pinewood
from treatment_kit import change, files_of, having, night, same_again, told

HEAD = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName,sms,phone,agentSourcedIds\n"
ORGS = "sourcedId,name,type\ns1,Oak School,school\n"
PEOPLE = {
    "orgs.csv": ORGS,
    "users.csv": HEAD
    + "u1,true,s1,student,u1,Ana,One,,,g1\nu2,true,s1,student,u2,Ben,Two,,,g2\n"
    + "g1,true,s1,parent,g1,Pia,One,5550001,5559991,\ng2,true,s1,relative,g2,Rea,Two,,5559992,\n",
}
GUARDIANS = "studentId,guardianId,firstName,lastName,email,sms,phone\n"


def test_swapped_columns_change_places(pinewood: Pinewood) -> None:
    source = having(pinewood, "swap_sms_phone=on")
    night(pinewood, source, PEOPLE)
    users = pinewood.records("users")
    assert (users["g1"]["sms"], users["g1"]["phone"]) == ("5559991", "5550001")
    assert (users["g2"]["sms"], users["g2"]["phone"]) == ("5559992", None)
    same_again(pinewood, source, PEOPLE)
    one = {"users.csv": PEOPLE["users.csv"].replace(",sms,phone,", ",mobile_x,phone,")}
    night(pinewood, source, one)  # only `phone` came: the other column says nothing
    assert (pinewood.records("users")["g1"]["sms"], pinewood.records("users")["g1"]["phone"]) == ("5559991", "5550001")


def test_the_credential_column_is_kept_with_the_person_until_it_is_said_otherwise(pinewood: Pinewood) -> None:
    source = having(pinewood, "phone_credential=phone")
    night(pinewood, source, PEOPLE)
    users = pinewood.records("users")
    assert json.loads(users["g2"]["metadata"]) == {"credentialPhone": "phone"}
    assert users["u1"]["metadata"] is None
    same_again(pinewood, source, PEOPLE)
    source = change(pinewood, source, "phone_credential=")
    night(pinewood, source, PEOPLE)
    users = pinewood.records("users")
    assert json.loads(users["g1"]["metadata"]) == {"credentialPhone": "sms"}
    assert users["g2"]["metadata"] is None


def test_a_number_at_home_is_enough_where_it_is_the_credential(pinewood: Pinewood) -> None:
    pairs = GUARDIANS + "u1,m1,Mia,One,,,5557771\nu2,m2,Max,Two,,5557772,\n"
    usual = having(pinewood, "guardians=file")
    made = night(pinewood, usual, PEOPLE | {"guardians.csv": pairs}, dry_run=True)
    assert made.contacts is not None
    assert made.contacts.people == 1
    source = change(pinewood, usual, "phone_credential=phone")
    night(pinewood, source, PEOPLE | {"guardians.csv": pairs})
    users = pinewood.records("users")
    assert "m1" in users
    assert "m2" not in users
    member = json.loads(users["m1"]["metadata"])
    assert member["credentialPhone"] == "phone"
    assert list(member) == sorted(member)


def test_guardians_of_a_file_of_their_own(pinewoods: Pinewood) -> None:
    """A switch removes nobody; the first complete guardians.csv does, and from then on it alone counts."""
    source = having(pinewoods)
    night(pinewoods, source, PEOPLE)
    source = change(pinewoods, source, "guardians=file")
    made = night(pinewoods, source, PEOPLE)
    assert (made.tables["users"].removed, told(made, "guardians-ignored")) == (0, {"users": 2})
    assert files_of(made, "users.csv").ignored == 2
    assert pinewoods.records("users")["u1"]["agentSourcedIds"] == "g1"
    pairs = GUARDIANS + "u1,g1,Pia,One,,5550001,\nu2,m2,Max,Two,max@example.org,,\n"
    made = night(pinewoods, source, PEOPLE | {"guardians.csv": pairs})
    assert (made.outcome, made.tables["users"].removed) == ("success", 1)
    users = pinewoods.records("users")
    assert (users["u1"]["agentSourcedIds"], users["u2"]["agentSourcedIds"]) == ("g1", "m2")
    assert {"g1", "m2"} <= users.keys()
    assert "g2" not in users
    same_again(pinewoods, source, PEOPLE | {"guardians.csv": pairs})
    # Without guardians.csv the night says nothing of them.
    assert night(pinewoods, source, PEOPLE).tables["users"].removed == 0


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_without_managed_guardians_nobody_comes_and_nobody_goes(pinewood: Pinewood, version: str) -> None:
    files = PEOPLE
    if version == "1.2":
        files = {
            "orgs.csv": ORGS,
            "users.csv": "sourcedId,enabledUser,username,givenName,familyName,agentSourcedIds\n"
            "u1,true,u1,Ana,One,g1\ng1,true,g1,Pia,One,\n",
            "roles.csv": "sourcedId,userSourcedId,roleType,role,orgSourcedId\nr1,u1,primary,student,s1\nr2,g1,primary,parent,s1\n",
        }
    source = having(pinewood, layouts=f"oneroster-{version}")
    night(pinewood, source, files)
    source = change(pinewood, source, "guardians=none")
    other = {name: text.replace("g1", "g9") for name, text in files.items()}
    made = night(pinewood, source, other)
    assert (made.tables["users"].added, made.tables["users"].removed) == (0, 0), made.issues
    assert {"u1", "g1"} <= pinewood.records("users").keys()
    assert pinewood.records("users")["u1"]["agentSourcedIds"] == "g1"


def test_only_some_roles_and_kinds_become_guardians(pinewood: Pinewood) -> None:
    source = having(pinewood, "contact_types=parent")
    made = night(pinewood, source, PEOPLE)
    assert made.contacts is None or made.contacts.people == 0
    users = pinewood.records("users")
    assert "g1" in users
    assert "g2" not in users
    assert users["u2"]["agentSourcedIds"] is None
    source = change(pinewood, source, "contact_types=parent,relative", "phone_credential=phone")
    night(pinewood, source, PEOPLE)
    assert pinewood.records("users")["u2"]["agentSourcedIds"] == "g2"


def test_guardians_csv_beside_a_manifest_is_read(pinewood: Pinewood) -> None:
    source = having(pinewood, "guardians=file", "strip_prefix=strip")
    manifest = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n" + "".join(
        f"file.{name},{'bulk' if name + '.csv' in district() else 'absent'}\n"
        for name in ("orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics", "categories", "lineItems",
                     "results", "resources", "classResources", "courseResources")
    )  # fmt: skip
    pairs = GUARDIANS + "u2,m2,Mia,Two,mia@example.org,,\n"
    night(pinewood, source, district() | {"manifest.csv": manifest, "guardians.csv": pairs})
    assert pinewood.records("users")["u2"]["agentSourcedIds"] == "m2"
