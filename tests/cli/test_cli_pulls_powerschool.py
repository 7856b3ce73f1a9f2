"""The commands as another program would use them: a pretend PowerSchool, a source, a pull, one student refreshed."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from e2e.installation import Installation
from patience import SECONDS


def test_from_a_pretend_server_to_one_refreshed_student(tmp_path: Path) -> None:
    homeroom = Installation(tmp_path / "data")
    server = homeroom.start("simulate", "powerschool", "--students", "40", "--seed", "3")
    try:
        assert server.stdout is not None
        sis = json.loads(server.stdout.readline())
        homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
        homeroom.inside(
            "source", "add", "pinewood", "--kind", "powerschool", "--url", sis["url"],
            "--client-id", sis["client_id"], "--client-secret", sis["client_secret"], "--json",
        )  # fmt: skip
        seen = homeroom.inside("source", "test", "pinewood", "1").out
        assert "rows: districts 1, locations" in seen
        assert "to do: none" in seen
        pulled = homeroom.inside("pull", "pinewood", "--json")
        assert pulled.status == 0, pulled.out
        one = homeroom.inside("roster", "pinewood", "users", "--where", "role = 'student'", "--format", "json").document[0]
        change = {"do": "edit", "table": "students", "key": int(one["sourcedId"][1:]), "set": {"First_Name": "Renamed"}}
        request = urllib.request.Request(f"{sis['url']}/__simulator/change", json.dumps(change).encode())
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            assert answer.status == 200
        done = homeroom.inside("refresh", "pinewood", "users", one["sourcedId"], "--json")
        assert (done.status, done.document["changed"]) == (0, [{"field": "givenName", "old": one["givenName"], "new": "Renamed"}])
        again = homeroom.inside("refresh", "pinewood", "users", one["sourcedId"], "--json")
        assert (again.status, again.document["changed"]) == (0, [])
    finally:
        server.terminate()
        server.communicate(timeout=SECONDS)
    assert server.returncode == 0
    # The server is away: a person hears it in a sentence, soon, and nothing of the tries.
    assert homeroom.inside("source", "set", "pinewood", "1", "give_up_seconds=1").status == 0
    for command in (("refresh", "pinewood", "users", one["sourcedId"]), ("source", "test", "pinewood", "1")):
        away = homeroom.inside(*command)
        assert (away.status, "nothing listens there" in away.err, "retry" in away.out + away.err) == (2, True, False)
