"""Faults on demand, alone and together, and what the log tells of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from homeroom.roster.faults import Misuse
from homeroom.simulator.powerschool import faults
from pretend import Caller, pretend

LIST = "/ws/v1/district/student"


@pytest.fixture(scope="module")
def shared() -> Iterator[Caller]:
    with pretend(300) as caller:
        yield caller


@pytest.fixture
def server(shared: Caller) -> Iterator[Caller]:
    yield shared
    shared.steer("faults", {"faults": []})
    shared.steer("plugin", {"v1": "FULL", "enabled": True, "fields": "all", "life": 2_504_956, "expires_in": "text"})
    shared.sign_in()


def statuses(server: Caller, count: int, path: str = LIST) -> list[int]:
    return [server.call("GET", path).status_code for _ in range(count)]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_every_nth_call_is_refused(server: Caller, status: int) -> None:
    assert server.steer("faults", {"faults": [f"{status}:3"]})["faults"] == [f"{status}:3"]
    assert statuses(server, 6) == [200, 200, status, 200, 200, status]


def test_too_many_calls_say_when_to_come_again(server: Caller) -> None:
    server.steer("faults", "429:1")
    answer = server.call("GET", LIST)
    assert answer.headers["retry-after"] == "2"
    assert answer.json() == {"message": "Too many requests. Try again in 2 seconds."}
    assert server.http.get("/ws/v1/metadata").status_code == 429, "every call counts"


def test_a_page_of_maintenance_comes_under_200(server: Caller) -> None:
    server.steer("faults", ["html:2"])
    good, bad = server.call("GET", LIST), server.call("GET", LIST)
    assert good.headers["content-type"] == "application/json"
    assert (bad.status_code, bad.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "PowerSchool page unavailable" in bad.text


@pytest.mark.parametrize("path", [LIST, "/ws/schema/query/org.example.rosterhub.roster.classes?pagesize=0"])
def test_answers_are_empty_or_cut_in_half(server: Caller, path: str) -> None:
    method = "GET" if path == LIST else "POST"
    whole = server.call(method, path, {}).content
    server.steer("faults", ["emptybody:2", "truncate:3"])
    answers = [server.call(method, path, {}) for _ in range(3)]
    assert [a.content for a in answers] == [whole, b"", whole[: len(whole) // 2]]
    assert [a.status_code for a in answers] == [200, 200, 200]


def test_what_was_asked_for_has_happened_when_the_answer_is_lost(server: Caller) -> None:
    dcid = server.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 1")[0][0]
    record = {"client_uid": "1", "action": "UPDATE", "id": dcid, "contact": {"mother": "Lost, Answer"}}
    server.steer("faults", "emptybody:1")
    assert server.call("POST", "/ws/v1/student", {"students": {"student": record}}).content == b""
    assert server.sql("SELECT Mother FROM Students WHERE DCID = ?", dcid) == [("Lost, Answer",)]
    server.steer("faults", "500:1")
    record["contact"] = {"mother": "Never, Written"}
    assert server.call("POST", "/ws/v1/student", {"students": {"student": record}}).status_code == 500
    assert server.sql("SELECT Mother FROM Students WHERE DCID = ?", dcid) == [("Lost, Answer",)]


def test_a_token_expires_after_so_many_calls_and_a_new_one_is_another(server: Caller) -> None:
    server.steer("faults", "expire:3")
    server.world.tokens.revoke()
    server.sign_in()
    old = server.token
    assert statuses(server, 4) == [200, 200, 200, 401]
    assert 'error="invalid_token"' in server.call("GET", LIST).headers["www-authenticate"]
    server.sign_in()
    assert server.token != old
    assert server.call("GET", LIST).status_code == 200


def test_a_token_lives_as_long_as_it_is_told_to(server: Caller) -> None:
    server.steer("plugin", {"life": 1, "expires_in": "number"})
    answer = server.http.post(
        "/oauth/access_token", data={"grant_type": "client_credentials"}, headers={"Authorization": server.basic()}
    )
    assert answer.json()["expires_in"] == 1
    clock = server.world.tokens.clock
    server.token = answer.json()["access_token"]
    assert server.call("GET", LIST).status_code == 200
    server.world.tokens.clock = lambda: clock() + 2
    try:
        assert server.call("GET", LIST).status_code == 401
    finally:
        server.world.tokens.clock = clock


@pytest.mark.parametrize("path", [LIST, "/ws/schema/table/students?projection=dcid"])
def test_the_maximum_of_a_page_falls_and_metadata_says_so(server: Caller, path: str) -> None:
    server.steer("faults", "maxpage:20")
    limits = server.get("/ws/v1/metadata")["metadata"]
    assert limits["student_max_page_size"] == limits["schema_table_query_max_page_size"] == 20
    body = server.get(path, pagesize=100) if path == LIST else server.get(path)
    assert len(body["students"]["student"] if path == LIST else body["record"]) == 20
    server.steer("faults", ["maxpage:20", "overmax"])
    assert server.call("GET", LIST, pagesize=21).status_code == 400
    assert server.call("GET", LIST, pagesize=20).status_code == 200


def test_counts_do_not_come(server: Caller) -> None:
    server.steer("faults", "nocount")
    assert server.call("GET", LIST + "/count").status_code == 404
    assert server.call("GET", "/ws/schema/table/students/count").status_code == 404
    name = "/ws/schema/query/com.pearson.core.student.student_dcid_id_map"
    assert server.call("POST", name + "/count", {}).status_code == 404
    assert "count" not in server.post(name, count="true")


@pytest.mark.parametrize("fault", ["shift", "dupe"])
def test_rows_slip_between_pages_and_who_asks_again_gets_the_right_page(server: Caller, fault: str) -> None:
    right = [d for (d,) in server.sql("SELECT DCID FROM Students ORDER BY DCID")]

    def page(number: int) -> list[int]:
        return [s["id"] for s in server.get(LIST, page=number, pagesize=50)["students"]["student"]]

    server.steer("faults", fault)
    first, second, third = page(1), page(2), page(3)
    assert first == right[:50]
    assert second == right[50:100], "every second further page is struck"
    assert third == (right[101:151] if fault == "shift" else right[99:149])
    assert page(3) == right[100:150]


def test_queries_slip_too(server: Caller) -> None:
    name = "/ws/schema/query/com.pearson.core.student.student_dcid_id_map"
    right = [r["_id"] for r in server.post(name, pagesize=0)["record"]]
    server.steer("faults", "shift:1")
    assert [r["_id"] for r in server.post(name, page=2, pagesize=10)["record"]] == right[11:21]


def test_v1_is_closed_and_the_rest_is_not(server: Caller) -> None:
    server.steer("faults", "v1closed")
    assert statuses(server, 1) == [401]
    assert server.get("/ws/v1/metadata")
    assert server.get("/ws/schema/table/students/count")
    server.steer("faults", [])
    assert statuses(server, 1) == [200]


def test_a_server_that_is_down_sends_elsewhere(server: Caller) -> None:
    server.steer("faults", "down")
    answer = server.call("GET", LIST)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://message.powerschool.com/?server=127.0.0.1")


def test_a_connection_ends_without_an_answer(server: Caller) -> None:
    server.steer("faults", "drop:1")
    with pytest.raises(httpx2.TransportError):
        server.call("GET", LIST)


def test_a_slow_server_is_slow(server: Caller) -> None:
    server.steer("faults", "slow:0.05")
    answer = server.call("GET", LIST)
    assert (answer.status_code, answer.elapsed.total_seconds() >= 0.05) == (200, True)


def test_calls_that_come_too_fast_are_refused(server: Caller) -> None:
    server.steer("faults", "throttle:60000")
    server.world.last_call = float("-inf")
    assert statuses(server, 2) == [200, 429]


def test_disabling_the_plug_in_ends_token_and_credentials(server: Caller) -> None:
    server.steer("plugin", {"enabled": False})
    assert statuses(server, 1) == [401]
    refused = server.http.post(
        "/oauth/access_token", data={"grant_type": "client_credentials"}, headers={"Authorization": server.basic()}
    )
    assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})


def test_regenerated_credentials_are_others(server: Caller) -> None:
    old = server.world.plugin.client_id, server.world.plugin.client_secret
    told = server.steer("plugin", {"regenerate": True})
    assert (told["client_id"], told["client_secret"]) != old
    refused = server.http.post(
        "/oauth/access_token", data={"grant_type": "client_credentials"}, headers={"Authorization": server.basic(*old)}
    )
    assert refused.status_code == 401


def test_fields_are_granted_by_hand(server: Caller) -> None:
    server.steer("plugin", {"fields": ["students.dcid", "u_rosterhub.name:FullAccess"]})
    assert server.get("/ws/schema/table/students", projection="dcid")
    assert server.call("GET", "/ws/schema/table/students", projection="dob").status_code == 403
    for wrong in ({"v1": "SOME"}, {"shoes": 1}, {"sizes": {"shoe": 1}}):
        assert server.call("POST", "/__simulator/plugin", wrong).status_code == 400
    assert server.steer("plugin", {"sizes": {"student": 10}})["sizes"]["student"] == 10
    assert len(server.get(LIST)["students"]["student"]) == 10
    server.steer("plugin", {"sizes": {"student": 100}})


def test_switches_turn_what_servers_differ_in(server: Caller) -> None:
    name = "/ws/schema/query/com.pearson.core.student.student_dcid_id_map"
    server.steer("switches", {"values": "typed", "empty_record": "list", "default_format": "json"})
    assert isinstance(server.post(name)["record"][0]["dcid"], int)
    assert server.post(name, page=99)["record"] == []
    bare = server.http.get("/ws/v1/metadata", headers={"Accept": "*/*"})
    assert bare.headers["content-type"] == "application/json"
    xml = server.http.get("/ws/v1/metadata", headers={"Accept": "application/xml"})
    assert xml.headers["content-type"].startswith("application/xml")
    for wrong in ({"values": "odd"}, {"shoes": "on"}, []):
        assert server.call("POST", "/__simulator/switches", wrong).status_code == 400
    server.steer("switches", {"values": "text", "empty_record": "absent", "default_format": "xml"})
    assert server.post(name, page=99) == {"@extensions": ""}


def test_the_log_tells_every_call_and_what_struck_it(server: Caller) -> None:
    start = server.get("/__simulator/log")["total"]
    server.steer("faults", "503:2")
    server.call("GET", LIST, page=1)
    server.call("POST", "/ws/schema/query/none", {})
    told = server.get("/__simulator/log", after=start)["calls"]
    assert [(c["method"], c["path"], c["query"], c["status"], c["fault"]) for c in told] == [
        ("GET", LIST, "page=1", 200, None),
        ("POST", "/ws/schema/query/none", "", 503, "503"),
    ]
    assert told[0]["size"] > 1000
    assert server.call("DELETE", "/__simulator/log").status_code == 204
    assert server.get("/__simulator/log")["calls"] == []


@pytest.mark.parametrize("word", ["429", "429:0", "429:x", "429:1.5", "nocount:3", "slow:-1", "shoes", "slow"])
def test_a_fault_that_does_not_exist_is_told(server: Caller, word: str) -> None:
    with pytest.raises(Misuse):
        faults.read([word])
    assert server.call("POST", "/__simulator/faults", {"faults": [word]}).status_code == 400


def test_a_mixture_strikes_each_at_its_turn(server: Caller) -> None:
    server.steer("faults", "429:4 html:3 slow:0 truncate:5")
    kinds: list[Any] = []
    for _ in range(6):
        answer = server.call("GET", LIST)
        kinds.append("html" if "html" in answer.headers["content-type"] else answer.status_code)
    assert kinds == [200, 200, "html", 429, 200, "html"]


def test_by_chance_the_same_seed_strikes_the_same_calls(server: Caller) -> None:
    def struck(seed: int) -> list[int]:
        server.steer("faults", [f"chance:{seed}", "503:4"])
        return [number for number, status in enumerate(statuses(server, 60, "/ws/v1/district/school/count")) if status == 503]

    assert struck(1) == struck(1) != struck(2)
    assert 5 < len(struck(1)) < 25
    gaps = {b - a for a, b in itertools.pairwise(struck(1))}
    assert len(gaps) > 2, "not in turn"


def test_both_ways_of_slipping_take_turns(server: Caller) -> None:
    right = [d for (d,) in server.sql("SELECT DCID FROM Students ORDER BY DCID")]
    server.steer("faults", "shift:1 dupe:1")
    pages = [[s["id"] for s in server.get(LIST, page=2, pagesize=50)["students"]["student"]] for _ in range(3)]
    assert pages == [right[51:101], right[49:99], right[51:101]]
