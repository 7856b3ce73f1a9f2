"""Each group of addresses once, over real HTTP, as a program uses it; and what it is told when it asks for what cannot be."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from api_kit import Api, api, lines
from e2e.files import district
from homeroom.desk import handing_over, support
from homeroom.doors.api.problems import MEDIA, MOST_BODY
from homeroom.sync import districts
from homeroom.sync.house import opened
from sync_house import SLUG, Pinewood, settings

P = "/districts/pinewood"
LAYOUT = """name = "ours/users"
table = "users"
kind = "continuous"
file = "people.csv"
[map]
sourcedId = "id"
givenName = "first"
familyName = "last"
role = { from = "role", values = { T = "teacher" }, otherwise = "refuse" }
enabledUser = { constant = "true" }
"""


@dataclass
class Desk:
    """The API, and the tokens of those who use it here."""

    api: Api
    ada: str
    plain: str
    records: str
    settings: str

    def ask(self, token: str, method: str, path: str, **more: Any) -> Any:
        return self.api.ask(token, method, path, **more)

    def refused(self, token: str, method: str, path: str, **more: Any) -> tuple[int, str, str]:
        """Status, code and sentence of a problem."""
        answer = self.api.call(token, method, path, **more)
        assert answer.headers["content-type"] == MEDIA, answer.text
        told = answer.json()
        assert told["status"] == answer.status_code
        return answer.status_code, told["code"], told["detail"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Pinewood with one imported night, in which a row was refused."""
    folder = tmp_path_factory.mktemp("resources")
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        districts.add(house, "larkspur", "Larkspur Valley", "America/Denver")
        files = district()
        files["enrollments.csv"] += "e-x,,,k1,s1,u-404,student,false,2026-08-15,2027-06-10\n"
        pinewood.night(files)
        with api(house) as made:
            bob = made.person("administrator", "bob@pinewood.example", districts=["pinewood"])
            tokens = (made.token(bob, kind) for kind in ("plain", "records", "settings"))
            yield Desk(made, made.token(made.person("engineer")), *tokens)


def test_who_asks_and_the_tokens(desk: Desk) -> None:
    me = desk.ask(desk.records, "GET", "/me")
    assert (me["email"], me["role"], me["districts"]) == ("bob@pinewood.example", "administrator", ["pinewood"])
    assert (me["elevated"]["kind"], me["elevated"]["reason"]) == ("records", "to see why Foxglove is missing")
    assert desk.ask(desk.ada, "GET", "/me")["districts"] is None
    listed = desk.ask(desk.plain, "GET", "/tokens")
    assert [t["elevated"] for t in listed].count(True) == 2
    assert not any("hr_" in str(token) for token in listed)


def test_districts_are_those_that_the_token_sees(desk: Desk) -> None:
    assert [d["district"] for d in desk.ask(desk.ada, "GET", "/districts")] == ["larkspur", "pinewood"]
    assert [d["district"] for d in desk.ask(desk.ada, "GET", "/districts?after=larkspur")] == ["pinewood"]
    assert [d["district"] for d in desk.ask(desk.plain, "GET", "/districts")] == ["pinewood"]
    made = desk.ask(desk.ada, "POST", "/districts", json={"district": "cedar", "name": "Cedar", "timezone": "America/Chicago"})
    assert (made["district"], made["revision"]) == ("cedar", 0)
    again = desk.refused(desk.ada, "POST", "/districts", json={"district": "cedar", "name": "Cedar"})
    assert again == (422, "misuse", "There is a district 'cedar' already.")
    wrong = desk.api.call(desk.ada, "POST", "/districts", json={"district": "x", "nmae": "X"}).json()
    assert {e["where"] for e in wrong["errors"]} == {"body.name", "body.nmae"}
    changed = desk.ask(desk.settings, "PATCH", P, json={"name": "Pinewood ISD", "keep_removed_days": 30})
    assert (changed["name"], changed["keep_removed_days"]) == ("Pinewood ISD", 30)
    assert desk.ask(desk.plain, "GET", P)["name"] == "Pinewood ISD"
    assert desk.ask(desk.plain, "GET", f"{P}/overview")
    assert {d["dataset"] for d in desk.ask(desk.plain, "GET", f"{P}/datasets")} >= {"gpa"}


