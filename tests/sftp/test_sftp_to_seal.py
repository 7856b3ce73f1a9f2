"""From a client's upload to a sealed delivery: the door, the spool, the taking and the seal together."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path

from obstore.store import LocalStore

from homeroom.deliveries import masterkey
from homeroom.deliveries.keys import Vault
from homeroom.deliveries.seal import seal, unseal
from homeroom.deliveries.spool import Rules, look, ready
from homeroom.deliveries.taking import recover, take
from sftp_standing import BIG, Standing

SET = Rules(required=("users.csv", "classes.csv", "enrollments.csv"))
NIGHT = {"users.csv": BIG, "classes.csv": b"CLASSES.sourcedId\rc-1\r", "enrollments.csv": b"ENROLLMENTS.sourcedId\re-1\r"}


def test_a_night_by_rename_is_sealed_without_a_quiet_minute(door: Standing, tmp_path: Path) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        for name, content in NIGHT.items():
            assert ready(door.inbox, SET, time.time() + 4) == []
            sftp.putfo(BytesIO(content), f"{name}.part")
            sftp.rename(f"{name}.part", name)
    declared = {a.name for a in door.arrivals if a.declared}
    assert declared == set(NIGHT)
    assert ready(door.inbox, SET, time.time() + 4) == []
    (found,) = ready(door.inbox, SET, time.time() + 4, declared)
    taken = take(found, door.inbox, door.inbox.parent / "taken")
    assert taken is not None
    assert list(door.inbox.iterdir()) == []

    key, _ = Vault(masterkey.keep(tmp_path / "data" / "keys" / "master.key")).make("pinewood")
    store = LocalStore(str(tmp_path / "data" / "raw"), mkdir=True)
    sealed = seal(store, key, "pinewood", 1, taken.files)
    taken.discard()
    assert recover(door.inbox.parent / "taken") == []
    out = unseal(store, key, sealed, tmp_path / "data" / "work")
    assert {f.name: f.path.read_bytes() for f in out} == NIGHT


def test_a_file_that_is_overwritten_is_waited_for_and_taken_new(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        for name, content in NIGHT.items():
            sftp.putfo(BytesIO(content), name)
        later = time.time() + 61
        (found,) = ready(door.inbox, SET, later)
        again = sftp.open("users.csv", "w", bufsize=0)
        again.write(b"new")
        assert take(found, door.inbox, door.inbox.parent / "taken") is None
        assert [f.name for f in look(door.inbox, SET, later).busy] == ["users.csv"]
        again.close()
    (found,) = ready(door.inbox, SET, time.time() + 61)
    taken = take(found, door.inbox, door.inbox.parent / "taken")
    assert taken is not None
    assert {f.name: f.path.read_bytes() for f in taken.files}["users.csv"] == b"new"


def test_the_next_night_may_be_written_while_the_last_is_on_its_way(door: Standing) -> None:
    with door.paramiko() as client, client.open_sftp() as sftp:
        for name, content in NIGHT.items():
            sftp.putfo(BytesIO(content), name)
        (found,) = ready(door.inbox, SET, time.time() + 61)
        taken = take(found, door.inbox, door.inbox.parent / "taken")
        assert taken is not None
        assert sftp.listdir() == []
        sftp.putfo(BytesIO(b"next"), "users.csv")
    assert {f.name: f.path.read_bytes() for f in taken.files} == NIGHT
    assert (door.inbox / "users.csv").read_bytes() == b"next"
