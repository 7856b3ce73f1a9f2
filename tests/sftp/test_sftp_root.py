"""Nothing leads out of an account's root, and nothing but SFTP is granted."""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from pathlib import Path

import asyncssh
import paramiko
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeroom.doors.sftp.root import Root, parts_of, path_of
from sftp_standing import PASSWORD, Standing
from tools import needs_tool

OUTSIDE = ["/../../../../etc/passwd", "../../../oakdale/2/in/users.csv", "/..", "x/../../../../outside.csv", "//../outside.csv"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_dots_end_at_the_root(door: Standing, path: str) -> None:
    neighbour = door.root / "oakdale" / "2" / "in"
    neighbour.mkdir(parents=True)
    (neighbour / "users.csv").write_text("theirs")
    (door.root.parent / "outside.csv").write_text("ours")
    with door.paramiko() as client, client.open_sftp() as sftp:
        if path != "/..":
            with pytest.raises(OSError, match=r"No such|Errno"):
                sftp.open(path, "r")
            with pytest.raises(OSError, match=r"No such|Errno"):
                sftp.open(path, "r+")
        assert sftp.normalize(path).startswith("/")
        assert ".." not in sftp.normalize(path)
        assert sftp.listdir("/..") == sftp.listdir("/") == []
    assert (neighbour / "users.csv").read_text() == "theirs"


def test_links_on_the_disk_are_not_there(door: Standing, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.csv").write_text("secret")
    door.inbox.mkdir(parents=True)
    (door.inbox / "file.csv").symlink_to(outside / "secret.csv")
    (door.inbox / "folder").symlink_to(outside)
    (door.inbox / "dangling.csv").symlink_to(outside / "new.csv")
    os.link(outside / "secret.csv", door.inbox / "hard.csv")
    os.mkfifo(door.inbox / "pipe.csv")
    with door.paramiko() as client, client.open_sftp() as sftp:
        assert sftp.listdir("/") == ["hard.csv"]
        for name in ("file.csv", "folder/secret.csv", "dangling.csv", "folder/new.csv", "pipe.csv", "hard.csv"):
            for mode in ("r", "w", "a", "r+", "x"):
                with pytest.raises(OSError, match=r".+"):
                    sftp.open(name, mode)
        for act in (sftp.stat, sftp.lstat, sftp.remove, sftp.readlink, sftp.listdir):
            with pytest.raises(OSError, match=r".+"):
                act("file.csv")
        with pytest.raises(OSError, match=r".+"):
            sftp.rename("file.csv", "taken.csv")
        with pytest.raises(OSError, match=r".+"):
            sftp.mkdir("folder/new")
        for path in ("folder", "file.csv"):
            with pytest.raises(OSError, match=r".+"):
                sftp.utime(path, (1, 1))
        sftp.putfo(BytesIO(b"mine"), "mine.csv")
        with pytest.raises(OSError, match=r".+"):
            sftp.rename("mine.csv", "folder/mine.csv")
    assert sorted(p.name for p in outside.iterdir()) == ["secret.csv"]
    assert (outside / "secret.csv").read_text() == "secret"
    assert (outside / "secret.csv").stat().st_mtime > 1


def test_a_rename_onto_a_link_replaces_the_link_and_not_what_it_points_to(door: Standing, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("secret")
    door.inbox.mkdir(parents=True)
    (door.inbox / "users.csv").symlink_to(tmp_path / "secret.csv")
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"mine"), "users.csv.part")
        sftp.posix_rename("users.csv.part", "users.csv")
    assert (tmp_path / "secret.csv").read_text() == "secret"
    assert not (door.inbox / "users.csv").is_symlink()


def test_no_link_is_ever_made(door: Standing) -> None:
    needs_tool("sftp")
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"mine"), "mine.csv")
        with pytest.raises(OSError, match=r".+"):
            sftp.symlink("/etc/passwd", "link.csv")
    assert door.openssh("symlink mine.csv link.csv\n").returncode != 0
    assert door.openssh("ln mine.csv link.csv\n").returncode != 0
    assert [p.name for p in door.inbox.iterdir()] == ["mine.csv"]


