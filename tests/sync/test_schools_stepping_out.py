"""Schools that step out: nothing of them is read, removed or changed, on real nights and on both stores."""

from __future__ import annotations

from typing import Any

from e2e.files import district
from homeroom.roster.report import ImportReport
from homeroom.store.pages import columns_of
from sync_house import SLUG, Pinewood

EXTRA = {
    "demographics.csv": "sourcedId,status,dateLastModified,birthDate,sex\n"
    + "".join(f"u{n},,,2010-01-{n:02d},male\n" for n in range(1, 21)),
    "lineItems.csv": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
    "gradingPeriodSourcedId,resultValueMin,resultValueMax\n"
    "l1,,,Quiz 1,,2026-09-01,2026-09-02,k1,cat,y26,0,10\nl2,,,Quiz 2,,2026-09-01,2026-09-02,k2,cat,y26,0,10\n",
    "categories.csv": "sourcedId,status,dateLastModified,title\ncat,,,Quizzes\n",
    "results.csv": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment\n"
    "r1,,,l1,u1,fully graded,5,2026-09-03,\nr2,,,l2,u2,fully graded,6,2026-09-03,\n",
}


def files(**more: str) -> dict[str, str]:
    """The district with grades and demographics."""
    return district() | EXTRA | {f"{name}.csv": text for name, text in more.items()}


def marked(mark: str, column: str = "IgnoreForIntegration", **more: str) -> dict[str, str]:
    """The same with a column by which Elm School says whether it steps out."""
    head, d1, s1, s2 = district()["orgs.csv"].splitlines()
    return files(orgs=f"{head},{column}\n{d1},\n{s1},false\n{s2},{mark}\n", **more)


def without_elm(of: dict[str, str]) -> dict[str, str]:
    """Files of which every row is gone that belongs to Elm School alone."""
    mine = {"k2", "l2", "r2", *(f"u{n}" for n in range(2, 21, 2)), "t2"}
    return {
        name: "".join(
            line
            for line in text.splitlines(True)
            if not (line.split(",")[0] in mine or (name == "enrollments.csv" and ",s2," in line) or line.startswith("s2,"))
        )
        for name, text in of.items()
    }


def whole_roster(pinewood: Pinewood) -> dict[str, dict[str, Any]]:
    """Every record of every table, as it is stored."""
    store = pinewood.house.stores.roster(SLUG)
    found = {}
    for table in store.counts():
        names = columns_of(store.place, table)
        for row in store.rows(table):
            record = dict(zip(names, row, strict=True))
            found[f"{table}/{record['sourcedId']}"] = record
    return found


def of_elm(key: str, record: dict[str, Any]) -> bool:
    """Whether a record belongs to Elm School alone."""
    table, id = key.split("/")
    if table in ("users", "demographics", "orgs"):
        return id in {"s2", "t2", *(f"u{n}" for n in range(2, 21, 2))}
    return id in {"k2", "l2", "r2"} or record.get("schoolSourcedId") == "s2"


def skipped(report: ImportReport) -> dict[str, tuple[str, dict[str, int]]]:
    """School -> the kind of rule, and the rows left out for it."""
    return {s.school: (s.by, dict(s.rows)) for s in report.skipped}


ELM = {"orgs": 1, "classes": 1, "users": 11, "enrollments": 11, "demographics": 10, "lineItems": 1, "results": 1}


def adds_up(report: ImportReport) -> None:
    for file in report.files:
        assert file.rows == file.accepted + file.refused + file.ignored, file
        assert file.skipped <= file.ignored, file


