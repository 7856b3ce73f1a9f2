"""Every address with every role and every kind of token: who may not know of something gets what a missing page gets.

The table is walked from the routes themselves, so an address that declares no act, or the wrong one, does not get by.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from api_kit import Api, api
from desk_kit import Somebody
from homeroom.desk import people, support, tokens
from homeroom.desk.acts import ACTS
from homeroom.doors.api.addresses import OPEN, ROOT
from homeroom.doors.api.app import bare
from homeroom.doors.api.routes import ActRoute, act_of
from homeroom.roster.faults import Misuse
from homeroom.sync import districts
from homeroom.sync.house import opened
from sync_house import SLUG, settings

ROUTES = [(str(found.path), found.original_route) for found in iter_route_contexts(bare().routes) if found.path not in OPEN]
STAFF = ("operator", "engineer")
SEES_ALL = (*STAFF, "auditor")
CARRIES = {
    "plain": (None, ()),
    "records": (("records", "pinewood"), ("pinewood",)),
    "settings": (("settings", "pinewood"), ("pinewood",)),
    "elsewhere": (("records", "larkspur"), ("larkspur",)),
    "installation": (("settings", None), ()),
}
"""Kind of token: the elevated role that it carries (kind, district), and what it is narrowed to."""
LETS_IN = ("people.invite", "district.invite")
"""Whoever is let in may do more than a plain token: it would give its thief an account."""
FOR_ALL_TOKENS = ("account", "fleet.see", "layouts.shipped")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Two districts that know nothing of each other; nobody has turned support access on."""
    with opened(settings(tmp_path_factory.mktemp("rights") / "data")) as house:
        districts.add(house, SLUG, "Pinewood", "UTC")
        districts.add(house, "larkspur", "Larkspur Valley", "UTC")
        with api(house) as made:
            yield made


@pytest.fixture(scope="module")
def persons(office: Api) -> dict[str, Somebody]:
    """One person of each role; those of a district are of Pinewood."""
    return {
        "operator": office.person("operator"),
        "engineer": office.person("engineer"),
        "auditor": office.person("auditor"),
        "administrator": office.person("administrator", "bob@pinewood.example", districts=["pinewood"]),
        "school_viewer": office.person("school_viewer", "eve@pinewood.example", districts=["pinewood"], schools=["s1"]),
    }


@pytest.fixture(scope="module")
def nothing(office: Api, persons: dict[str, Somebody]) -> tuple[int, bytes, list[tuple[str, str]]]:
    """What an address that does not exist answers."""
    return office.at_once(office.token(persons["operator"]), "GET", "/there/is/nothing")


def expected(act: str, role: str, kind: str, slug: str, support_on: bool) -> str:
    """What the decision "who may do what" says, in a word."""
    known, (carried, narrowed) = ACTS[act], CARRIES[kind]
    if role not in known.roles:
        return "hidden"
    if known.of_district:
        own = role in SEES_ALL or slug == "pinewood"
        if slug == "nowhere" or not own or (narrowed and slug not in narrowed):
            return "hidden"
        if known.support and role in STAFF and not support_on:
            return "closed"
    elif narrowed and act not in FOR_ALL_TOKENS:
        return "hidden"
    asks = "settings" if act in LETS_IN else known.asks
    if asks in ("records", "settings") and carried != (asks, slug if known.of_district else None):
        return "needs-elevation"
    return "allowed"


def filled(path: str, slug: str) -> str:
    """An address with the district in it, and with numbers and names that nothing has."""
    return re.sub(r"{.*?}", "99999", path.replace("{slug}", slug)).removeprefix(ROOT)


@pytest.mark.parametrize("kind", sorted(CARRIES))
def test_every_address_with_every_role(
    office: Api, persons: dict[str, Somebody], nothing: tuple[int, bytes, list[tuple[str, str]]], kind: str
) -> None:
    slug_of = {"elsewhere": "larkspur", "installation": None}
    for role, person in persons.items():
        if kind == "elsewhere" and role not in SEES_ALL:
            with pytest.raises(Misuse, match="There is no district"):
                office.token(person, "records", "larkspur")
            continue
        token = office.token(
            person, "plain" if kind == "plain" else (CARRIES[kind][0] or ("",))[0], slug_of.get(kind, "pinewood")
        )
        for method, template, act in walked():
            for slug in slugs_for(role, kind) if "{slug}" in template else ("",):
                path = filled(template, slug)
                got = office.at_once(token, method, path)
                wanted = expected(act, role, kind, slug, support_on=False)
                place = (method, path, role, kind, wanted, got[:2])
                if wanted == "hidden":
                    assert got == nothing, place
                elif wanted == "allowed":
                    assert got[0] in (200, 201, 202, 204, 422) or ("99999" in path and got == nothing), place
                else:
                    assert got[0] == 403, place
                    assert f'"code": "{wanted}"'.encode() in got[1], place