def test_a_source_with_its_secrets_told_once(desk: Desk) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    body = {"kind": "sftp", "settings": {"name": "Nightly", "start": "02:30", "layouts": "oneroster-1.1"}, "public_keys": [key]}
    made = desk.ask(desk.settings, "POST", f"{P}/sources", json=body)
    number, password = made["source"], made["password"]
    assert (made["username"], len(password), made["settings"]["start"]) == (f"pinewood-{number}", 24, "02:30")
    assert password not in desk.api.call(desk.settings, "GET", f"{P}/sources/{number}").text
    path = f"{P}/sources/{number}"
    assert desk.ask(desk.settings, "PATCH", path, json={"settings": {"start": None}})["start"] is None
    assert desk.refused(desk.settings, "PATCH", path, json={"settings": {"start": "noon"}})[:2] == (422, "misuse")
    folder = desk.refused(desk.settings, "PATCH", path, json={"settings": {"layouts": "/etc"}})
    assert folder[0] == 422, "a folder on the server is not a program's to name"
    paused = desk.ask(desk.plain, "PUT", f"{path}/pause", json={"pause": ["06-15..08-10"]})
    assert (set(paused["set"]), paused["settings"]["pause"]) == ({"name", "layouts", "pause"}, ["06-15..08-10"])
    assert desk.ask(desk.settings, "PATCH", f"{path}/limits", json={"limits": {"remove_share": 0.3}})["remove_share"] == 0.3
    new = desk.ask(desk.settings, "POST", f"{path}/password", json={"overlap_hours": 1})
    assert new["password"] != password
    assert new["old_until"]
    link = desk.ask(desk.settings, "POST", f"{path}/hand-over")["link"]
    shown = handing_over.opened(desk.api.house, link.rpartition("/")[2], desk.api.now)
    assert (shown.facts["username"], shown.password != new["password"]) == (made["username"], True)
    found = desk.ask(desk.plain, "GET", f"{path}/keys")
    assert len(found) == 1
    assert (
        desk.api.call(desk.settings, "DELETE", f"{path}/keys", params={"fingerprint": found[0]["fingerprint"]}).status_code == 204
    )
    assert desk.ask(desk.plain, "GET", f"{path}/keys") == []
    assert desk.refused(desk.settings, "POST", f"{path}/keys", json={"public_key": "ssh-ed25519 nonsense"})[0] == 422
    assert desk.refused(desk.plain, "POST", f"{path}/pull")[:2] == (422, "misuse")
    assert desk.refused(desk.plain, "GET", f"{P}/sources/999")[0] == 404
    pulled = {
        "kind": "powerschool",
        "settings": {"url": "https://ps.pinewood.example", "client_id": "c"},
        "secret": {"client_secret": "s3cret"},
    }
    other = desk.ask(desk.settings, "POST", f"{P}/sources", json=pulled)
    assert "s3cret" not in str(other)
    kept = desk.ask(desk.settings, "PUT", f"{P}/sources/{other['source']}/secret", json={"client_secret": "n3w"})
    assert kept == {"source": other["source"], "secrets": ["client_secret"]}


