"""The one place through which every request goes: who, may they, is the form genuine, what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from console_kit import HERE, Browser, People, browser, console, house_with
from homeroom.doors.console import crossing, words
from homeroom.doors.console.answers import Again, Answer, Download, Goto, Notice, NotThere, Shown, Wrong
from homeroom.doors.console.app import Console
from homeroom.doors.console.asked import Asked
from homeroom.doors.console.page import Page
from homeroom.doors.console.sending import POLICY
from homeroom.roster.faults import Misuse, Refused, TryAgain
from homeroom.sync.house import House

GALLERY = Path(__file__).parent / "gallery"
SECRET = "Juniper-0042"
"""What a child's record would say: it may be in no log and in no address."""


def shown(asked: Asked) -> Answer:
    return Shown("gallery/plain.html", {"text": f"{asked.address} {asked.asked_for('q')}"})


def saved(asked: Asked) -> Answer:
    return Goto("/plain", Notice("ok", "Saved", f"{asked.form('name')} was saved."))


def fails(asked: Asked) -> Answer:
    raise ValueError(f"a value of {SECRET}")


def busy(asked: Asked) -> Answer:
    raise TryAgain("locked")


def misused(asked: Asked) -> Answer:
    if asked.form("how") == "refused":
        raise Refused("suddenly_empty", file="users.csv")
    if asked.form("how") == "wrong":
        raise Wrong(name="Say a little more.")
    raise Misuse("There is no school of that number.")


def absent(asked: Asked) -> Answer:
    raise NotThere


def rows(asked: Asked) -> Answer:
    def chunks() -> Iterator[bytes]:
        yield b"a,b\n"
        yield b""
        yield f"1,{words.speech().language}\n".encode()

    return Download("refused rows.csv", "text/csv; charset=utf-8", chunks())


def taken(asked: Asked) -> Answer:
    told = [{"name": f.name, "size": f.size, "there": f.path.read_bytes()[:20].decode()} for f in asked.files("file")]
    inside = all(f.path.is_relative_to(asked.house.settings.work) for f in asked.files("file"))
    return Shown("gallery/plain.html", {"text": json.dumps({"files": told, "inside": inside, "note": asked.form("note")})})


def elevate(asked: Asked) -> Answer:
    return Shown("gallery/elevate.html", {"to": asked.asked_for("to"), "kept": asked.kept})


def elevated(asked: Asked) -> Answer:
    return Again(asked.form("to"), asked.form("kept"))


def entered(asked: Asked) -> Answer:
    return Goto(asked.form("to", "/"), session="ada")


