"""POST /ws/v1/student: each record written or refused by itself, each with its own result, always under status 200."""

from __future__ import annotations

import re
from typing import Any

from homeroom.simulator.powerschool import database, events
from homeroom.simulator.powerschool.calls import Answer, Call, Endpoint, Trouble, tree
from homeroom.simulator.powerschool.filling.people import STUDENT_PERSON
from homeroom.simulator.powerschool.filling.places import CODE_NUMBERS, FULL_TIME
from homeroom.simulator.powerschool.ledger import Change
from homeroom.simulator.powerschool.world import World
from homeroom.simulator.powerschool.writing.checking import MISSING, REQUIRED, Checked, Wrong, check

ID_AHEAD = 50_000
EMAIL_AHEAD = 10_000_000


def _post(world: World, call: Call) -> Answer:
    body = call.json()
    wrapped = body.get("students") if isinstance(body, dict) else None
    given = wrapped.get("student") if isinstance(wrapped, dict) else None
    records: list[dict[str, Any]] = [r for r in (given if isinstance(given, list) else [given]) if isinstance(r, dict)]
    if not records or (isinstance(given, list) and len(records) != len(given)):
        raise Trouble(400, "The body must hold students with a student entity")
    seen: set[str] = set()
    results = []
    for record in records:
        uid = str(record.get("client_uid", ""))
        results.append(_written(world, record, repeated=uid in seen))
        seen.add(uid)
    done = [r["action"] for r in results if r["status"] != "ERROR"]
    counts = {"insert_count": done.count("INSERT"), "update_count": done.count("UPDATE"), "delete_count": 0}
    return tree({"results": {**counts, "result": results}})


def _written(world: World, record: dict[str, Any], *, repeated: bool) -> dict[str, Any]:
    """One record's result."""
    action = str(record.get("action", ""))
    head = {"client_uid": str(record.get("client_uid", "")), "status": "ERROR", "action": action}
    wrong = _envelope(world, record, action, repeated=repeated)
    checked = check(world, record, action) if action in ("INSERT", "UPDATE") else None
    wrong += checked.wrong if checked else ()
    if wrong or checked is None:
        errors = [{"field": w.field, "error_code": w.code, "error_description": w.description} for w in wrong]
        return head | {"error_message": {"error": errors}}
    dcid = _insert(world, checked) if action == "INSERT" else _update(world, int(record["id"]), checked)
    done = {"success_message": {"id": dcid, "ref": f"{world.url}/ws/v1/student/{dcid}"}}
    return head | {"status": "SUCCESS"} | done


def _envelope(world: World, record: dict[str, Any], action: str, *, repeated: bool) -> list[Wrong]:
    found = []
    if not str(record.get("client_uid", "")).strip():
        found.append(Wrong("student/client_uid", REQUIRED, MISSING))
    elif repeated:
        found.append(Wrong("student/client_uid", "FIELD_VALIDATION_ERROR", "Value must be unique in the request"))
    if action not in ("INSERT", "UPDATE"):
        sentence = "Value must be one of INSERT, UPDATE" if action else MISSING
        found.append(Wrong("student/action", "FIELD_VALIDATION_ERROR" if action else REQUIRED, sentence))
    if action == "UPDATE":
        number = str(record.get("id", ""))
        known = re.fullmatch(r"[0-9]{1,18}", number) and database.one(
            world.tables, "SELECT 1 FROM Students WHERE DCID = ?", (int(number),)
        )
        if not number:
            found.append(Wrong("student/id", REQUIRED, MISSING))
        elif not known:
            found.append(Wrong("student/id", "FIELD_VALIDATION_ERROR", "Student does not exist"))
    return found


