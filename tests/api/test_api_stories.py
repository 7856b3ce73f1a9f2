"""What a program does in a night: set a district up, hand files in, look at the report, decide about a hold, follow the changes."""

from __future__ import annotations

from typing import Any

import pytest

from api_kit import Api, lines
from desk_kit import Somebody
from e2e.files import district
from sync_house import half, renamed


def parts(files: dict[str, str]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, text.encode())) for name, text in files.items()]


@pytest.fixture(scope="module")
def ada(office: Api) -> Somebody:
    """An engineer of the vendor."""
    return office.person("engineer")


@pytest.fixture(scope="module")
def bob(office: Api) -> Somebody:
    """The administrator of Pinewood."""
    return office.person("administrator", "bob@pinewood.example", districts=["pinewood"])


def night(office: Api, token: str, files: dict[str, str], **fields: str) -> dict[str, Any]:
    """Hand files in and wait; the report."""
    begun = office.ask(token, "POST", "/districts/pinewood/uploads?wait=60", files=parts(files), data=fields)
    return office.ask(token, "GET", f"/districts/pinewood/imports/{begun['import']}?wait=60")


def test_from_the_first_files_to_the_change_feed(office: Api, ada: Somebody, bob: Somebody) -> None:
    plain = office.token(bob)
    dry = night(office, plain, district(), dry_run="true")
    assert (dry["dry_run"], dry["outcome"], dry["tables"]["users"]["added"]) == (True, "success", 24)
    first = night(office, plain, district())
    assert (first["status"], first["revision_after"], first["trigger"]) == ("done", 1, "upload")
    second = night(office, plain, renamed(3, 4))
    assert second["tables"]["users"]["updated"] == 2

    records = office.token(bob, "records")
    feed = office.ask(records, "GET", "/districts/pinewood/changes?after=1")
    assert [(c["sourcedId"], c["verb"], c["fields"]["givenName"]) for c in feed["changes"]] == [
        ("u3", "update", ["Given3", "Other3"]),
        ("u4", "update", ["Given4", "Other4"]),
    ]
    assert (feed["revision"], feed["next"]) == (2, None)
    page = office.ask(records, "GET", "/districts/pinewood/changes?after=1&limit=1")
    assert [c["sourcedId"] for c in page["changes"]] == ["u3"]
    rest = office.ask(records, "GET", "/districts/pinewood/changes", params={**page["next"], "limit": 1})
    assert ([c["sourcedId"] for c in rest["changes"]], rest["next"]) == (["u4"], None)
    streamed = office.call(records, "GET", "/districts/pinewood/changes?after=1", headers={"Accept": "application/x-ndjson"})
    assert lines(streamed) == feed["changes"]
    assert office.ask(records, "GET", "/districts/pinewood/imports/3/changes")["changes"] == feed["changes"]
    assert office.ask(records, "GET", "/districts/pinewood/imports/1/changes")["changes"] == []

    found = office.ask(records, "POST", "/districts/pinewood/records/search", json={"words": "other3"})
    assert [(hit["table"], hit["sourcedId"], hit["name"], hit["removed"]) for hit in found["found"]] == [
        ("users", "u3", "Other3 Family3", False)
    ]
    assert (found["total"], found["more"]) == ({"users": 1, "classes": 0, "orgs": 0}, False)
    why = office.ask(records, "POST", "/districts/pinewood/records/missing", json={"words": "nobody at all"})["candidates"][0]
    assert (why["stops_at"], why["sourcedId"], len(why["steps"])) == ("received", None, 7)
    assert office.call(plain, "POST", "/districts/pinewood/records/search", json={"words": "other3"}).status_code == 403
    newest = office.ask(plain, "GET", "/districts/pinewood/revisions?limit=1")
    assert (newest[0]["revision"], newest[0]["import"]) == (2, 3)

    held = night(office, plain, half())
    assert held["status"] == "waiting_for_approval"
    lifted = office.token(bob, "settings")
    wrong = office.call(lifted, "POST", "/districts/pinewood/imports/4/approve", json={"plan": "sha256:" + "0" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "stale")
    refused = office.call(plain, "POST", "/districts/pinewood/imports/4/approve", json={"plan": held["plan"]})
    assert (refused.status_code, refused.json()["code"], refused.json()["kind"]) == (403, "needs-elevation", "settings")
    rejected = office.ask(plain, "POST", "/districts/pinewood/imports/4/reject", json={"reason": "half of the school is missing"})
    assert (rejected["status"], rejected["reason"]["code"]) == ("rejected", "rejected")
    again = night(office, plain, half())
    done = office.ask(lifted, "POST", f"/districts/pinewood/imports/{again['import']}/approve", json={"plan": again["plan"]})
    assert (done["status"], done["revision_after"]) == ("done", 3)

    operator = office.person("operator")
    back = office.ask(office.token(operator, "settings"), "POST", "/districts/pinewood/rollback", json={"revision": 2})
    assert back["revision_after"] == 4
    counts = office.ask(plain, "GET", "/districts/pinewood/roster")
    assert (counts["revision"], counts["tables"]["users"]) == (4, {"active": 24, "tobedeleted": 0})

    rows = office.ask(plain, "GET", "/districts/pinewood/audit?limit=1000")["rows"]
    told = {row["act"]: row for row in rows}
    assert told["import-rejected"]["reason"] == "half of the school is missing"
    assert told["import-approved"]["detail"]["via"] == "api"
    assert told["import-approved"]["detail"]["elevation"]
    assert told["import-approved"]["who"] == "bob@pinewood.example by token settings"
    assert told["changes-read"]["detail"]["token"]