def test_the_log_the_report_and_the_findings(desk: Desk) -> None:
    log = desk.ask(desk.plain, "GET", f"{P}/imports")
    assert [(e["import"], e["outcome"]) for e in log] == [(1, "success_with_row_issues")]
    closed = desk.ask(desk.plain, "GET", f"{P}/imports/1")
    shown = desk.ask(desk.records, "GET", f"{P}/imports/1")
    assert [i["value"] for i in closed["issues"]] == [None]
    assert "u-404" not in desk.api.call(desk.plain, "GET", f"{P}/imports/1").text
    assert [(i["value"], i["key"]) for i in shown["issues"]] == [("u-404", "e-x")]
    for path in ("issues", "issues/all", "issues/all?format=ndjson", "causes"):
        assert "u-404" not in desk.api.call(desk.plain, "GET", f"{P}/imports/1/{path}").text, path
        assert "u-404" in desk.api.call(desk.records, "GET", f"{P}/imports/1/{path}").text, path
    page = desk.ask(desk.records, "GET", f"{P}/imports/1/issues?code=reference-unknown&severity=error&refused=true")
    assert (page["count"], page["issues"][0]["line"], page["next"]) == (1, 24, None)
    assert desk.ask(desk.records, "GET", f"{P}/imports/1/issues?code=other")["issues"] == []
    mended = desk.api.call(desk.records, "GET", f"{P}/imports/1/refused", params={"file": "enrollments.csv"})
    assert "e-x" in mended.text
    assert desk.refused(desk.plain, "GET", f"{P}/imports/1/refused?file=enrollments.csv")[0] == 422
    assert desk.refused(desk.records, "GET", f"{P}/imports/1/refused?file=orgs.csv")[0] == 404
    places = {f["name"]: i for i, f in enumerate(desk.ask(desk.plain, "GET", f"{P}/deliveries/1")["files"])}
    original = desk.api.call(desk.records, "GET", f"{P}/imports/1/originals/{places['orgs.csv']}")
    assert original.text == district()["orgs.csv"]
    assert desk.refused(desk.plain, "GET", f"{P}/imports/99")[0] == 404
    assert desk.refused(desk.plain, "POST", f"{P}/imports/1/reject", json={})[:2] == (422, "misuse")


def test_staff_see_values_with_support_access_and_the_elevated_role(desk: Desk) -> None:
    bob = desk.api.people["bob@pinewood.example"]
    ada = desk.api.token(desk.api.people["engineer@vendor.example"], "records")
    assert "u-404" not in desk.api.call(ada, "GET", f"{P}/imports/1").text
    on = desk.ask(desk.plain, "PUT", f"{P}/support", json={"hours": 2})
    assert (on["on"], on["said_by"]) == (True, "bob@pinewood.example by token plain")
    assert "u-404" in desk.api.call(ada, "GET", f"{P}/imports/1").text
    assert "u-404" not in desk.api.call(desk.ada, "GET", f"{P}/imports/1").text
    assert desk.ask(desk.plain, "DELETE", f"{P}/support")["on"] is False
    assert "u-404" not in desk.api.call(ada, "GET", f"{P}/imports/1").text
    assert support.state(desk.api.house, SLUG, bob.now) is None


def test_a_viewer_of_schools_sees_no_other_schools_rows(desk: Desk) -> None:
    elm = desk.api.person("school_viewer", "eve@pinewood.example", districts=["pinewood"], schools=["s2"])
    for kind in ("plain", "records"):
        token = desk.api.token(elm, kind)
        report = desk.ask(token, "GET", f"{P}/imports/1")
        assert (report["issues"], report["files"], report["tables"]) == ([], [], {})
        for path in ("issues", "issues/all", "causes"):
            assert "u-404" not in desk.api.call(token, "GET", f"{P}/imports/1/{path}").text, (kind, path)
    oak = desk.api.person("school_viewer", "olga@pinewood.example", districts=["pinewood"], schools=["s1"])
    own = desk.api.call(desk.api.token(oak, "records"), "GET", f"{P}/imports/1/issues")
    assert "u-404" in own.text


