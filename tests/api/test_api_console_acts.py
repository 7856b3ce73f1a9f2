"""What the console does and the first addresses could not: a set-up from its first day to its first night, and the acts of every page."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api_kit import Api, api
from desk_kit import somebody
from e2e.files import district
from homeroom.desk import layout_use
from homeroom.doors.api.problems import MEDIA
from homeroom.sync.house import opened
from sync_house import Pinewood, half, renamed, settings

P = "/districts/pinewood"
EXTRACT = "Person ID,First Name,Last Name,Birth Date,Building\n" + "".join(
    f"p{n},Given{n},Family{n},2010-01-0{n},s1\n" for n in range(1, 8)
)


def with_extract(files: dict[str, str]) -> dict[str, str]:
    """Files as Pinewood sends them: always with one that no layout knows."""
    return {**files, "roster_extract.csv": EXTRACT}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, Pinewood]]:
    """Pinewood with a night in which a row was refused and a file was unknown, and a second in which two students changed."""
    folder = tmp_path_factory.mktemp("acts")
    with opened(settings(folder / "data")) as house:
        pinewood = Pinewood.founded(house, folder)
        pinewood.source(layouts="oneroster-1.1")
        files = district()
        files["enrollments.csv"] += "e-x,,,k1,s1,u-404,student,false,2026-08-15,2027-06-10\n"
        pinewood.night(with_extract(files))
        pinewood.night(with_extract(renamed(3, 4)))
        with api(house) as made:
            yield made, pinewood


@pytest.fixture
def tokens(office: tuple[Api, Pinewood]) -> dict[str, str]:
    """The tokens of those who use it: an engineer, an operator, and the district's administrator with each kind of role."""
    made, _ = office
    bob = made.person("administrator", "bob@pinewood.example", districts=["pinewood"])
    own = {kind: made.token(bob, kind) for kind in ("plain", "records", "settings")}
    return {**own, "ada": made.token(made.person("engineer")), "operator": made.token(made.person("operator"), "settings")}


def refused(made: Api, token: str, method: str, path: str, **more: Any) -> tuple[int, str, str]:
    """Status, code and sentence of a problem."""
    answer = made.call(token, method, path, **more)
    assert answer.headers["content-type"] == MEDIA, answer.text
    told = answer.json()
    return answer.status_code, told["code"], told["detail"]


def parts(files: dict[str, str]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("files", (name, text.encode())) for name, text in files.items()]


