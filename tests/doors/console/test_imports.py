"""The pages of imports over the real desk: log, report, hold and its decision, rows, changes, downloads; who sees what of them."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator

import httpx2
import pytest

from console_kit import Browser
from console_world import World, world
from e2e.files import district, write
from homeroom.desk import support
from homeroom.desk.hold_view import hold_view
from homeroom.doors.console import crossing
from homeroom.doors.console.answers import Live
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.pages import PAGES, import_page
from homeroom.roster.faults import TryAgain
from homeroom.sync import imports, intake
from sync_house import half, renamed

PINEWOOD = "/districts/pinewood/imports"
LARKSPUR = "/districts/larkspur/imports"
OURS = {"districts": ("pinewood",)}
SECRET = "u-404"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """With a third night in Pinewood: a new student, another name, and an enrollment of nobody."""
    with world(tmp_path_factory.mktemp("imports")) as made:
        files = renamed(3)
        files["users.csv"] = district(21)["users.csv"].replace("Given3,", "Other3,")
        files["enrollments.csv"] += f"e900,,,k1,s1,{SECRET},student,false,,\n"
        made.night("pinewood", files)
        yield made


def browser(place: World, role: str, elevated: tuple[str, str] | None = None, **more: object) -> Browser:
    """Somebody's browser, with the elevated role of that kind in that district."""
    cookie = place.cookie(role, **more)
    if elevated is not None:
        place.who(role, **more).elevated(cookie, *elevated)
    return Browser(place.console(), {crossing.SESSION: cookie})


def code(place: World, role: str, **more: object) -> str:
    """The next code of somebody, at the console's time."""
    person = place.who(role, **more)
    person.now = max(each.now for each in place.people.values())
    return person.code()


