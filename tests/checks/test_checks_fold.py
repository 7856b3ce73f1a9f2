"""Findings folded by cause: heads, counts, files, the cap of the issue table."""

from __future__ import annotations

from checks.night import NOW, Night
from checks.test_checks_references import ORGS, district, without
from homeroom.checks import fold
from homeroom.checks.fold import findings
from homeroom.checks.rules import Rules
from homeroom.checks.sheet import CAP
from homeroom.roster.codes import codes


def test_a_refused_row_with_two_faults_heads_two_findings() -> None:
    users = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName\nu1,perhaps,s1,wizard,ann,Ann,Ash\n"
    enrollments = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n" + "".join(
        f"e{i},c1,s1,u1,student\n" for i in range(5)
    )
    with Night(district(users=users, enrollments=enrollments)) as night:
        assert [(f.code, f.count) for f in night.findings()] == [("boolean-unreadable", 6), ("code-unknown", 1)]
        assert sum(f.count for f in night.findings()) == len(night.issues())


def test_the_issue_table_is_capped_and_the_count_is_exact() -> None:
    with Night(district(orgs=without(ORGS, "s9"), enrollments="absent")) as night:
        night.bench.run(
            "CREATE TABLE shaped_enrollments AS SELECT 5::INTEGER AS _file, i AS _row, hash(i) AS _kh, hash(i) AS _rh, "
            "'e' || i AS sourcedId, 'c1' AS classSourcedId, 's9' AS schoolSourcedId, 'u1' AS userSourcedId, 'student' AS role "
            "FROM range(12000) t(i)"
        )
        admitted = night.more("enrollments", "sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role")
        assert admitted.tallies[0].refused == 12_000
        assert len(night.issues()) == CAP
        (finding,) = findings(night.bench)
        assert (finding.cause, finding.count, finding.files) == ("missing:orgs:s9", 12_000, ((5, 12_000),))
        assert fold.counts(night.bench) == {"reference-unknown": 12_000}


def test_issues_of_other_rooms_stand_alone_and_errors_come_first() -> None:
    with Night({"orgs": ORGS}, rules=Rules("1.1", NOW)) as night:
        night.bench.tell("code-case", file=0, column="type", count=3)
        night.bench.tell("required-blank", file=0, row=2, column="name", refused=True)
        told = findings(night.bench)
        assert [(f.code, f.count, f.severity) for f in told] == [("required-blank", 1, "error"), ("code-case", 1, "info")]
        assert told[1].message == "type: values read as the list spells them: 3."


def test_every_code_that_the_room_uses_is_declared() -> None:
    import re
    from pathlib import Path

    declared = {name for name, c in codes().items() if c.room == "checks"}
    room = Path(fold.__file__).parent
    written = set()
    for module in room.glob("*.py"):
        written |= set(re.findall(r"[\"']([a-z]+(?:-[a-z]+)+)[\"']", module.read_text(encoding="utf-8")))
    assert declared <= written | {"cycle"}, "declared but never told"
    assert {w for w in written if w not in codes()} <= {"utf-8"}, "told but not declared"


def test_issues_without_a_cause_stand_in_the_same_order_whether_or_not_others_have_one() -> None:
    alone = [
        ("ids-look-alike", 1, 4),
        ("required-blank", 1, 2),
        ("code-unknown", 0, None),
        ("required-blank", 0, 9),
        ("column-unused", None, 1),
    ]
    with Night({"orgs": ORGS}, rules=Rules("1.1", NOW)) as night:
        night.bench.run("DELETE FROM issues")
        for code, file, row in alone:
            night.bench.tell(code, file=file, row=row, key="k", value="v", table="users", what="it")
        bare = findings(night.bench)
        assert [f.severity for f in bare] == sorted((f.severity for f in bare), key=["error", "warning", "info"].index)
        assert all((f.count, f.files) == (1, ((f.file, 1),)) for f in bare)
        night.bench.tell("code-unknown", file=0, row=3, table="users", cause="one")
        folded = findings(night.bench)
        assert len(folded) == len(alone) + 1
        assert tuple(f for f in folded if f.cause is None) == bare
