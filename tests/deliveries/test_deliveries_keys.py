"""The master key file and the vault."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeroom.deliveries import masterkey
from homeroom.deliveries.keys import SealBroken, Vault, bound
from homeroom.roster.faults import Misuse

KEYS = masterkey.MasterKeys((masterkey.fresh(),))


def test_the_key_file_is_made_on_first_use_and_read_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys" / "master.key"
    made = masterkey.keep(path)
    assert masterkey.keep(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(made.newest.secret) == 32
    assert [p.name for p in path.parent.iterdir()] == ["master.key"]


def test_many_that_begin_at_once_end_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: masterkey.keep(path).newest.id, range(8)))
    assert len(found) == 1


def test_a_key_file_that_others_can_read_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    masterkey.keep(path)
    path.chmod(0o644)
    with pytest.raises(Misuse, match="chmod 600"):
        masterkey.keep(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no master key"),
        ("homeroom master key 1\n", "holds no master key"),
        ("k-1 not*base64\n", "not base64"),
        ("k-1 c2hvcnQ=\n", "5 bytes instead of 32"),
        ("k-1\n", "an id, a blank and 32 bytes"),
        ("k-1 {0}\nk-1 {0}\n", "alike"),
    ],
)
def test_a_damaged_key_file_says_what_is_wrong_and_shows_no_key(text: str, says: str) -> None:
    filled = text.format(base64.b64encode(bytes(32)).decode())
    with pytest.raises(Misuse, match=says) as caught:
        masterkey.parse(filled, "HOMEROOM_MASTER_KEY")
    assert "c2hvcnQ" not in str(caught.value)


def test_a_key_never_stands_in_a_repr() -> None:
    key, _ = Vault(KEYS).make("pinewood")
    assert str(KEYS.newest.secret) not in repr(KEYS)
    assert str(key.secret) not in repr(key)


def test_rotation_opens_the_old_and_writes_with_the_new(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    before = masterkey.keep(path)
    key, wrapped = Vault(before).make("pinewood")
    secret = Vault(before).encrypt("s3cret", table="sources", row="3", column="secret")

    masterkey.write(path, masterkey.rotated(before))
    vault = Vault(masterkey.keep(path))
    assert not vault.current(wrapped)
    again = vault.rewrap(wrapped, "pinewood")
    assert vault.current(again)
    assert vault.rewrap(again, "pinewood") == again
    moved = vault.reencrypt(secret, table="sources", row="3", column="secret")

    only_new = Vault(masterkey.MasterKeys((masterkey.keep(path).newest,)))
    assert only_new.unwrap(again, "pinewood") == key
    assert only_new.decrypt(moved, table="sources", row="3", column="secret") == "s3cret"
    with pytest.raises(SealBroken, match="does not hold"):
        only_new.unwrap(wrapped, "pinewood")


def test_a_wrapped_key_belongs_to_its_district_and_purpose() -> None:
    vault = Vault(KEYS)
    key, wrapped = vault.make("pinewood", "deliveries")
    assert vault.unwrap(wrapped, "pinewood", "deliveries") == key
    for district, purpose in (("oakdale", "deliveries"), ("pinewood", "snapshots"), ("pinewooddeliveries", "")):
        with pytest.raises(SealBroken):
            vault.unwrap(wrapped, district, purpose)


def test_a_secret_belongs_to_its_row() -> None:
    vault = Vault(KEYS)
    stored = vault.encrypt("s3cret", table="sources", row="3", column="secret")
    for place in (("sources", "4", "secret"), ("sources", "3", "password"), ("apps", "3", "secret"), ("source", "s3", "secret")):
        with pytest.raises(SealBroken):
            vault.decrypt(stored, table=place[0], row=place[1], column=place[2])


def test_a_secret_is_not_a_wrapped_key() -> None:
    vault = Vault(KEYS)
    stored = vault.encrypt("x" * 32, table="pinewood", row="deliveries", column="")
    with pytest.raises(SealBroken):
        vault.unwrap(stored, "pinewood")


@settings(deadline=None, max_examples=200)
@given(text=st.text(max_size=200))
def test_what_was_encrypted_is_what_comes_back_and_never_looks_alike(text: str) -> None:
    vault = Vault(KEYS)
    stored = [vault.encrypt(text, table="t", row="1", column="c") for _ in range(2)]
    assert stored[0] != stored[1]
    assert {vault.decrypt(s, table="t", row="1", column="c") for s in stored} == {text}


def test_any_changed_letter_is_refused() -> None:
    # Every place and every letter: an encryption differs each time, so drawing places from it would not repeat.
    vault = Vault(KEYS)
    stored = vault.encrypt("s3cret", table="t", row="1", column="c")
    for at, kept in enumerate(stored):
        for letter in set("ABab01+/.=") - {kept}:
            with pytest.raises(SealBroken):
                vault.decrypt(stored[:at] + letter + stored[at + 1 :], table="t", row="1", column="c")


@pytest.mark.parametrize("stored", ["", "hr1", "hr1.k", "hr1.k.", "hr1.k.AAAA", "....", "hr1.k.\N{SNOWMAN}"])
def test_rubbish_is_refused(stored: str) -> None:
    with pytest.raises(SealBroken):
        Vault(KEYS).decrypt(stored, table="t", row="1", column="c")


@settings(deadline=None)
@given(a=st.lists(st.text(max_size=5), max_size=4), b=st.lists(st.text(max_size=5), max_size=4))
def test_two_places_are_never_bound_alike(a: list[str], b: list[str]) -> None:
    assert (bound(*a) == bound(*b)) == (a == b)


def test_the_environment_may_give_the_key() -> None:
    text = masterkey.render(KEYS)
    assert masterkey.parse(text, "HOMEROOM_MASTER_KEY") == KEYS
    assert masterkey.parse(text.splitlines()[1] + os.linesep, "HOMEROOM_MASTER_KEY") == KEYS