def words(answer: httpx2.Response) -> str:
    """The text of a page."""
    main = answer.text[answer.text.index("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def rows(answer: httpx2.Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_log_lists_every_attempt_with_its_filters(place: World) -> None:
    page = browser(place, "administrator", **OURS).get(PINEWOOD)
    assert page.status_code == 200
    assert re.findall(rf'href="{PINEWOOD}/(\d+)"', page.text) == ["3", "2", "1"]
    assert 'id="days-table"' in page.text
    assert 'data-rows="' in page.text
    some = browser(place, "administrator", **OURS)
    assert re.findall(rf'href="{PINEWOOD}/(\d+)"', some.get(f"{PINEWOOD}?state=row_issues").text) == ["3", "2"]
    assert "No import matches." in words(some.get(f"{PINEWOOD}?state=failed&first=2026-01-01&source=x&page=9"))


def test_the_report_adds_up_and_says_what_to_mend(place: World) -> None:
    visitor = browser(place, "administrator", **OURS)
    page = visitor.get(f"{PINEWOOD}/3")
    told = words(page)
    report = imports.report(place.house, "pinewood", 3)
    total, taken = sum(f.rows for f in report.files), sum(f.accepted for f in report.files)
    assert f"{taken} of {total} rows were taken in; 1 were refused" in told
    assert "One enrollment names a person that is not there" in told
    assert SECRET in told
    assert "same 1 as last night" in told
    assert re.search(r"All files \d+ \d+ 1 0", told)
    only = words(visitor.get(f"{PINEWOOD}/3?kind=taken"))
    assert "person that is not there" not in only
    assert "No issue matches." in words(visitor.get(f"{PINEWOOD}/3?file=classes.csv&kind=refused"))
    assert visitor.get(f"{PINEWOOD}/99").status_code == 404


def test_rows_of_a_cause_and_their_sheet(place: World) -> None:
    visitor = browser(place, "administrator", **OURS)
    page = visitor.get(f"{PINEWOOD}/3")
    links = {
        html.unescape(link)
        for link in re.findall(rf'href="({PINEWOOD}/3/issues/[^"]+)"', page.text)
        if "reference-unknown" in link
    }
    listed, sheet = sorted(links, key=lambda link: "rows.csv" in link)
    assert SECRET in words(visitor.get(listed))
    answer = visitor.get(sheet)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *lines = rows(answer)
    assert [dict(zip(head, line, strict=True))["value"] for line in lines] == [SECRET]
    assert visitor.get(f"{PINEWOOD}/3/issues/no-such-code").status_code == 404


def test_refused_rows_are_the_rows_as_they_were_sent(place: World) -> None:
    visitor = browser(place, "administrator", **OURS)
    head, *lines = rows(visitor.get(f"{PINEWOOD}/3/refused/1"))
    assert (head[0], head[-4:]) == ("sourcedId", ["_line", "_code", "_what_happened", "_what_to_do"])
    assert [line[0] for line in lines] == ["e900"]
    assert visitor.get(f"{PINEWOOD}/3/refused/2").status_code == 404


def test_an_original_asks_for_the_elevated_role_and_comes_whole(place: World) -> None:
    plain = browser(place, "administrator", **OURS).get(f"{PINEWOOD}/3/originals/1")
    assert plain.headers["location"].startswith("/elevate?to=/districts/pinewood/imports/3/originals/1&for=records")
    answer = browser(place, "administrator", ("records", "pinewood"), **OURS).get(f"{PINEWOOD}/3/originals/1")
    assert answer.status_code == 200
    assert b"sourcedId" in answer.content


def test_changes_of_a_table_with_values_for_those_who_may(place: World) -> None:
    visitor = browser(place, "administrator", **OURS)
    told = words(visitor.get(f"{PINEWOOD}/3/changes/users"))
    assert "Given3 → Other3" in told
    assert "u21" in told
    assert "All 2 Added 1 Updated 1" in told
    assert "Family21" not in told  # the name of a record asks for the elevated role; what changed does not
    opened = browser(place, "administrator", ("records", "pinewood"), **OURS).get(f"{PINEWOOD}/3/changes/users")
    assert "Given21 Family21" in words(opened)
    assert re.search(r"/districts/pinewood/records/users/[A-Za-z0-9_=-]{20,}", opened.text)
    assert visitor.get(f"{PINEWOOD}/3/changes/users?verb=remove").status_code == 200
    assert visitor.get(f"{PINEWOOD}/3/changes/nothing").status_code == 404
    read = [row.actor for row in place.house.stores.control.audit.last(200, "pinewood") if row.action == "changes-read"]
    assert "administrator@pinewood.example" in read, "the district reads who saw values"
    assert "Other3" not in browser(place, "operator").get(f"{PINEWOOD}/3/changes/users").text
    assert len(read) == sum(row.action == "changes-read" for row in place.house.stores.control.audit.last(200, "pinewood"))


def test_staff_and_auditors_see_no_value_and_are_told_what_opens_them(place: World) -> None:
    for role, said in (("operator", "has not turned support access on"), ("auditor", "Values of rows are not shown to you.")):
        visitor = browser(place, role)
        for path in ("/3", "/3/issues/reference-unknown", "/3/issues/reference-unknown/rows.csv", "/3/changes/users"):
            answer = visitor.get(PINEWOOD + path)
            assert answer.status_code == 200, path
            assert SECRET not in answer.text, path
        assert said in words(visitor.get(f"{PINEWOOD}/3"))
        assert visitor.get(f"{PINEWOOD}/3/refused/1").status_code == 422
    bob = place.who("administrator", **OURS)
    support.turn_on(place.house, bob.viewer(bob.sign_in()), "pinewood", 1, bob.code(), bob.now)
    assert "Show values" in words(browser(place, "operator").get(f"{PINEWOOD}/3"))
    assert SECRET in browser(place, "operator", ("records", "pinewood")).get(f"{PINEWOOD}/3").text


def test_a_school_viewer_sees_the_rows_of_the_own_school_only(place: World) -> None:
    elsewhere = browser(place, "school_viewer", districts=("pinewood",), schools=("s2",))
    told = words(elsewhere.get(f"{PINEWOOD}/3"))
    assert "The roster is up to date." in told
    assert SECRET not in told
    assert "rows were taken in" not in told
    assert "Sync report, file by file" not in told
    assert elsewhere.get(PINEWOOD).status_code == 200
    assert 'id="days-table"' not in elsewhere.get(PINEWOOD).text
    assert elsewhere.get(f"{PINEWOOD}/3/changes/users").status_code == 404


def test_what_to_do_names_settings_as_their_page_does(place: World) -> None:
    files = district(21)
    files["users.csv"] += "t9,,,true,s1,wizard,t9,,Wim,Zard,,,,,,,,\n"
    made = place.night("goldenrod", files, dry_run=True)
    told = words(browser(place, "operator").get(f"/districts/goldenrod/imports/{made.number}"))
    assert "or let it pass (“Keep unknown”)." in told
    assert "`" not in told
    assert "Schools that do not match yet" not in told, "no school was declared, so all are taken as they are"


def test_a_school_viewer_is_invited_by_the_names_of_schools(place: World) -> None:
    bob = browser(place, "administrator", **OURS)
    page = bob.get("/districts/pinewood/access").text
    assert "Invite somebody" in page
    assert re.findall(r'name="schools" value="(s\d)"> ([\w ]+)<', page) == [("s2", "Elm School"), ("s1", "Oak School")]
    given = {"email": "vera@pinewood.example", "role": "school_viewer", "schools": "s2"}
    answer = bob.post("/districts/pinewood/access/people", given | {"code": code(place, "administrator", **OURS)})
    assert "Send this link" in words(answer)
    assert "School viewer · Elm School" in words(answer)
    assert 'value="vera@pinewood.example"' not in answer.text, "the form is empty for the next one"


def test_an_auditor_lands_on_the_audit(place: World) -> None:
    answer = browser(place, "auditor").get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/audit")


def test_the_district_s_own_people_are_not_told_to_ask_the_district(place: World) -> None:
    ours = words(browser(place, "administrator", districts=("larkspur",)).get(f"{LARKSPUR}/2"))
    assert "Ask a colleague first" in ours
    assert "the district" not in ours.partition("Your decision")[2].partition("6-digit code")[0].replace(
        "The district can read this", ""
    )
    assert "Ask the district first" in words(browser(place, "engineer").get(f"{LARKSPUR}/2"))


def test_a_failed_import_says_what_to_do(place: World) -> None:
    told = words(browser(place, "operator").get("/districts/saltgrass/imports/2"))
    assert "Nothing was changed." in told
    assert "What to do" in told
    assert "Apps keep the roster of" in told


def test_a_dry_run_offers_to_import_the_files(place: World) -> None:
    made = place.night("goldenrod", district(3), dry_run=True)
    page = browser(place, "operator").get(f"/districts/goldenrod/imports/{made.number}")
    assert "This was a dry run. Nothing was saved." in words(page)
    assert f'action="/districts/goldenrod/upload/{made.number}/apply"' in page.text


def test_a_hold_is_understood_asked_about_and_rejected(place: World) -> None:
    visitor = browser(place, "engineer")
    page = visitor.get(f"{LARKSPUR}/2")
    told = words(page)
    shown = hold_view(place.house, place.who("engineer").viewer(visitor.cookies[crossing.SESSION]), "larkspur", 2)
    assert "Nothing has changed yet. This import would remove 11 people" in told
    assert "Likely cause:" in told
    assert "Elm School" in told
    assert f'name="plan" value="{shown.plan}"' in page.text
    answer = visitor.post(f"{LARKSPUR}/2", {"decision": "ask", "plan": shown.plan, "message": "Is Elm School closed?"})
    assert answer.status_code == 303
    assert "Is Elm School closed?" in words(visitor.get(f"{LARKSPUR}/2"))
    wrong = visitor.post(
        f"{LARKSPUR}/2", {"decision": "reject", "plan": shown.plan, "message": "Send it again", "code": "000000"}
    )
    assert (wrong.status_code, "did not match" in words(wrong)) == (422, True)
    assert "Send it again" in wrong.text
    assert visitor.post(f"{LARKSPUR}/2", {"plan": shown.plan}).status_code == 422
    form = {"decision": "reject", "plan": shown.plan, "message": "Elm School is missing.", "code": code(place, "engineer")}
    answer = visitor.post(f"{LARKSPUR}/2", form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LARKSPUR}/2")
    told = words(visitor.get(f"{LARKSPUR}/2"))
    assert "The district is told why." in told
    assert "Failed: rejected" in told
    assert "Rejected by engineer@vendor.example. The reason: “Elm School is missing.”" in told
    assert place.house.stores.control.audit.last(1, "larkspur")[0].detail["reason"] == "Elm School is missing."


def test_who_is_the_district_reads_nothing_of_a_district_that_is_told(place: World) -> None:
    number = place.night("larkspur", half()).number
    visitor = browser(place, "administrator", districts=("larkspur",))
    plan = re.search(r'name="plan" value="([^"]+)"', visitor.get(f"{LARKSPUR}/{number}").text)
    assert plan
    key = code(place, "administrator", districts=("larkspur",))
    form = {"decision": "reject", "plan": plan[1], "message": "I send it again.", "code": key}
    assert visitor.post(f"{LARKSPUR}/{number}", form).status_code == 303
    told = words(visitor.get(f"{LARKSPUR}/{number}"))
    assert "The district is told why" not in told
    assert "Your message is in the report, and the people of your district get it." in told


def test_an_approval_needs_the_role_the_number_a_reason_and_the_plan_that_was_shown(place: World) -> None:
    number = place.night("larkspur", half()).number
    here = f"{LARKSPUR}/{number}"
    visitor = browser(place, "operator")
    plan = re.search(r'name="plan" value="([^"]+)"', visitor.get(here).text)
    assert plan
    form = {"decision": "approve", "plan": plan[1], "sure": "11", "reason": "Elm School is closed since Friday."}
    asked = visitor.post(here, form)
    assert (asked.status_code, "elevated role" in words(asked)) == (403, True)
    visitor = browser(place, "operator", ("settings", "larkspur"))
    for more, said in (
        ({"sure": "12"}, "not the number in the plan"),
        ({"reason": "yes"}, "Say in a sentence why"),
    ):
        answer = visitor.post(here, form | more)
        assert (answer.status_code, said in words(answer)) == (422, True)
    answer = visitor.post(here, form | {"plan": "sha256:" + "0" * 64})
    assert answer.status_code == 303
    assert "The plan changed since you looked" in words(visitor.get(here))
    assert imports.report(place.house, "larkspur", number).status == "waiting_for_approval"
    assert visitor.post(here, form | {"sure": "11 people"}).status_code == 303
    told = words(visitor.get(here))
    assert "The plan was applied" in told
    assert imports.report(place.house, "larkspur", number).outcome == "success"
    row = next(r for r in place.house.stores.control.audit.last(5, "larkspur") if r.action == "import-approved")
    assert row.detail["reason"] == "Elm School is closed since Friday."

    assert "Go back to revision 1" in told
    back = visitor.get(f"{here}/back")
    assert "restored" in words(back)
    assert "0 unchanged" not in words(back), "most of each table stays as it is, and the page says how much"
    plan = re.search(r'name="plan" value="([^"]+)"', back.text)
    assert plan
    assert visitor.post(f"{here}/back", {"plan": plan[1], "reason": "no"}).status_code == 422
    gone = visitor.post(f"{here}/back", {"plan": plan[1], "reason": "Elm School opens again."})
    assert gone.status_code == 303
    assert "equals revision 1" in words(visitor.get(gone.headers["location"]))


def test_a_plan_that_was_overtaken_is_not_applied(place: World) -> None:
    number = place.night("larkspur", half()).number
    here = f"{LARKSPUR}/{number}"
    visitor = browser(place, "operator", ("settings", "larkspur"))
    plan = re.search(r'name="plan" value="([^"]+)"', visitor.get(here).text)
    assert plan
    newer = place.night("larkspur", district(21))
    form = {"decision": "approve", "plan": plan[1], "sure": "11", "reason": "Elm School is closed since Friday."}
    assert visitor.post(here, form).status_code == 303
    page = visitor.get(here)
    assert "New files came at" in words(page)
    assert "This plan was not applied." in words(page)
    assert f'href="{LARKSPUR}/{newer.number}"' in page.text


def test_a_running_import_shows_its_progress_lives_and_can_be_stopped(place: World) -> None:
    files = write(place.folder / "running", renamed(4))
    number = intake.hand_in(
        place.house, "goldenrod", files, trigger="upload", layouts=None, source=None, kind="continuous", dry_run=False, now=None
    )
    here, seen = f"/districts/goldenrod/imports/{number}", []
    visitor = browser(place, "operator")
    parts: list[str] = []

    def look(step: str) -> None:
        if step == "check":
            seen.append(visitor.get(here))
            view = Asked(
                place.house, None, next(p for p in PAGES if p.path.endswith("/live")), "GET", f"{here}/live",
                {"slug": "goldenrod", "number": str(number)}, {}, place.now, place.who("operator").viewer(visitor.cookies[crossing.SESSION]), "",
            )  # fmt: skip
            live = import_page.live(view)
            assert isinstance(live, Live)
            parts.extend(part.event for part in (live.look(), live.look()) if part is not None)
            assert visitor.post(f"{here}/stop").status_code == 303

    with pytest.raises(TryAgain):
        imports.run(place.house, "goldenrod", number, tell=look)
    page = seen[0]
    assert "<progress" in page.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text
    assert f'sse-connect="{here}/live"' in page.text
    assert "You can leave this page." in words(page)
    assert parts == ["step", "progress"]
    assert "Stopped by operator@vendor.example." in words(visitor.get(here))
    stream = visitor.get(f"{here}/live")
    assert stream.text.startswith("event: done\ndata: ")
    assert f'hx-get="{here}"' in stream.text