def _insert(world: World, checked: Checked) -> int:
    dcid = max(1, database.count(world.tables, "SELECT max(DCID) FROM Students") + 1)
    number = checked.columns.get("Student_Number") or database.count(world.tables, "SELECT max(Student_Number) FROM Students") + 1
    person = STUDENT_PERSON + dcid
    base = {"Enroll_Status": 0, "FTEID": FULL_TIME} | checked.columns
    base |= {"DCID": dcid, "ID": dcid + ID_AHEAD, "Student_Number": number, "Person_ID": person}
    base |= {"Transaction_Date": world.today, "WhenModified": world.stamp}
    columns = ", ".join(base)
    with world.changing() as note:
        world.tables.execute(f"INSERT INTO Students ({columns}) VALUES ({', '.join('?' * len(base))})", tuple(base.values()))
        world.tables.execute(
            "INSERT INTO Person (ID, DCID, FirstName, MiddleName, LastName, IsActive, WhenCreated, WhenModified) VALUES (?,?,?,?,?,1,?,?)",
            (person, person + 900_000, base["First_Name"], base.get("Middle_Name"), base["Last_Name"], world.stamp, world.stamp),
        )
        changes = [note("students", dcid, "INSERT"), note("person", person, "INSERT")]
        changes += _beside(world, dcid, checked, note)
        _name(world, dcid)
    events.raised(world, changes)
    return dcid


def _update(world: World, dcid: int, checked: Checked) -> int:
    with world.changing() as note:
        columns = checked.columns | {"Transaction_Date": world.today, "WhenModified": world.stamp}
        sets = ", ".join(f"{c} = ?" for c in columns)
        world.tables.execute(f"UPDATE Students SET {sets} WHERE DCID = ?", (*columns.values(), dcid))
        changes = [note("students", dcid, "UPDATE"), *_beside(world, dcid, checked, note)]
        _name(world, dcid)
    events.raised(world, changes)
    return dcid


def _name(world: World, dcid: int) -> None:
    world.tables.execute(
        "UPDATE Students SET LastFirst = rtrim(Last_Name || ', ' || First_Name || ' ' || coalesce(Middle_Name, '')) WHERE DCID = ?",
        (dcid,),
    )


def _beside(world: World, dcid: int, checked: Checked, note: Any) -> list[Change]:
    """What lies in other tables: the e-mail address and the rows of extensions."""
    changes: list[Change] = []
    if checked.email is not None:
        changes += set_email(
            world, database.count(world.tables, "SELECT Person_ID FROM Students WHERE DCID = ?", (dcid,)), checked.email, note
        )
    for table, cells in checked.extensions:
        key = table.primary.name
        there = database.one(world.tables, f'SELECT 1 FROM "{table.name}" WHERE {key} = ?', (dcid,))
        if not there:
            world.tables.execute(f'INSERT INTO "{table.name}" ({key}) VALUES (?)', (dcid,))
        for column, value in cells:
            world.tables.execute(f'UPDATE "{table.name}" SET "{column.name}" = ? WHERE {key} = ?', (value, dcid))
        changes.append(note(table.name, dcid, "UPDATE" if there else "INSERT"))
    return changes


def set_email(world: World, person: int, address: str, note: Any) -> list[Change]:
    """Give a person this primary e-mail address in place of the one before; a blank one takes it away."""
    sql = "SELECT EmailAddressID FROM PersonEmailAddressAssoc WHERE PersonID = ? ORDER BY IsPrimaryEmailAddress DESC LIMIT 1"
    old = database.one(world.tables, sql, (person,))
    if not address:
        world.tables.execute("DELETE FROM PersonEmailAddressAssoc WHERE PersonID = ?", (person,))
        return [note("emailaddress", old[0], "DELETE")] if old else []
    if old:
        world.tables.execute("UPDATE EmailAddress SET EmailAddress = ? WHERE EmailAddressID = ?", (address, old[0]))
        return [note("emailaddress", old[0], "UPDATE")]
    number = person + EMAIL_AHEAD
    world.tables.execute("INSERT OR REPLACE INTO EmailAddress VALUES (?, ?)", (number, address))
    link = (number + 100, person, number, CODE_NUMBERS["Email", "Current"], 1, 1)
    world.tables.execute("INSERT OR REPLACE INTO PersonEmailAddressAssoc VALUES (?,?,?,?,?,?)", link)
    return [note("emailaddress", number, "INSERT")]


ENDPOINTS = (Endpoint("POST", "/ws/v1/student", _post),)