PAGES = (
    Page("/plain", "account", shown, saved, tab="districts"),
    Page("/fails", "account", fails, fails),
    Page("/busy", "account", busy, busy),
    Page("/form", "account", lambda asked: Shown("gallery/form.html"), misused),
    Page("/absent", "account", absent),
    Page("/rows.csv", "account", rows),
    Page("/files", "account", shown, taken, limit=3_000_000, files=True),
    Page("/districts/{slug}", "district.see", shown, tab="overview"),
    Page("/districts/{slug}/imports/{number:int}", "reports.see", shown, saved, post_act="holds.approve", tab="imports"),
    Page("/districts/{slug}/records", "records.see", shown),
    Page("/installation", "installation.see", shown),
    Page("/elevate", "account", elevate, elevated),
    Page("/sign-in", None, lambda asked: Shown("gallery/sign-in.html"), entered),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_with(tmp_path_factory.mktemp("house"), pinewood="Pinewood ISD", larkspur="Larkspur Valley Schools") as made:
        yield made


@pytest.fixture
def people() -> People:
    made = People(support={"pinewood"})
    made.add("ada", "operator")
    made.add("sis", "administrator", "pinewood", email="sis@pinewood.example")
    made.add("eye", "auditor")
    return made


@pytest.fixture
def app(house: House, people: People) -> Iterator[Console]:
    made = console(house, people, PAGES, templates=[GALLERY])
    yield made
    made.close()


@pytest.fixture
def ada(app: Console) -> Browser:
    return browser(app, "ada")


def test_nobody_hears_the_same_of_every_path(app: Console) -> None:
    for path in ("/plain", "/nowhere", "/districts/pinewood", "/districts/none"):
        answer = browser(app).get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?to={path}")
    assert browser(app).get("/").headers["location"] == "/sign-in"
    assert browser(app).post("/plain", {"name": "x"}).headers["location"] == "/sign-in?to=/plain"
    asked = browser(app).get("/plain?q=1&w=a%20b")
    assert asked.headers["location"] == "/sign-in?to=/plain%3Fq%3D1%26w%3Da%2520b"


def test_not_yours_and_not_there_are_the_same_bytes(app: Console) -> None:
    sis = browser(app, "sis")
    answers = [
        sis.get(path) for path in ("/districts/larkspur", "/districts/nobody", "/no/such/page", "/absent", "/installation")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert "Page not found" in answers[0].text
    assert "larkspur" not in answers[0].text.lower()
    posted = {sis.post(path).content for path in ("/districts/larkspur", "/no/such/page", "/installation")}
    assert posted == {answers[0].content}


def test_every_answer_has_the_headers(app: Console, ada: Browser) -> None:
    paths = ["/plain", "/nowhere", "/fails", "/busy", "/rows.csv", "/static/homeroom.css", "/static/none.css", "/districts/none"]
    for answer in [*(ada.get(path) for path in paths), browser(app).get("/plain"), ada.post("/plain", signed=False)]:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        if "/static/" not in str(answer.url):
            assert answer.headers["cache-control"] == "no-store"
    policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    assert policy == POLICY


def test_a_page_has_its_methods_only(ada: Browser) -> None:
    head = ada.ask("HEAD", "/plain")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len(ada.get("/plain").content)
    wrong = ada.ask("PUT", "/plain")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, POST")
    assert ada.post("/absent").headers["allow"] == "GET, HEAD"


def test_a_form_answers_303_and_its_notice_is_shown_once(ada: Browser) -> None:
    answer = ada.post("/plain", {"name": "Fern & Co"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/plain")
    assert "Fern" not in answer.headers["location"]
    page = ada.get("/plain").text
    assert "Fern &amp; Co was saved." in page
    assert 'role="status" tabindex="-1" data-focus' in page
    assert "was saved" not in ada.get("/plain").text


def test_a_notice_of_somebody_else_is_not_shown(app: Console, ada: Browser) -> None:
    ada.post("/plain", {"name": "Fern"})
    sis = browser(app, "sis")
    sis.cookies[crossing.NOTICE] = ada.cookies[crossing.NOTICE]
    assert "was saved" not in sis.get("/plain").text
    sis.cookies[crossing.NOTICE] = "bm90IG91cnM.x"
    assert sis.get("/plain").status_code == 200


@pytest.mark.parametrize(
    ("headers", "signed", "status"),
    [
        ({}, True, 303),
        ({}, False, 403),
        ({"sec-fetch-site": "cross-site"}, True, 403),
        ({"sec-fetch-site": "same-site"}, True, 403),
        ({"sec-fetch-site": "none"}, True, 403),
    ],
)
def test_a_form_must_be_ours(ada: Browser, headers: dict[str, str], signed: bool, status: int) -> None:
    assert ada.post("/plain", {"name": "x"}, headers=headers, signed=signed).status_code == status


@pytest.mark.parametrize(("origin", "status"), [(HERE, 303), ("null", 303), ("https://evil.example", 403), ("", 403)])
def test_without_fetch_metadata_the_origin_tells(ada: Browser, origin: str, status: int) -> None:
    data = {"name": "x", "csrf": crossing.token("ada")}
    assert ada.ask("POST", "/plain", data=data, headers={"origin": origin}).status_code == status


def test_a_token_belongs_to_its_session(app: Console, ada: Browser) -> None:
    sis = browser(app, "sis")
    assert sis.ask("POST", "/plain", data={"csrf": crossing.token("ada")}).status_code == 403
    assert sis.ask("POST", "/plain", data={"csrf": crossing.token("")}).status_code == 403
    assert crossing.token("ada") in ada.get("/plain").text


def test_signing_in_has_a_token_before_there_is_a_session(app: Console) -> None:
    somebody = browser(app)
    assert somebody.post("/sign-in", {"to": "/plain"}).status_code == 403
    page = somebody.get("/sign-in")
    assert page.status_code == 200
    assert crossing.token(somebody.cookies[crossing.BEFORE]) in page.text
    answer = somebody.post("/sign-in", {"to": "/plain"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/plain")
    assert "HttpOnly; SameSite=Lax" in answer.headers["set-cookie"]
    assert somebody.get("/plain").status_code == 200


def test_a_way_back_may_have_any_letters(app: Console) -> None:
    somebody = browser(app)
    somebody.get("/sign-in")
    answer = somebody.post("/sign-in", {"to": "/districts/pinewood?school=Sauzal ñ✓&x=%20"})
    assert answer.headers["location"] == "/districts/pinewood?school=Sauzal%20%C3%B1%E2%9C%93&x=%20"


def test_a_long_notice_still_fits_a_cookie(ada: Browser) -> None:
    ada.post("/plain", {"name": "x" * 9000})
    assert len(ada.cookies[crossing.NOTICE]) < 3900
    assert "xxx" in ada.get("/plain").text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", ""])
def test_nobody_is_sent_to_another_site(app: Console, to: str) -> None:
    somebody = browser(app)
    somebody.get("/sign-in")
    assert somebody.post("/sign-in", {"to": to}).headers["location"] == "/"


def test_by_https_cookies_are_tied_to_the_host(app: Console) -> None:
    answer = browser(app).get("/sign-in", scheme="https")
    assert answer.headers["set-cookie"].startswith(f"__Host-{crossing.BEFORE}=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert browser(app, "ada").get("/plain", scheme="https").status_code == 303, "a cookie without the prefix counts for nothing"


def test_the_elevated_role_is_asked_for(app: Console, people: People, ada: Browser) -> None:
    answer = ada.get("/districts/pinewood/records?found=abc")
    assert answer.headers["location"] == "/elevate?to=/districts/pinewood/records%3Ffound%3Dabc&for=records&in=pinewood"
    part = ada.get("/districts/pinewood/records", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"].partition("?")[0]) == (204, "/elevate")
    people.elevate("ada", "records", "pinewood")
    page = ada.get("/districts/pinewood/records").text
    assert "Elevated role: records of Pinewood ISD." in page
    assert "“Ticket 4471, a student is missing”. The district can read this." in page
    assert "Ends at 7:24 AM CST, in 12 minutes" in page
    assert 'action="/elevate/end"' in ada.get("/plain").text


def test_a_form_that_needs_the_role_comes_back_with_its_values(people: People, ada: Browser) -> None:
    path = "/districts/pinewood/imports/588"
    sent = {"reason": "This is <right>", "code": "123456", "many": ["a", "b"]}
    page = ada.post(path, sent)
    assert page.status_code == 403
    assert "123456" not in page.text
    kept = json.dumps({"reason": ["This is <right>"], "many": ["a", "b"]})
    answer = ada.post("/elevate", {"to": path, "kept": kept})
    assert 'name="reason" value="This is &lt;right&gt;"' in answer.text
    assert f'action="{path}"' in answer.text
    people.elevate("ada", "settings", "pinewood")
    assert ada.post(path, sent).status_code == 303


def test_closed_records_say_so(people: People, ada: Browser) -> None:
    people.support.clear()
    answer = ada.get("/districts/pinewood/records")
    assert answer.status_code == 403
    assert "Records are closed" in answer.text
    assert "Pinewood ISD has not turned support access on." in answer.text


def test_a_mistake_of_ours_has_a_code_and_tells_nothing(ada: Browser) -> None:
    with capture_logs() as logs:
        answer = ada.get(f"/fails?q={SECRET}")
        ada.post("/fails", {"name": SECRET})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    [first, second] = [line for line in logs if line["event"] == "request failed"]
    assert first["code"] in answer.text
    assert first["code"] != second["code"]
    assert first["error"] == "ValueError"
    assert any(at.startswith("test_wrapper.py:") for at in first["at"])
    assert SECRET not in str(logs)
    assert SECRET not in answer.text


def test_one_line_of_the_log_for_each_request(ada: Browser) -> None:
    with capture_logs() as logs:
        ada.get(f"/districts/pinewood/imports/1284?q={SECRET}")
        ada.get(f"/{SECRET}")
        ada.ask("BREW", "/plain")
    told = [(line["method"], line["route"], line["status"], line["role"]) for line in logs if line["event"] == "request"]
    assert told == [
        ("GET", "/districts/{slug}/imports/{number:int}", 200, "operator"),
        ("GET", "-", 404, "operator"),
        ("other", "/plain", 405, "operator"),
    ]
    assert SECRET not in str(logs)


def test_a_busy_store_asks_for_patience(ada: Browser) -> None:
    answer = ada.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Homeroom is being updated" in answer.text
    assert '<meta http-equiv="refresh" content="30">' in answer.text
    assert "http-equiv" not in ada.post("/busy").text, "a form is never sent again by itself"


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("misuse", "There is no school of that number."), ("refused", "users.csv"), ("wrong", "Say a little more.")],
)
def test_what_cannot_be_done_comes_back_with_the_form(ada: Browser, how: str, sentence: str) -> None:
    answer = ada.post("/form", {"how": how, "name": "Fern <b>", "password": "hunter2"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'role="status" tabindex="-1" data-focus' in answer.text
    assert 'value="Fern &lt;b&gt;"' in answer.text
    assert "hunter2" not in answer.text
    assert ('aria-invalid="true"' in answer.text) == (how == "wrong")


def test_a_file_is_sent_for_saving(ada: Browser) -> None:
    answer = ada.get("/rows.csv", headers={"accept-language": "en-GB"})
    assert answer.text == "a,b\n1,en-GB\n"
    assert answer.headers["content-disposition"].startswith('attachment; filename="refused rows.csv"')
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"


def test_uploads_lie_in_the_work_folder_and_are_gone_after(house: House, ada: Browser) -> None:
    big = b"last_name\n" + b"x" * 2_000_000
    files: Any = [("file", ("C:\\export\\users.csv", big)), ("file", ("classes.csv", b"id\n")), ("file", ("", b""))]
    answer = ada.post("/files", {"note": "for tonight"}, files=files)
    assert answer.status_code == 200
    told = json.loads(answer.text.partition("<pre>")[2].partition("</pre>")[0].replace("&#34;", '"'))
    assert told["note"] == "for tonight"
    assert told["inside"]
    assert [(f["name"], f["size"]) for f in told["files"]] == [("users.csv", len(big)), ("classes.csv", 3)]
    assert told["files"][0]["there"].startswith("last_name")
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []


def test_too_much_is_turned_away(house: House, ada: Browser) -> None:
    files: Any = [("file", ("users.csv", b"x" * 4_000_000))]
    answer = ada.post("/files", files=files)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert ada.post("/plain", {"name": "x" * 300_000}).status_code == 413
    assert ada.post("/plain", {f"n{i}": "x" for i in range(3000)}).status_code == 413
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []


def test_only_forms_are_taken(house: House, ada: Browser) -> None:
    files: Any = [("file", ("users.csv", b"x"))]
    assert ada.post("/plain", files=files).status_code == 415, "this page takes no files"
    assert ada.ask("POST", "/plain", json={"name": "x"}).status_code == 415
    assert (
        ada.ask("POST", "/plain", content=b"\xff", headers={"content-type": "application/x-www-form-urlencoded"}).status_code
        == 415
    )
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert ada.ask("POST", "/files", content=b"--y\r\n", headers=broken).status_code == 415
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []


def test_a_form_that_sends_no_token_in_a_large_upload_changes_nothing(house: House, ada: Browser) -> None:
    files: Any = [("file", ("users.csv", b"x" * 100_000))]
    assert ada.post("/files", files=files, signed=False).status_code == 403
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("kind", ["no token", "another's token", "another site"])
def test_the_body_of_a_forged_upload_is_not_read(house: House, app: Console, kind: str) -> None:
    """A page elsewhere could make a browser send gigabytes: what is not ours ends at its first file, or before."""
    token = {"no token": "", "another's token": crossing.token("eye"), "another site": crossing.token("ada")}[kind]
    field = f'--b\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="users.csv"\r\n\r\n'
    body = [field.encode(), head.encode(), *[b"x" * 10_000] * 100, b"\r\n--b--\r\n"]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.pop(0), "more_body": bool(body)}

    async def send(message: Any) -> None:
        sent.append(message)

    site = "cross-site" if kind == "another site" else "same-origin"
    headers = {
        "content-type": "multipart/form-data; boundary=b",
        "cookie": "homeroom=ada",
        "host": "console.example",
        "sec-fetch-site": site,
        "transfer-encoding": "chunked",
    }
    scope = {"type": "http", "method": "POST", "path": "/files", "query_string": b"", "scheme": "http", "client": ("::1", 1)}
    asyncio.run(app(scope | {"headers": [(k.encode(), v.encode()) for k, v in headers.items()]}, receive, send))
    assert sent[0]["status"] == 403
    assert (b"connection", b"close") in sent[0]["headers"]
    assert len(body) >= 101, "nothing was read beyond the head of the first file"
    assert [p for p in house.settings.work.rglob("*") if p.is_file()] == []