def slugs_for(role: str, kind: str) -> tuple[str, ...]:
    """The districts to ask about: one's own always; another's by those who are bound, and with the token that is another's."""
    if kind == "plain":
        return ("pinewood", "larkspur", "nowhere") if role in ("operator", "administrator") else ("pinewood", "larkspur")
    return ("pinewood", "larkspur") if kind == "elsewhere" else ("pinewood",)


def walked() -> Iterator[tuple[str, str, str]]:
    """Method, address and act of every address, each of which asks the desk by itself."""
    for path, route in ROUTES:
        assert path.startswith(ROOT + "/")
        assert isinstance(route, ActRoute), f"{path} does not ask the desk"
        act = act_of(route)
        assert ("{slug}" in path) == ACTS[act].of_district, f"{path} is not about what {act} is about"
        assert route.methods
        yield from ((method, path, act) for method in route.methods)


def test_support_access_opens_records_to_staff_with_the_elevated_role_and_to_nobody_else(
    office: Api, persons: dict[str, Somebody], nothing: tuple[int, bytes, list[tuple[str, str]]]
) -> None:
    bob = persons["administrator"]
    support.turn_on(office.house, bob.viewer(office.cookies[bob.person.email]), SLUG, 2, bob.code(), bob.now)
    try:
        for role, person in persons.items():
            for kind in ("plain", "records", "settings"):
                got = office.at_once(office.token(person, kind), "GET", "/districts/pinewood/locks")
                wanted = expected("records.see", role, kind, "pinewood", support_on=True)
                assert (got[0], wanted) in ((200, "allowed"), (404, "hidden"), (403, "needs-elevation")), (role, kind, got[:2])
    finally:
        support.turn_off(office.house, bob.viewer(office.cookies[bob.person.email]), SLUG, office.now)
    closed = office.call(office.token(persons["engineer"], "records"), "GET", "/districts/pinewood/locks")
    assert (closed.status_code, closed.json()["code"]) == (403, "closed")


@pytest.mark.parametrize("bad", [None, "hr_made-up", "made-up", "hr_" + "x" * 500, ""])
def test_without_a_good_token_every_address_is_the_same(office: Api, bad: str | None) -> None:
    unknown = office.call(bad, "GET", "/there/is/nothing")
    told = {office.at_once(bad, method, filled(path, "pinewood"), b'{"surely": "wrong"}')[:2] for method, path, _ in walked()}
    assert told == {(401, unknown.content)}
    assert unknown.headers["www-authenticate"].startswith("Bearer")


def test_a_token_that_was_revoked_or_is_over_or_whose_maker_was_shut_out_opens_nothing(office: Api) -> None:
    leo = office.person("engineer", "leo@vendor.example")
    viewer = leo.viewer(leo.sign_in())
    revoked, over, shut = (tokens.make(office.house, viewer, name, 30, leo.code(), leo.now) for name in ("a", "b", "c"))
    assert office.call(revoked.text, "DELETE", f"/tokens/{revoked.token.id}").status_code == 204
    assert office.call(revoked.text, "GET", "/me").status_code == 401
    before = office.now
    office.clock[0] = before + timedelta(days=31)
    assert office.call(over.text, "GET", "/me").status_code == 401
    office.clock[0] = before
    assert office.call(shut.text, "GET", "/me").status_code == 200
    people.disable(office.house, leo.person.id, who="tests", now=office.now)
    assert office.call(shut.text, "GET", "/me").status_code == 401