def test_the_roster_and_one_record(desk: Desk) -> None:
    first = desk.ask(desk.records, "GET", f"{P}/roster/users?limit=20&status=active")
    rest = desk.ask(desk.records, "GET", f"{P}/roster/users?limit=20&status=active&after={first['next']}")
    assert (len(first["rows"]), len(rest["rows"]), rest["next"]) == (20, 4, None)
    assert {"sourcedId", "status", "givenName", "last_revision"} <= set(first["rows"][0])
    every = lines(desk.api.call(desk.records, "GET", f"{P}/roster/users/all"))
    assert every == first["rows"] + rest["rows"]
    table = desk.api.call(desk.records, "GET", f"{P}/roster/orgs/all?format=csv")
    assert table.text.splitlines()[1].startswith("d1,active,")
    found = desk.ask(desk.records, "POST", f"{P}/roster/users/query", json={"where": "givenName = 'Given7'"})
    assert [row["sourcedId"] for row in found] == ["u7"]
    assert desk.refused(desk.records, "POST", f"{P}/roster/users/query", json={"where": "no_such = 1"})[:2] == (422, "misuse")
    assert desk.refused(desk.records, "GET", f"{P}/roster/nothing")[0] == 404
    package = desk.api.call(desk.records, "GET", f"{P}/export?version=1.1")
    assert "users.csv" in zipfile.ZipFile(BytesIO(package.content)).namelist()

    hits = desk.ask(desk.records, "POST", f"{P}/records/search", json={"words": "Family7"})
    assert [hit["sourcedId"] for hit in hits["found"]] == ["u7"]
    why = desk.ask(desk.records, "POST", f"{P}/records/missing", json={"words": "u7"})
    assert [each["sourcedId"] for each in why["candidates"]] == ["u7"]
    which = {"table": "users", "sourcedId": "u7"}
    record = desk.ask(desk.records, "POST", f"{P}/records/show", json=which)
    assert (record["record"]["givenName"], record["provenance"]["import"], record["provenance"]["file"]) == (
        "Given7",
        1,
        "users.csv",
    )
    locked = desk.ask(
        desk.records, "POST", f"{P}/records/lock", json={**which, "field": "givenName", "value": "Seven", "why": "so called"}
    )
    assert [h["field"] for h in locked["held"]] == ["givenName"]
    assert [h["sourcedId"] for h in desk.ask(desk.records, "GET", f"{P}/locks")] == ["u7"]
    assert desk.ask(desk.records, "POST", f"{P}/records/unlock", json=which)["held"] == []
    gone = desk.ask(desk.records, "POST", f"{P}/records/archive", json=which)
    back = desk.ask(desk.records, "POST", f"{P}/records/unarchive", json=which)
    assert back["revision"] == gone["revision"] + 1
    assert desk.ask(desk.records, "POST", f"{P}/records/joined", json={**which, "joined": True})["held"][0]["mark"] == "joined"
    between = desk.ask(desk.records, "POST", f"{P}/records/compare", json={**which, "first": "1"})
    assert "Seven" in {f["last"] for f in between["fields"] if f["differs"]}
    assert desk.refused(desk.records, "POST", f"{P}/records/compare", json={**which, "first": "soon"})[0] == 422
    shown = desk.ask(desk.records, "POST", f"{P}/records/oneroster", json=which)
    assert {v: user["user"]["givenName"] for v, user in shown.items()} == {"1.1": "Seven", "1.2": "Seven"}
    until = {**which, "field": "email", "until": "2999-01-01"}
    assert desk.refused(desk.records, "POST", f"{P}/records/lock", json=until)[0] == 422
    assert desk.refused(desk.records, "POST", f"{P}/records/show", json={**which, "sourcedId": "u-404"})[0] == 404
    assert desk.refused(desk.records, "POST", f"{P}/records/refresh", json=which)[:2] == (422, "misuse")
    feed = desk.ask(desk.records, "GET", f"{P}/changes?after=1")["changes"]
    assert [(c["verb"], c["who"]) for c in feed][:2] == [
        ("update", "bob@pinewood.example by token records"),
        ("remove", feed[0]["who"]),
    ]
    acts = desk.api.house.stores.control.audit.last(200, SLUG)
    assert not any("Given7" in str(row.detail) or "Seven" in str(row.detail) for row in acts)
    assert {"rows-read", "record-seen", "exported", "locks-read"} <= {row.action for row in acts}


