"""Keys: doubles, look-alikes, a spreadsheet's damage, rows of the wrong width, rows marked as deleted."""

from __future__ import annotations

import pytest

from checks.night import Night

HEAD = "sourcedId,name,type\n"
STATUS = "sourcedId,status,dateLastModified,name,type\n"


def orgs(*rows: str) -> dict[str, str]:
    return {"orgs": HEAD + "\n".join(rows) + "\n"}


def test_the_same_row_twice_is_kept_once() -> None:
    with Night(orgs("s1,North,school", "s1,North,school", "s2,South,school")) as night:
        assert night.keys("orgs") == ["s1", "s2"]
        tally = night.admitted["orgs"].tallies[0]
        assert (tally.accepted, tally.refused, tally.ignored) == (2, 0, 1)
        assert night.issues() == [("duplicate-identical", "s1", "sourcedId", "s1", False)]


def test_one_id_with_different_rows_is_refused_whole() -> None:
    with Night(orgs("s1,North,school", "s1,Norht,school", "s1,North,school", "s2,South,school")) as night:
        assert night.keys("orgs") == ["s2"]
        assert night.refused("orgs") == {"s1": "refused:orgs:s1"}
        assert night.admitted["orgs"].tallies[0].refused == 3
        assert night.admitted["orgs"].provable


@pytest.mark.parametrize(
    ("ids", "alike"),
    [
        (("Ab1", "aB1"), True),
        (("0123", "123"), True),
        (("caf\u00e9", "cafe\u0301"), True),
        (("\uff11\uff12", "12"), True),
        (("ab1", "ab2"), False),
    ],
)
def test_ids_that_look_alike_are_told_and_never_merged(ids: tuple[str, str], alike: bool) -> None:
    with Night(orgs(*(f"{i},School,school" for i in ids))) as night:
        assert night.keys("orgs") == sorted(ids)
        assert [f.count for f in night.findings() if f.code == "ids-look-alike"] == ([2] if alike else [])


def test_a_new_id_that_looks_like_a_standing_one_is_told_at_night() -> None:
    with Night(orgs("s1,North,school", "S1,South,school"), last=orgs("s1,North,school")) as night:
        assert [(i[0], i[1]) for i in night.issues()] == [("ids-look-alike", "S1"), ("ids-look-alike", "s1")]
        assert night.admitted["orgs"].again == 1


def test_ids_rounded_by_a_spreadsheet_are_refused_and_nothing_is_provable() -> None:
    with Night(orgs("1.23457E+11,North,school", "s2,South,school")) as night:
        assert night.keys("orgs") == ["s2"]
        assert night.issues() == [("id-scientific", "1.23457E+11", "sourcedId", "1.23457E+11", True)]
        assert not night.admitted["orgs"].provable


@pytest.mark.parametrize("stored", [False, True])
def test_zeros_that_were_lost_since_last_night(stored: bool) -> None:
    before, tonight = orgs("0123,North,school", "0124,South,school"), orgs("123,North,school", "0124,South,school")
    with Night(tonight, **({"stored": before} if stored else {"last": before})) as night:  # type: ignore[arg-type]
        (finding,) = night.findings()
        assert finding.message == "123 is new, and 0123, the same number with its zeros, is gone (such ids: 1)."


def test_unusual_ids_are_kept_and_told_once() -> None:
    with Night(orgs("s 1,North,school", "s:2,South,school")) as night:
        assert night.keys("orgs") == ["s 1", "s:2"]
        assert [(f.code, f.count) for f in night.findings()] == [("id-characters", 2)]


@pytest.mark.parametrize("bad", ["", "x" * 256, "a\x01b"])
def test_an_id_that_cannot_be_one_is_refused_and_nothing_is_provable(bad: str) -> None:
    with Night(orgs(f"{bad},North,school", "s2,South,school")) as night:
        assert night.keys("orgs") == ["s2"]
        assert list(night.refused("orgs")) == [None]
        assert not night.admitted["orgs"].provable


def test_rows_of_the_wrong_width_are_refused_by_their_key() -> None:
    with Night(orgs("s1,North,school"), ragged={"orgs": [["s2", "South", "Side", "school"], ["s3"]]}) as night:
        assert night.refused("orgs") == {"s2": "refused:orgs:s2", "s3": "refused:orgs:s3"}  # what names them hangs on them
        assert not night.admitted["orgs"].provable  # nobody knows these ids: they may be no ids at all
        assert night.admitted["orgs"].tallies[0].refused == 2


def test_a_short_row_whose_key_is_not_first_was_not_read() -> None:
    files = {"orgs": "name,type,sourcedId\nNorth,school,s1\n"}
    with Night(files, ragged={"orgs": [["South", "school"]]}) as night:
        assert night.refused("orgs") == {None: None}
        assert not night.admitted["orgs"].provable


def test_records_that_could_not_be_read_prove_nothing() -> None:
    with Night(orgs("s1,North,school"), unread=3) as night:
        assert not night.admitted["orgs"].provable
        assert night.admitted["orgs"].tallies[0].refused == 3


def test_a_row_marked_as_deleted_in_a_complete_file_is_left_out() -> None:
    text = STATUS + "s1,active,,North,school\ns2,ToBeDeleted,,South,school\ns3,inactive,,East,school\n"
    with Night({"orgs": text}) as night:
        assert night.keys("orgs") == ["s1"]
        assert night.cells("orgs", "status") == {"s1": None}
        assert night.bench.rows("SELECT sourcedId FROM departed_orgs ORDER BY 1") == [("s2",), ("s3",)]
        tally = night.admitted["orgs"].tallies[0]
        assert (tally.accepted, tally.refused, tally.ignored) == (1, 0, 2)


def test_a_delta_file_must_say_what_each_row_is() -> None:
    text = STATUS + "s1,active,,North,school\ns2,tobedeleted,,,\ns3,,,East,school\ns4,gone,,West,school\n"
    with Night({"orgs": text}, mode="delta") as night:
        assert night.cells("orgs", "status") == {"s1": "active", "s2": "tobedeleted"}
        assert night.issues() == [("code-unknown", "s4", "status", "gone", True), ("required-blank", "s3", "status", "", True)]


def test_passwords_go_no_further() -> None:
    text = "sourcedId,enabledUser,role,username,givenName,familyName,password\nu1,true,student,ann,Ann,Ash,hunter2\n"
    with Night({"users": text}) as night:
        assert "password" not in night.admitted["users"].columns
        assert "password" not in [c for (c,) in night.bench.rows("SELECT column_name FROM (DESCRIBE admitted_users)")]
        assert not [i for i in night.issues() if "hunter2" in i]