def test_a_ticked_school_is_neither_read_nor_removed(pinewoods: Pinewood) -> None:
    source = pinewoods.source("upload", layouts="oneroster-1.1").id
    first = pinewoods.night(marked("false"), source=source)
    assert (first.outcome, first.skipped, first.issue_counts) == ("success", (), {})
    before = whole_roster(pinewoods)
    # Ticked: the same rows, and the school's records even changed in the files.
    changed = {n: t.replace("Given2,", "Other2,").replace("Given1,", "Other1,") for n, t in marked("Yes").items()}
    second = pinewoods.night(changed, source=source)
    adds_up(second)
    assert (second.outcome, second.issue_counts) == ("success", {})
    assert skipped(second) == {"s2": ("column", ELM)}
    assert {f.table: f.skipped for f in second.files if f.skipped} == ELM
    assert second.tables["users"].updated == 1
    after = whole_roster(pinewoods)
    assert {k: r for k, r in before.items() if of_elm(k, r)} == {k: r for k, r in after.items() if of_elm(k, r)}
    assert after["users/u1"]["givenName"] == "Other1"
    assert after["users/t1"]["orgSourcedIds"] == "s1,s2"
    # The same again is no change, whether the school's rows come or not.
    again = pinewoods.night(changed, source=source)
    assert again.revision_after == second.revision_after
    gone = pinewoods.night(without_elm(changed) | {"orgs.csv": changed["orgs.csv"]}, source=source)
    assert (gone.outcome, gone.revision_after, gone.limits) == ("success", second.revision_after, ())
    assert whole_roster(pinewoods) == after
    # Unticked: everything is compared again.
    back = pinewoods.night({**changed, "orgs.csv": marked("0")["orgs.csv"]}, source=source)
    assert (back.skipped, back.tables["users"].updated, back.tables["users"].removed) == ((), 1, 0)
    assert whole_roster(pinewoods)["users/u2"]["givenName"] == "Other2"


def test_a_school_that_never_was_in_scope_is_not_read_at_all(pinewoods: Pinewood) -> None:
    source = pinewoods.source("upload", layouts="oneroster-1.1").id
    made = pinewoods.night(marked("1"), source=source)
    assert (made.outcome, made.issue_counts, skipped(made)) == ("success", {}, {"s2": ("column", ELM)})
    assert not [k for k, r in whole_roster(pinewoods).items() if of_elm(k, r)]
    assert whole_roster(pinewoods)["users/t1"]["orgSourcedIds"] == "s1,s2"
    back = pinewoods.night(marked(""), source=source)
    assert (back.tables["users"].added, back.tables["results"].added, back.tables["orgs"].added) == (11, 1, 1)


ORGS = "sourcedId,name,type,identifier,parentSourcedId,metadata.IgnoreForIntegration\nd1,Pinewood,district,1,,\ns1,Oak,school,2,d1,\ns2,Elm,school,3,d1,"
PEOPLE = "sourcedId,enabledUser,username,givenName,familyName,primaryOrgSourcedId\n" + "".join(
    f"{id},true,{id},Given,{id},{primary}\n" for id, primary in (("p1", ""), ("p2", ""), ("p3", "s2"), ("p4", "s2"), ("p5", ""))
)
ROLES = "sourcedId,userSourcedId,roleType,role,orgSourcedId\n" + "".join(
    f"{user}-{org},{user},{'primary' if org != 's1' else 'secondary'},student,{org}\n"
    for user, org in (("p1", "s2"), ("p2", "s2"), ("p2", "s1"), ("p3", "s2"), ("p4", "d1"))
)


def test_people_whose_schools_stand_in_their_roles(pinewood: Pinewood) -> None:
    """OneRoster 1.2: p1 and p3 belong to Elm alone; p2 has a role at Oak, p4 one at the district, and nobody knows where p5 belongs."""
    source = pinewood.source("upload", layouts="oneroster-1.2").id
    night = {"orgs.csv": ORGS + "\n", "users.csv": PEOPLE, "roles.csv": ROLES}
    assert pinewood.night(night, source=source).issue_counts == {}
    before = whole_roster(pinewood)
    out = night | {"orgs.csv": ORGS + "true\n"}
    made = pinewood.night({**out, "users.csv": PEOPLE.replace("Given", "Other")}, source=source)
    assert skipped(made) == {"s2": ("column", {"orgs": 1, "users": 2, "roles": 3})}
    assert made.tables["users"].updated == 3
    # Their rows come no more, first without the file of roles; then everybody of both schools leaves Oak.
    gone = {**out, "users.csv": "\n".join(x for x in PEOPLE.splitlines() if x[:2] not in ("p1", "p3")) + "\n"}
    alone = pinewood.night({k: v for k, v in gone.items() if k != "roles.csv"}, source=source)
    assert all(t.removed == 0 for t in alone.tables.values())
    roles = "\n".join(x for x in ROLES.splitlines() if ",s2" not in x) + "\n"
    assert all(t.removed == 0 for t in pinewood.night({**gone, "roles.csv": roles}, source=source).tables.values())
    after = whole_roster(pinewood)
    elm = {"orgs/s2", "users/p1", "users/p3", *(k for k in before if k.startswith("roles/") and k.endswith("-s2"))}
    assert {k: after[k] for k in elm} == {k: before[k] for k in elm}