def test_schools_and_take_overs(desk: Desk) -> None:
    assert {s["state"] for s in desk.ask(desk.plain, "GET", f"{P}/schools")} == {"sis-only"}
    made = desk.ask(desk.settings, "POST", f"{P}/schools", json={"own": "oak/1", "name": "Oak School"})
    assert (made["state"], made["suggested"]) == ("unmatched", "s1")
    matched = desk.ask(desk.settings, "PUT", f"{P}/schools/oak/1", json={"sis": "s1"})
    assert (matched["state"], matched["sis"]) == ("matched", "s1")
    assert desk.api.call(desk.settings, "DELETE", f"{P}/schools/oak/1").status_code == 204
    assert desk.refused(desk.settings, "DELETE", f"{P}/schools/oak/1")[0] == 404
    pairs = {"table": "classes", "pairs": [{"own": "k1", "sis": "77-1"}], "source": 1}
    assert desk.ask(desk.settings, "POST", f"{P}/take-overs", json=pairs)[0]["sis"] == "77-1"
    assert [p["own"] for p in desk.ask(desk.records, "GET", f"{P}/take-overs")] == ["k1"]
    undone = desk.ask(desk.settings, "POST", f"{P}/take-overs/undo", json={"table": "classes", "sis": "77-1", "source": 1})
    assert undone["own"] == "k1"


def test_layouts(desk: Desk) -> None:
    assert "oneroster-1.1" in {s["set"] for s in desk.ask(desk.plain, "GET", "/layouts")}
    shipped = {la["name"]: la["text"] for la in desk.ask(desk.plain, "GET", "/layouts/oneroster-1.1")["layouts"]}
    assert 'table = "users"' in shipped["oneroster-1.1/users"]
    texts = {"users.toml": LAYOUT}
    assert desk.ask(desk.plain, "POST", f"{P}/layouts/check", json={"texts": texts})["good"]
    bad = desk.ask(desk.plain, "POST", f"{P}/layouts/check", json={"texts": {"users.toml": LAYOUT + "nonsense = 'x'\n"}})
    assert (bad["good"], len(bad["faults"]) > 0) == (False, True)
    path = f"{P}/layouts/ours"
    saved = desk.ask(desk.settings, "PUT", path, json={"texts": texts, "note": "first", "based_on": 0})
    assert (saved["version"], saved["new"]) == (1, True)
    assert desk.refused(desk.settings, "PUT", path, json={"texts": texts, "note": "again", "based_on": 0})[:2] == (409, "stale")
    assert desk.ask(desk.settings, "PUT", path, json={"texts": texts, "note": "the same", "based_on": 1})["new"] is False
    second = {"users.toml": LAYOUT.replace("people.csv", "persons.csv")}
    assert desk.ask(desk.settings, "PUT", path, json={"texts": second, "note": "their new name", "based_on": 1})["version"] == 2
    unsaid = desk.refused(desk.settings, "PUT", path, json={"texts": second, "based_on": 2})
    assert "body.note" in unsaid[2], "why stands beside every version"
    faults = desk.refused(desk.settings, "PUT", path, json={"texts": {"users.toml": "table = 1"}, "note": "no"})
    assert faults[:2] == (422, "layout-faults")
    assert desk.ask(desk.plain, "GET", f"{path}?version=1")["texts"] == texts
    compared = desk.ask(desk.plain, "POST", f"{P}/layouts/compare", json={"old": "ours@1", "new": "ours"})
    assert (compared["same"], "persons.csv" in compared["text"]) == (False, True)
    stolen = desk.refused(desk.plain, "POST", f"{P}/layouts/compare", json={"old": "/etc/passwd", "new": "ours"})
    assert stolen[0] == 422, "a file of the server is not a program's to read"
    assert desk.ask(desk.settings, "POST", f"{path}/restore", json={"version": 1, "note": "the old name again"})["version"] == 3
    assert [v["version"] for v in desk.ask(desk.plain, "GET", f"{P}/layouts")] == [3, 2, 1]
    proposed = desk.ask(
        desk.plain, "POST", f"{P}/layouts/propose", files=[("files", ("people.csv", b"student_id,first_name,last_name\n1,A,B\n"))]
    )
    assert proposed["files"][0]["table"] == "users"
    preview = desk.ask(desk.records, "POST", f"{P}/deliveries/1/preview", json={"table": "orgs", "rows": 2})
    assert preview["files"][0]["table"] == "orgs"
    contacts = desk.ask(desk.records, "POST", f"{P}/deliveries/1/contacts", json={})
    assert contacts["report"] is None


