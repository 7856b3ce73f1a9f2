"""Sources that fetch, as an operator meets them: added, tried, fetched from, listed."""

from __future__ import annotations

from pathlib import Path

from e2e.files import district
from e2e.installation import Installation
from remote_sftp import PASSWORD, USER, Remote


def test_from_adding_a_source_to_its_first_night(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    remote = Remote(folder)
    remote.put(district())
    homeroom = Installation(tmp_path / "data", {"HOMEROOM_SECRET": PASSWORD})
    homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
    with remote.standing():
        made = homeroom.inside(
            "source", "add", "pinewood", "--kind", "sftp-pull", "--host", "127.0.0.1", "--port", str(remote.port),
            "--username", USER, "--path", ".", "--set", "expected_by=03:00", "--json",
        )  # fmt: skip
        assert made.document["source"] == 1
        assert PASSWORD not in made.out
        tried = homeroom.inside("source", "test", "pinewood", "1")
        assert f"host key: ssh-ed25519 {remote.key.get_fingerprint()}" in tried.out
        assert "users.csv" in tried.out
        pulled = homeroom.inside("pull", "pinewood", "--json")
        assert (pulled.status, pulled.document["trigger"], pulled.document["outcome"]) == (0, "pull", "success")
        shown = homeroom.inside("source", "show", "pinewood", "1")
        assert remote.key.get_fingerprint() in shown.out
        assert PASSWORD not in shown.out
        (listed,) = homeroom.inside("source", "list", "pinewood", "--json").document
        assert (listed["state"], listed["failures"], listed["last_success"] is not None) == ("working", 0, True)
        closed = Installation(homeroom.data, {"HOMEROOM_SECRET": "another"})
        assert closed.inside("source", "secret", "pinewood", "1").status == 0
        refused = closed.inside("pull", "pinewood")
        assert refused.status == 1
        assert "does not let homeroom in" in refused.out
        assert "homeroom source secret" in refused.out
        (log, _) = homeroom.inside("imports", "pinewood", "--json").document
        assert (log["import"], log["reason"]) == (2, "credentials")


def test_what_is_missing_is_said_in_one_sentence(tmp_path: Path) -> None:
    homeroom = Installation(tmp_path / "data", {"HOMEROOM_SECRET": ""})
    homeroom.inside("district", "add", "pinewood", "--name", "Pinewood")
    nothing = homeroom.inside("pull", "pinewood")
    assert nothing.status == 2
    assert nothing.err.strip().endswith(
        "pinewood has no source that Homeroom fetches from; add one. On the command line: homeroom source add pinewood --kind KIND"
    )
    short = homeroom.inside("source", "add", "pinewood", "--kind", "sftp-pull")
    assert (short.status, "needs host, username. On the command line: --host --username" in short.err) == (2, True)
    homeroom.inside("source", "add", "pinewood", "--kind", "sftp-pull", "--host", "sftp.invalid", "--username", "u")
    none = homeroom.inside("source", "secret", "pinewood", "1")
    assert (none.status, "set HOMEROOM_SECRET" in none.err) == (2, True)