def test_a_district_is_set_up_from_its_first_day_to_its_first_night(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    ada, home = tokens["ada"], "/districts/cedar/set-up"
    begun = made.ask(ada, "POST", "/set-ups", json={"district": "cedar", "name": "Cedar Hollow", "started": "2026-11-28"})
    assert (begun["state"], begun["day"], begun["current"]) == ("begun", 3, "kick-off")
    assert next((s["key"], s["owner"], s["due"], s["over"]) for s in begun["steps"]) == ("kick-off", "vendor", "2026-11-28", 2)
    assert len(begun["steps"]) == 9
    assert refused(made, ada, "POST", "/set-ups", json={"district": "cedar", "name": "Cedar Hollow"})[0] == 422

    sis = made.token(
        somebody(made.house, "administrator", "sis@cedar.example", now=made.now, districts=["cedar"]), "plain", "cedar"
    )
    lifted = made.token(made.person("engineer"), "settings", "cedar")
    source = made.ask(
        lifted, "POST", "/districts/cedar/sources", json={"kind": "upload", "settings": {"layouts": "oneroster-1.1"}}
    )
    sent = made.ask(sis, "POST", "/districts/cedar/uploads?wait=60", files=parts(district()))
    looked = made.ask(sis, "GET", f"/districts/cedar/imports/{sent['import']}")
    assert (looked["dry_run"], looked["revision_after"]) == (True, 0), "nothing is saved before both sides signed"
    assert "first real sync is approved" in refused(made, sis, "POST", f"/districts/cedar/imports/{sent['import']}/apply")[2]
    assert made.ask(sis, "GET", home)["current"] == "worksheet"

    made.ask(sis, "POST", f"{home}/messages", json={"text": "The pre-school stays out."})
    wrong = made.ask(sis, "PUT", f"{home}/worksheet", json={"totals": {"students": 5}, "schools": {"s1": {"Students": 10}}})
    assert (wrong["open"], wrong["answered_by"]) == (1, "sis@cedar.example by token plain")
    sheet = made.ask(sis, "GET", f"{home}/worksheet")
    assert sheet["schools"] == [["s1", "Oak School"], ["s2", "Elm School"]]
    assert set(sheet["questions"]) >= {"students", "staff"}
    assert sheet["answers"] == {"totals": {"students": 5}, "schools": {"s1": {"Students": 10}}}
    assert "no column" in refused(made, sis, "PUT", f"{home}/worksheet", json={"schools": {"s1": {"Pupils": 10}}})[2]
    assert "Some figures differ" in refused(made, sis, "POST", f"{home}/worksheet/sign", json={"mark": wrong["mark"]})[2]
    assert made.ask(ada, "GET", "/set-ups")[0]["setup"] == {
        "day": 3, "of": 14, "whose": "district", "due": "2026-12-09", "step": "Worksheet agreed"
    }  # fmt: skip
    key = next(line["key"] for line in wrong["lines"] if line["verdict"] == "mismatch")
    accepted = made.ask(ada, "POST", f"{home}/worksheet/accept", json={"figures": {key: "counted before the summer"}})
    assert accepted["open"] == 0

    book = openpyxl.load_workbook(BytesIO(made.call(sis, "GET", f"{home}/worksheet/sheet").content))
    book["Totals"]["B2"] = 20
    filled = BytesIO()
    book.save(filled)
    right = made.ask(sis, "PUT", f"{home}/worksheet/sheet", files=[("files", ("filled", filled.getvalue()))])
    assert (right["open"], right["import"]) == (0, sent["import"])
    assert made.ask(sis, "POST", f"{home}/worksheet/compare")["mark"] == right["mark"]

    assert "both sides sign" in refused(made, ada, "POST", f"{home}/approve")[2]
    assert "changed since" in refused(made, sis, "POST", f"{home}/worksheet/sign", json={"mark": wrong["mark"]})[2]
    made.ask(sis, "POST", f"{home}/worksheet/sign", json={"mark": right["mark"]})
    signed = made.ask(ada, "POST", f"{home}/worksheet/sign", json={"mark": right["mark"]})
    assert (signed["agreed"], set(signed["signed"])) == (True, {"vendor", "district"})
    assert "is over" in refused(made, ada, "PUT", f"{home}/training", json={"day": "2026-11-01"})[2]
    assert made.ask(ada, "PUT", f"{home}/training", json={"day": "2026-12-03"})["training"] == "2026-12-03"
    first = made.ask(ada, "POST", f"{home}/approve?wait=60")
    done = made.ask(sis, "GET", f"/districts/cedar/imports/{first['import']}")
    assert (first["status"], done["outcome"], done["revision_after"], done["source"]) == ("done", "success", 1, source["source"])
    assert (made.ask(sis, "GET", home)["state"], made.ask(sis, "GET", home)["current"]) == ("automatic", None)
    assert "approved already" in refused(made, sis, "POST", f"{home}/changes", json={"text": "Once more, please."})[2]
    assert "approved already" in refused(made, ada, "POST", f"{home}/approve")[2]
    acts = [row["act"] for row in made.ask(sis, "GET", "/districts/cedar/audit?limit=100")["rows"]]
    assert {
        "setup-begun",
        "worksheet-answered",
        "worksheet-accepted",
        "worksheet-signed",
        "training-set",
        "first-sync-approved",
    } <= set(acts)


def test_a_district_that_runs_by_itself_has_no_set_up(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    for path in ("set-up", "set-up/worksheet", "set-up/worksheet/sheet"):
        assert "has no set-up" in refused(made, tokens["plain"], "GET", f"{P}/{path}")[2]


def test_a_hold_among_all_districts_is_asked_about_approved_and_taken_back(
    office: tuple[Api, Pinewood], tokens: dict[str, str]
) -> None:
    made, pinewood = office
    held = pinewood.night(with_extract(half()))
    assert held.status == "waiting_for_approval"
    fleet = made.ask(tokens["ada"], "GET", "/fleet?state=waiting")
    assert ([d["district"] for d in fleet["districts"]], fleet["found"]) == (["pinewood"], 1)
    assert sum(fleet["chips"].values()) == fleet["known"]
    assert fleet["installation"] is not None
    assert made.ask(tokens["plain"], "GET", "/fleet")["installation"] is None
    assert [(d["district"], d["held"]) for d in made.ask(tokens["plain"], "GET", "/holds")] == [("pinewood", held.number)]
    assert "pinewood,Pinewood,waiting" in made.call(tokens["plain"], "GET", "/fleet/csv?name=pine").text
    assert "pinewood" not in made.call(tokens["plain"], "GET", "/fleet/csv?name=elsewhere").text

    asked = made.ask(tokens["plain"], "POST", f"{P}/imports/{held.number}/ask", json={"message": "Is Elm School closed?"})
    assert asked["status"] == "waiting_for_approval"
    hold = made.ask(tokens["plain"], "GET", f"{P}/imports/{held.number}/hold")
    assert next(s for s in hold["schools"] if s["school"] == "s2")["cells"][0]["removed"] == 11
    other = {"plan": "sha256:" + "0" * 64, "reason": "no such plan was ever shown"}
    for act in ("approve", "reject"):
        assert refused(made, tokens["settings"], "POST", f"{P}/imports/{held.number}/{act}", json=other)[:2] == (409, "stale")
    told = refused(
        made,
        tokens["settings"],
        "POST",
        f"{P}/imports/{held.number}/approve",
        json={**other, "plan": held.plan, "reason": "short"},
    )
    assert "10 characters" in told[2]
    after = made.ask(tokens["settings"], "POST", f"{P}/imports/{held.number}/approve", json={"plan": held.plan})["revision_after"]
    newest = {row["act"]: row for row in made.ask(tokens["plain"], "GET", f"{P}/audit?limit=10")["rows"]}
    assert newest["district-asked"]["reason"] == "Is Elm School closed?"
    assert newest["import-approved"]["reason"] == "to see why Foxglove is missing", "a program that gives none has its token's"

    operator = tokens["operator"]
    back = made.ask(operator, "GET", f"{P}/rollback?revision={after - 1}")
    assert (back["empty"], back["tables"]["users"]["restored"]) == (False, 11)
    wrong = {"revision": after - 1, "plan": "sha256:" + "0" * 64}
    assert refused(made, operator, "POST", f"{P}/rollback", json=wrong)[:2] == (409, "stale")
    again = made.ask(
        operator, "POST", f"{P}/rollback", json={**wrong, "plan": back["plan"], "reason": "Elm School is open after all"}
    )
    assert again["revision_after"] == after + 1
    assert made.ask(tokens["plain"], "GET", f"{P}/audit?act=rolled-back")["rows"][0]["reason"] == "Elm School is open after all"
    assert "no earlier revision" in refused(made, operator, "GET", f"{P}/rollback?revision=99")[2]


def test_the_log_and_the_rows_behind_a_report(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, pinewood = office
    log = made.ask(tokens["plain"], "GET", f"{P}/import-log?state=row_issues")
    assert ([e["number"] for e in log["entries"]], len(log["days"])) == ([1], 90)
    assert made.ask(tokens["plain"], "GET", f"{P}/import-log?first=2000-01-01&last=2000-01-02")["found"] == 0

    page = made.ask(tokens["plain"], "GET", f"{P}/imports/1/causes")
    line = next(f for f in page["files"] if f["report"]["name"] == "enrollments.csv")
    assert line["report"]["rows"] == line["report"]["accepted"] + line["report"]["refused"] + line["report"]["ignored"]
    assert (page["told"], page["keeps_until"] is not None) == ([], True)
    sheet = f"{P}/imports/1/causes/reference-unknown"
    assert "u-404" not in made.call(tokens["plain"], "GET", sheet).text
    assert "u-404" in made.call(tokens["records"], "GET", f"{sheet}?file=enrollments.csv").text
    assert refused(made, tokens["plain"], "GET", f"{P}/imports/1/causes/no-such-code")[0] == 404

    changed = f"{P}/imports/2/changes/users"
    bare = made.ask(tokens["plain"], "GET", changed)
    assert (bare["counts"], bare["rows"][0]["record"], bare["rows"][0]["fields"]) == (
        {"update": 2},
        None,
        {"givenName": [None, None]},
    )
    full = made.ask(tokens["records"], "GET", f"{changed}?verb=update")
    assert [(r["record"], r["fields"]["givenName"]) for r in full["rows"]] == [
        ("u3", ["Given3", "Other3"]),
        ("u4", ["Given4", "Other4"]),
    ]
    assert made.ask(tokens["records"], "GET", f"{changed}?verb=remove")["rows"] == []
    assert refused(made, tokens["plain"], "GET", f"{P}/imports/2/changes/nothing")[0] == 404

    running = pinewood.begin(with_extract(district()))
    stopped = made.ask(tokens["plain"], "POST", f"{P}/imports/{running}/stop")
    assert (stopped["outcome"], stopped["reason"]["code"]) == ("failed", "stopped")
    assert "does not run" in refused(made, tokens["plain"], "POST", f"{P}/imports/{running}/stop")[2]


def test_a_dry_run_and_then_the_same_files_in_earnest(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, pinewood = office
    readers = made.ask(tokens["plain"], "GET", f"{P}/uploads")
    assert ("users.csv" in readers[0]["reads"], readers[0]["kind"]) == (True, "upload")
    revision = pinewood.revision
    dry = made.ask(
        tokens["plain"], "POST", f"{P}/uploads?wait=60", files=parts(with_extract(renamed(5))), data={"dry_run": "true"}
    )
    assert pinewood.revision == revision
    real = made.ask(tokens["plain"], "POST", f"{P}/imports/{dry['import']}/apply?wait=60")
    assert (real["status"], pinewood.revision) == ("done", revision + 1)
    assert made.ask(tokens["plain"], "POST", f"{P}/imports/{dry['import']}/apply?wait=60")["import"] == real["import"]
    assert "no dry run" in refused(made, tokens["plain"], "POST", f"{P}/imports/1/apply")[2]


def test_layouts_as_the_console_works_with_them(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    plain, sets = tokens["plain"], f"{P}/layout-sets"
    shipped = made.ask(plain, "GET", "/layouts/oneroster-1.1/users")
    assert next(line for line in shipped["lines"] if line["target"] == "givenName")["columns"] == ["givenName"]
    assert refused(made, plain, "GET", "/layouts/oneroster-1.1/nothing")[0] == 404
    listed = made.ask(plain, "GET", sets)
    assert (listed["used"][0]["source"]["source"], listed["used"][0]["set"], listed["own"]) == (1, "oneroster-1.1", [])
    view = made.ask(plain, "GET", f"{sets}/oneroster-1.1/users")
    filled = next(line for line in view["lines"] if line["target"] == "givenName")
    assert (filled["filled"], filled["of"], view["log"][0]["rows"]) == (24, 24, 24)
    assert (
        refused(made, plain, "GET", f"{sets}/oneroster-1.1/nothing")[0]
        == refused(made, plain, "GET", f"{sets}/nothing")[0]
        == 404
    )

    shapes, values = (made.ask(tokens[k], "GET", f"{sets}/oneroster-1.1/users/rows/1") for k in ("plain", "records"))
    ids = [next(c["value"] for c in row["becomes"] if c["name"] == "givenName") for row in (shapes, values)]
    assert (shapes["values"], values["values"], ids[0]) == (
        False,
        True,
        "".join("X" if c.isupper() else "x" for c in ids[1] if c.isalpha()),
    )

    assert refused(made, plain, "POST", f"{sets}/oneroster-1.1/copy", json={})[:2] == (403, "needs-elevation")
    copy = made.ask(tokens["settings"], "POST", f"{sets}/oneroster-1.1/copy", json={"name": "pinewood-own"})
    assert (copy["version"], copy["note"]) == (1, "copied from oneroster-1.1")
    assert "already" in refused(made, tokens["settings"], "POST", f"{sets}/oneroster-1.1/copy", json={"name": "pinewood-own"})[2]
    texts = made.ask(plain, "GET", f"{P}/layouts/pinewood-own")["texts"]
    text = made.ask(plain, "GET", f"{sets}/pinewood-own/users")["text"]
    draft = {**texts, "users.toml": text + '[map]\ngivenName = "familyName"\n'}
    tried = made.ask(plain, "POST", f"{sets}/pinewood-own/try", json={"texts": draft})
    assert (tried["same"], tried["values"]) == (False, False)
    users = next(t for t in tried["tables"] if t["table"] == "users")
    assert (users["changed"], users["examples"]) == (24, [])
    shown = made.ask(tokens["records"], "POST", f"{sets}/pinewood-own/try", json={"texts": draft})
    assert next(t for t in shown["tables"] if t["table"] == "users")["examples"]
    broken = {**texts, "users.toml": "table = 1"}
    assert refused(made, plain, "POST", f"{sets}/pinewood-own/try", json={"texts": broken})[:2] == (422, "layout-faults")
    assert made.ask(plain, "GET", f"{sets}/pinewood-own")["versions"][0]["version"] == 1
    assert [own["set"] for own in made.ask(plain, "GET", sets)["own"]] == ["pinewood-own"]


def test_the_vendors_staff_see_shapes_until_the_district_turns_support_access_on(
    office: tuple[Api, Pinewood], tokens: dict[str, str]
) -> None:
    made, _ = office
    lifted = made.token(made.person("engineer"), "records")
    row, changed = f"{P}/layout-sets/oneroster-1.1/users/rows/1", f"{P}/imports/2/changes/users"
    assert (made.ask(lifted, "GET", row)["values"], made.ask(lifted, "GET", changed)["rows"][0]["record"]) == (False, None)
    assert refused(made, lifted, "POST", f"{P}/records/profile", json={"table": "users", "sourcedId": "u3"})[:2] == (
        403,
        "closed",
    )
    made.ask(tokens["plain"], "PUT", f"{P}/support", json={"hours": 1})
    assert (made.ask(lifted, "GET", row)["values"], made.ask(lifted, "GET", changed)["rows"][0]["record"]) == (True, "u3")
    assert made.ask(tokens["ada"], "GET", changed)["rows"][0]["record"] is None, "without the elevated role it opens nothing"
    made.ask(tokens["plain"], "DELETE", f"{P}/support")


def test_a_file_that_no_layout_knows(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    unknown = made.ask(tokens["plain"], "GET", f"{P}/unknown-files")
    assert [(u["file"], u["table"]) for u in unknown] == [("roster_extract.csv", "users")]
    proposed = made.ask(tokens["plain"], "GET", f"{P}/unknown-files/proposal?file=roster_extract.csv")
    assert (proposed["into"], proposed["copied"], proposed["faults"]) == ("pinewood-oneroster-1.1", "oneroster-1.1", [])
    assert refused(made, tokens["plain"], "GET", f"{P}/unknown-files/proposal?file=users.csv")[0] == 404
    saved = made.ask(tokens["settings"], "POST", f"{P}/unknown-files/accept", json={"file": "roster_extract.csv"})
    assert (saved["set"], saved["version"]) == ("pinewood-oneroster-1.1", 1)
    used = made.ask(tokens["settings"], "PATCH", f"{P}/sources/1", json={"settings": {"layouts": saved["set"]}})
    assert used["layouts"] == saved["set"]
    made.ask(tokens["settings"], "PATCH", f"{P}/sources/1", json={"settings": {"layouts": "oneroster-1.1"}})
    assert layout_use.own_sets(made.house, "pinewood")


def test_schools_that_step_out(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    schools = made.ask(tokens["plain"], "GET", f"{P}/schools/overview")
    oak = next(line for line in schools["lines"] if line["sis"] == "s1")
    assert (oak["state"], oak["students"], oak["classes"]) == ("taken", 10, 1)
    ignored = made.ask(tokens["settings"], "PUT", f"{P}/ignored-schools/s2")
    assert next(line["listed"] for line in ignored["lines"] if line["sis"] == "s2")
    assert ignored["rules"][0] == {
        "source": {"source": 1, "kind": "upload", "name": ignored["rules"][0]["source"]["name"]},
        "listed": ["s2"], "formula": None, "column": ignored["rules"][0]["column"],
    }  # fmt: skip
    assert "without spaces" in refused(made, tokens["settings"], "PUT", f"{P}/ignored-schools/s%202")[2]
    again = made.ask(tokens["settings"], "DELETE", f"{P}/ignored-schools/s2")
    assert not any(line["listed"] for line in again["lines"])


def test_a_source_as_its_page_shows_it(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    new = made.ask(tokens["settings"], "POST", f"{P}/sources", json={"kind": "sftp", "settings": {"name": "Nightly"}})
    path = f"{P}/sources/{new['source']}"
    access = made.ask(tokens["plain"], "GET", f"{path}/access")
    assert (access["account"]["username"], access["account"]["link"], access["account"]["logins"]) == (new["username"], None, [])
    assert access["account"]["fingerprints"] == new["fingerprints"]
    link = made.ask(tokens["settings"], "POST", f"{path}/hand-over")["link"]
    answer = made.call(tokens["settings"], "GET", f"{path}/access")
    waiting = answer.json()["account"]["link"]
    assert (waiting["by"], waiting["opened"]) == ("bob@pinewood.example by token settings", None)
    for secret in (link.rpartition("/")[2], new["password"], "sealed", "sha256", "hash"):
        assert secret not in answer.text
    known = {line["name"]: line for line in made.ask(tokens["plain"], "GET", f"{path}/settings")}
    assert (known["name"]["value"], known["name"]["is_set"], bool(known["remove_share"]["meaning"])) == ("Nightly", True, True)
    rested = made.ask(tokens["plain"], "PUT", f"{path}/rest", json={"until": "2026-12-20"})
    assert (rested["paused_until"], rested["state"]) == ("2026-12-20", "paused")
    assert "rest until a day" in refused(made, tokens["plain"], "PUT", f"{path}/rest", json={"until": "2026-11-01"})[2]
    assert made.ask(tokens["plain"], "DELETE", f"{path}/rest")["paused_until"] is None
    assert "not paused" in refused(made, tokens["plain"], "DELETE", f"{path}/rest")[2]
    fetched = {
        "kind": "powerschool",
        "settings": {"url": "https://sis.pinewood.example", "client_id": "c"},
        "secret": {"client_secret": "s3cret"},
    }
    inner = fetched | {"settings": {"url": "https://169.254.169.254", "client_id": "c"}}
    assert "public addresses only" in refused(made, tokens["settings"], "POST", f"{P}/sources", json=inner)[2]
    other = made.ask(tokens["settings"], "POST", f"{P}/sources", json=fetched)
    told = made.call(tokens["plain"], "GET", f"{P}/sources/{other['source']}/access")
    assert (told.json()["fetches"], told.json()["secret"], "s3cret" in told.text) == (True, True, False)
    for page in ("layout-sets", "schools/overview", "overview"):
        assert '"secret"' not in made.call(tokens["plain"], "GET", f"{P}/{page}").text, "a source is told by number and name"


def test_who_is_told_and_who_looks_after_a_district(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    assert made.ask(tokens["plain"], "GET", f"{P}/notices")["mine"] == ["failed", "held", "late"]
    chosen = made.ask(tokens["plain"], "PUT", f"{P}/notices", json={"told": ["late", "failed"]})
    assert (chosen["mine"], chosen["people"]) == (
        ["failed", "late"],
        [{"email": "bob@pinewood.example", "told": ["failed", "late"]}],
    )
    eve = made.token(made.person("school_viewer", "eve@pinewood.example", districts=["pinewood"], schools=["s1"]))
    assert made.ask(eve, "PUT", f"{P}/notices", json={"told": ["held"]}) == {"mine": ["held"], "people": None}
    assert refused(made, eve, "PUT", f"{P}/notices", json={"told": ["weather"]})[0] == 422
    made.ask(tokens["ada"], "PUT", f"{P}/notices", json={"told": ["failed"]})
    assert "engineer@" in str(made.ask(tokens["ada"], "GET", f"{P}/notices")["people"])
    assert "engineer@" not in str(made.ask(tokens["plain"], "GET", f"{P}/notices")), "whom the vendor tells is the vendor's"
    after = made.ask(tokens["ada"], "PUT", f"{P}/looked-after", json={"people": ["engineer@vendor.example"]})
    assert after["people"] == ["engineer@vendor.example"]
    assert (
        "none of the vendor"
        in refused(made, tokens["ada"], "PUT", f"{P}/looked-after", json={"people": ["bob@pinewood.example"]})[2]
    )
    mine = made.ask(tokens["ada"], "GET", "/fleet?looked_after=engineer@vendor.example")["districts"]
    assert [(d["district"], d["looked_after"]) for d in mine] == [("pinewood", ["engineer@vendor.example"])]
    assert made.ask(tokens["plain"], "GET", "/fleet")["districts"][0]["looked_after"] == []


def test_one_record_with_everything_around_it(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    which = {"table": "users", "sourcedId": "u3"}
    shown = made.ask(tokens["records"], "POST", f"{P}/records/profile", json=which)
    name = next(f for f in shown["fields"] if f["name"] == "givenName")
    assert (shown["sourced_id"], name["source"]["number_of_import"] is not None) == ("u3", True)
    assert any(d["before"] == "Given3" and d["now"] == "Other3" for event in shown["history"] for d in event["fields"])
    assert made.ask(tokens["plain"], "GET", f"{P}/audit?act=record-seen&limit=1")["rows"][0]["detail"]["record"] == shown["key"]
    assert refused(made, tokens["records"], "POST", f"{P}/records/profile", json={**which, "sourcedId": "u-404"})[0] == 404
    assert refused(made, tokens["plain"], "POST", f"{P}/records/profile", json=which)[:2] == (403, "needs-elevation")


def test_sessions_and_the_settings_of_the_installation(office: tuple[Api, Pinewood], tokens: dict[str, str]) -> None:
    made, _ = office
    leo = made.person("engineer", "leo@vendor.example")
    token = made.token(leo)
    mine = made.ask(token, "GET", "/sessions")
    assert len(mine) == 1
    others = made.ask(tokens["ada"], "GET", "/sessions")[0]["session"]
    assert refused(made, token, "DELETE", f"/sessions/{others}")[0] == 404, "of somebody else's session nothing is told"
    assert made.call(token, "DELETE", f"/sessions/{mine[0]['session']}").status_code == 204
    assert made.ask(token, "GET", "/sessions") == []
    told = {line["variable"]: line for line in made.ask(tokens["ada"], "GET", "/installation/settings")}
    assert told["HOMEROOM_HTTP_PORT"]["value"] == "0"
    assert all(line["value"] is None for line in told.values() if line["secret"])
    assert told["HOMEROOM_DATA"]["value"] == str(Path(made.house.settings.data))