def test_papers(desk: Desk) -> None:
    source = desk.ask(desk.settings, "POST", f"{P}/sources", json={"kind": "sftp", "settings": {"layouts": "oneroster-1.1"}})
    guide = desk.api.call(desk.plain, "GET", f"{P}/guide", params={"source": source["source"]})
    assert source["username"] in guide.text
    assert source["password"] not in guide.text
    sheet = desk.api.call(desk.plain, "GET", f"{P}/worksheet?source=1")
    assert zipfile.is_zipfile(BytesIO(sheet.content))
    compared = desk.ask(desk.records, "POST", f"{P}/worksheet/compare", files=[("files", ("w.xlsx", sheet.content))])
    assert compared["district"] == "pinewood"
    plugin = desk.api.call(desk.plain, "GET", f"{P}/plugin?pack=legal-guardian")
    assert "plugin.xml" in zipfile.ZipFile(BytesIO(plugin.content)).namelist()


def test_apps_need_the_elevated_role_for_the_installation(desk: Desk) -> None:
    operator = desk.api.person("operator")
    lifted = desk.api.token(operator, "settings", None)
    assert desk.ask(lifted, "GET", "/me")["elevated"]["district"] is None
    made = desk.ask(lifted, "POST", "/apps", json={"name": "Reader", "districts": ["pinewood"]})
    assert made["client_secret"] not in desk.api.call(desk.ada, "GET", "/apps").text
    assert desk.api.call(lifted, "DELETE", f"/apps/{made['client_id']}").status_code == 204
    assert [a["revoked"] for a in desk.ask(desk.ada, "GET", "/apps")] == [True]
    for body in ({"name": "x"}, {"name": "x", "districts": ["pinewood"], "all_districts": True}):
        assert "all_districts" in desk.refused(lifted, "POST", "/apps", json=body)[2], "all is said, never left out"
    assert desk.refused(desk.ada, "POST", "/apps", json={"name": "x"})[:2] == (403, "needs-elevation")
    assert desk.refused(lifted, "PATCH", P, json={"name": "x"})[:2] == (403, "needs-elevation"), (
        "it is for the installation alone"
    )


def test_people_and_the_audit_and_the_installation(desk: Desk) -> None:
    new = desk.ask(
        desk.ada, "POST", "/people", json={"email": "lea@larkspur.example", "role": "administrator", "districts": ["larkspur"]}
    )
    out = desk.ask(desk.ada, "PATCH", f"/people/{new['person']}", json={"disabled": True})
    assert out["disabled"]
    changed = desk.ask(
        desk.ada, "PATCH", f"/people/{new['person']}", json={"disabled": False, "role": "auditor", "districts": ["larkspur"]}
    )
    assert (changed["role"], changed["disabled"]) == ("auditor", False)
    assert "lea@" in desk.api.call(desk.ada, "GET", "/people").text
    page = desk.ask(desk.ada, "GET", "/audit?limit=3&act=person-invited")
    assert {row["act"] for row in page["rows"]} == {"person-invited"}
    assert desk.ask(desk.ada, "GET", "/audit/chain")["whole"]
    assert desk.api.call(desk.plain, "GET", f"{P}/audit/csv").text.startswith("\ufeffnumber,at,who")
    assert {row["district"] for row in desk.ask(desk.plain, "GET", f"{P}/audit?limit=1000")["rows"]} == {"pinewood"}
    told = desk.ask(desk.ada, "GET", "/installation")
    assert (told["ready"], told["queue"]) == (True, 0)
    assert all(f["ok"] for f in desk.ask(desk.ada, "GET", "/installation/check") if f["what"] == "keys")
    assert desk.ask(desk.records, "GET", f"{P}/write-backs") == []