@pytest.mark.parametrize("name", ["a\nb.csv", "a\x1b[2Jb.csv", "\u202eusers.csv", "a" * 201, "/".join("abcdefghi") + "/x"])
def test_names_that_no_report_could_show_are_refused(door: Standing, name: str) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp, pytest.raises(OSError, match=r".+"):
        sftp.open(name, "w")


def test_names_in_any_script_are_taken(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"x"), "Schüler (1) 学生.csv")
        assert sftp.listdir() == ["Schüler (1) 学生.csv"]


def test_folders_are_the_clients_own_within_the_root(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.mkdir("night")
        sftp.chdir("night")
        sftp.putfo(BytesIO(b"x"), "users.csv")
        assert sftp.listdir("/night") == ["users.csv"]
        with pytest.raises(OSError, match=r".+"):
            sftp.rmdir("/night")
        with pytest.raises(OSError, match=r".+"):
            sftp.rmdir("/")
        with pytest.raises(OSError, match=r".+"):
            sftp.open("/night", "w")
        sftp.rename("users.csv", "/users.csv")
        sftp.rmdir("/night")
    assert door.told() == [("closed", "/night/users.csv"), ("renamed", "/users.csv")]


@pytest.mark.parametrize("command", ["id", "scp -t /", "/usr/lib/openssh/sftp-server", "echo $HOME"])
def test_there_is_no_command(door: Standing, command: str) -> None:
    with door.paramiko() as client, pytest.raises(paramiko.SSHException):
        client.exec_command(command)


def test_there_is_no_shell_no_terminal_and_no_other_subsystem(door: Standing) -> None:
    with door.paramiko() as client:
        transport = client.get_transport()
        assert transport is not None
        for ask in ("get_pty", "invoke_shell"):
            channel = transport.open_session()
            with pytest.raises(paramiko.SSHException):
                getattr(channel, ask)()
        channel = transport.open_session()
        with pytest.raises(paramiko.SSHException):
            channel.invoke_subsystem("netconf")


def test_there_is_no_forwarding(door: Standing) -> None:
    with door.paramiko() as client:
        transport = client.get_transport()
        assert transport is not None
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", ("127.0.0.1", door.port), ("127.0.0.1", 1))
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", 0)


def test_the_accounts_do_not_see_each_other(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        sftp.putfo(BytesIO(b"x"), "users.csv")
    with door.paramiko("oakdale") as client, client.open_sftp() as sftp:
        assert sftp.listdir() == []
    assert PASSWORD not in "".join(str(a) for a in door.arrivals)


# The path itself

pieces = st.sampled_from(["..", ".", "", "in", "a.csv", "folder", "link", "link2", "x" * 300, "ä", "\x00", "a\\b"])


@settings(deadline=None, max_examples=300)
@given(st.lists(pieces, max_size=12), st.booleans())
def test_a_path_is_always_below_the_root(names: list[str], absolute: bool) -> None:
    raw = ("/" if absolute else "") + "/".join(names)
    try:
        parts = parts_of(raw.encode())
    except asyncssh.SFTPInvalidFilename:
        return
    assert ".." not in parts
    assert "." not in parts
    assert all(parts)
    assert parts_of(path_of(parts).encode()) == parts


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(pieces, max_size=6))
def test_no_walk_touches_what_lies_outside(tmp_path: Path, names: list[str]) -> None:
    base = tmp_path / "walk"
    shutil.rmtree(base, ignore_errors=True)
    (base / "in" / "folder" / "folder").mkdir(parents=True)
    (base / "outside").mkdir()
    (base / "outside" / "a.csv").write_text("secret")
    (base / "in" / "link").symlink_to("../outside")
    (base / "in" / "folder" / "link2").symlink_to("/")
    (base / "in" / "folder" / "link").symlink_to("../../outside/a.csv")
    root = Root(base / "in")
    try:
        parts = parts_of("/".join(names).encode())
        found = root.stat(parts)
        assert not any(p.startswith("link") for p in parts)
        assert found.st_ino == root.real(parts).lstat().st_ino
    except asyncssh.SFTPError:
        pass
    finally:
        root.close()
