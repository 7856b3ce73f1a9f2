"""Contacts who change their name, address or relation."""

from __future__ import annotations

from homeroom.simulator.powerschool.clerk.acts import Act, Facts, Refusal, number, row_of
from homeroom.simulator.powerschool.filling.places import CODE_NUMBERS
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing.students import set_email


def change_contact(world: World, facts: Facts, act: Act) -> None:
    """`contact`, and any of `email`, `first_name`, `last_name`, `relationship`, `legal_guardian`, `active`."""
    person = row_of(world, "Person", number(facts, "contact"))["ID"]
    for name, column in (("first_name", "FirstName"), ("last_name", "LastName")):
        if name in facts:
            act.run(f"UPDATE Person SET {column} = ?, WhenModified = ? WHERE ID = ?", facts[name], world.stamp, person)
            act.note("person", person, "UPDATE")
    if "email" in facts:
        set_email(world, person, str(facts["email"] or ""), act.note)
    sql = (
        "SELECT d.StudentContactDetailID, d.StudentContactAssocID FROM StudentContactDetail d "
        "JOIN StudentContactAssoc a USING (StudentContactAssocID) WHERE a.PersonID = ? AND d.IsActive = 1"
    )
    for detail, link in act.read(sql, person):
        _change_link(act, detail, link, facts)


def _change_link(act: Act, detail: int, link: int, facts: Facts) -> None:
    where = "WHERE StudentContactDetailID = ?"
    if "relationship" in facts:
        code = CODE_NUMBERS.get(("Relationship", str(facts["relationship"]).title()))
        if code is None:
            raise Refusal(f"There is no relationship {facts['relationship']}.")
        act.run(f"UPDATE StudentContactDetail SET RelationshipTypeCodeSetID = ? {where}", code, detail)
        act.run("UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = ? WHERE StudentContactAssocID = ?", code, link)
        act.note("studentcontactdetail", detail, "UPDATE")
        act.note("studentcontactassoc", link, "UPDATE")
    if "legal_guardian" in facts:
        flag = int(bool(facts["legal_guardian"]))
        act.run(f"UPDATE StudentContactDetailCoreFields SET LegalGuardian = ? {where}", flag, detail)
        act.run("UPDATE StudentContactAssocCoreFields SET LegalGuardian = ? WHERE StudentContactAssocID = ?", flag, link)
        act.note("studentcontactdetailcorefields", detail, "UPDATE")
    if "active" in facts:
        act.run(f"UPDATE StudentContactDetail SET IsActive = ? {where}", int(bool(facts["active"])), detail)
        act.note("studentcontactdetail", detail, "UPDATE")