def test_a_stranger_learns_nothing_from_mistakes_in_a_body(office: Api, persons: dict[str, Somebody]) -> None:
    """Rights come before the body is looked at, whatever is in it."""
    token = office.token(persons["auditor"])
    for content in (b"{", b'{"name": 1}', b"\xff" * 10):
        answer = office.call(token, "PATCH", "/districts/pinewood", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 404


def test_nobody_gives_more_than_they_have(office: Api, persons: dict[str, Somebody]) -> None:
    ada, bob, operator = persons["engineer"], persons["administrator"], persons["operator"]
    high, own = office.token(ada, "settings", None), office.token(bob, "settings")
    new: dict[str, Any] = {"email": "zoe@vendor.example", "role": "operator"}
    refused = office.call(high, "POST", "/people", json=new)
    assert (refused.status_code, "operator" in refused.json()["detail"]) == (422, True)
    for path in (f"/people/{operator.person.id}/link", f"/people/{ada.person.id}/link"):
        assert office.call(high, "POST", path).status_code == 404, "nobody makes a link into an operator's or one's own account"
    shut = office.call(high, "PATCH", f"/people/{operator.person.id}", json={"disabled": True})
    assert shut.status_code == 404
    for role in ("operator", "engineer"):
        answer = office.call(own, "POST", "/districts/pinewood/people", json={"email": "x@y.example", "role": role})
        assert answer.status_code == 422
    mine = office.ask(own, "POST", "/districts/pinewood/people", json={"email": "mia@pinewood.example", "role": "administrator"})
    assert (mine["districts"], mine["link"].count("/once/")) == (["pinewood"], 1)
    elsewhere = office.person("administrator", "kim@larkspur.example", districts=["pinewood", "larkspur"])
    reach = office.call(own, "PATCH", f"/districts/pinewood/people/{elsewhere.person.id}", json={"disabled": True})
    assert reach.status_code == 404, "somebody of two districts is not one district's to shut out"
    listed = office.ask(office.token(bob), "GET", "/districts/pinewood/people")
    assert next(p for p in listed if p["email"] == "kim@larkspur.example")["districts"] == ["pinewood"]


def test_a_program_is_given_a_link_into_an_account_by_an_elevated_operator_alone(
    office: Api, persons: dict[str, Somebody]
) -> None:
    mia = office.person("administrator", "nia@pinewood.example", districts=["pinewood"])
    ada, operator = persons["engineer"], persons["operator"]
    path = f"/districts/pinewood/people/{mia.person.id}"
    for method, of in (("POST", f"{path}/link"), ("DELETE", f"{path}/code-generator")):
        refused = office.call(office.token(ada, "settings"), method, of)
        assert (refused.status_code, "Ask an operator" in refused.json()["detail"]) == (422, True)
        assert "/once/" not in refused.text
        elsewhere = office.call(office.token(operator, "settings", None), method, of.replace("/districts/pinewood", ""))
        assert (elsewhere.status_code, elsewhere.json()["district"]) == (403, "pinewood"), "the district reads the reason"
    assert office.ask(office.token(operator, "settings"), "POST", f"{path}/link")["link"].count("/once/") == 1
    assert office.ask(office.token(operator, "settings"), "DELETE", f"{path}/code-generator")["has_code"] is False


def test_a_stolen_plain_token_lets_nobody_in(office: Api, persons: dict[str, Somebody]) -> None:
    """A link that lets somebody in is an account: whoever opens it could take the elevated role that the token does not have."""
    mia = office.person("administrator", "mia@larkspur.example", districts=["larkspur"])
    kim = office.person("administrator", "kit@larkspur.example", districts=["larkspur"])
    number = mia.person.id
    new = {"email": "thief@elsewhere.example", "role": "administrator", "districts": ["larkspur"]}
    before = len(people.listed(office.house))
    for who, base in ((persons["operator"], ""), (persons["operator"], "/districts/larkspur"), (kim, "/districts/larkspur")):
        stolen = office.token(who)
        body = new if not base else {name: new[name] for name in ("email", "role")}
        calls = (
            ("POST", "/people", body),
            ("POST", f"/people/{number}/link", None),
            ("PATCH", f"/people/{number}", {"disabled": True}),
        )
        for method, path, sent in calls:
            answer = office.call(stolen, method, base + path, json=sent)
            assert (answer.status_code, answer.json()["code"]) == (403, "needs-elevation"), (method, base + path)
            assert answer.json()["kind"] == "settings"
    assert len(people.listed(office.house)) == before
    assert not people.listed(office.house, "larkspur")[0].disabled


def test_a_large_form_is_not_read_where_none_is_taken(office: Api, persons: dict[str, Somebody]) -> None:
    """Forms may be as large as they like where files are taken; anywhere else one would fill the memory."""
    token = office.token(persons["administrator"], "settings")
    for kind in (b"multipart/form-data; boundary=x", b"multipart/form-data-not; boundary=x", b"Multipart/Form-Data ;boundary=x"):
        taken, sent = [0], list[Any]()

        async def receive(taken: list[int] = taken) -> dict[str, Any]:
            taken[0] += 1
            return {"type": "http.request", "body": b"x" * (1 << 20), "more_body": taken[0] < 64}

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", kind), (b"transfer-encoding", b"chunked")]
        path = f"{ROOT}/districts/pinewood"
        scope = {
            "type": "http",
            "method": "PATCH",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": headers,
        }
        office.loop.run_until_complete(
            office.door({**scope, "client": ("127.0.0.1", 1), "app": None, "state": {}}, receive, send)
        )
        assert sent[0]["status"] in (413, 422)
        assert taken[0] <= 33, "what is more than a body may be is drained up to a limit, and held by nobody"


def test_moments_at_the_ends_of_the_calendar_are_moments(office: Api, persons: dict[str, Somebody]) -> None:
    token = office.token(persons["administrator"])
    for ends in ("since=0001-01-01T00:00:00%2B14:00", "until=9999-12-31T23:59:59-12:00", "since=9999-12-31T00:00:00"):
        assert office.call(token, "GET", f"/districts/pinewood/audit?{ends}").status_code == 200, ends
    for days in ("first=0001-01-01", "last=9999-12-31"):
        assert office.call(token, "GET", f"/imports?{days}").status_code == 200, days