def test_what_cannot_be_uploaded(desk: Desk) -> None:
    path = f"{P}/uploads"
    assert desk.refused(desk.plain, "POST", path)[0] == 422
    assert desk.refused(desk.plain, "POST", path, data={"dry_run": "true"}, files=[])[0] == 422
    good = ("files", ("orgs.csv", b"x"))
    assert desk.refused(desk.plain, "POST", path, files=[good, good])[0] == 422
    assert desk.refused(desk.plain, "POST", path, files=[("files", ("..", b"x"))])[0] == 422
    assert desk.refused(desk.plain, "POST", path, files=[good], data={"dry_run": "perhaps"})[0] == 422
    assert desk.refused(desk.plain, "POST", path, files=[good], data={"layouts": "/etc"})[0] == 422
    assert desk.refused(desk.plain, "POST", path, files=[good], data={"source": "99"})[0] == 404
    cut = b"--b\r\nContent-Disposition: form-data; name=files; filename=a.csv\r\n\r\nhalf"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    assert "middle" in desk.refused(desk.plain, "POST", path, content=cut, headers=headers)[2]
    work = Path(desk.api.house.settings.work)
    assert [p.name for p in work.iterdir() if p.name != ".live"] == [], "nothing of it is left"


def test_bodies_that_cannot_be_kept(desk: Desk) -> None:
    for body in (b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b"{", b"[" * 100_000):
        told = desk.refused(desk.settings, "PATCH", P, content=body, headers={"Content-Type": "application/json"})
        assert told[:2] == (422, "misuse")
    assert desk.refused(desk.plain, "GET", f"{P}/imports/1/issues?code=%00")[:2] == (422, "misuse")
    big = desk.refused(desk.settings, "PATCH", P, content=b" " * (MOST_BODY + 1), headers={"Content-Type": "application/json"})
    assert big[:2] == (413, "too-large")

    def pieces() -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(MOST_BODY // 65_536 + 1))

    unsaid = desk.refused(desk.settings, "PATCH", P, content=pieces(), headers={"Content-Type": "application/json"})
    assert unsaid[:2] == (413, "too-large")
    assert desk.refused(desk.plain, "PUT", P)[:2] == (405, "wrong-method")


def test_every_answer_may_be_kept_by_nobody(desk: Desk) -> None:
    for answer in (desk.api.call(desk.plain, "GET", "/me"), desk.api.call(None, "GET", "/me"), desk.api.client.get("/docs")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert desk.api.client.get("/openapi.json").json()["openapi"].startswith("3.1")
    assert desk.api.client.get("/docs/style.css").headers["content-type"].startswith("text/css")


def test_who_calls_too_often_waits(desk: Desk) -> None:
    with api(desk.api.house, per_token=(3, 0), per_stranger=(2, 0)) as braked:
        assert [braked.call(desk.plain, "GET", "/me").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert braked.call(desk.records, "GET", "/me").status_code == 200, "another token has a bucket of its own"
        wrong = [braked.call("hr_wrong", "GET", "/me") for _ in range(3)]
        assert [answer.status_code for answer in wrong] == [401, 401, 429]
        assert int(wrong[-1].headers["retry-after"]) > 0
        assert braked.call(desk.ada, "GET", "/me").status_code == 200, "a good token is let in beside them"
