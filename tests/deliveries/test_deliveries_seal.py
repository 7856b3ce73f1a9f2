"""Sealing and opening deliveries, and what refuses to open."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import random
from pathlib import Path

import obstore
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore, MemoryStore, ObjectStore

from homeroom.deliveries import frames
from homeroom.deliveries.keys import DataKey, SealBroken
from homeroom.deliveries.seal import Incoming, Sealed, measure, seal, unseal
from homeroom.roster.faults import Misuse, Refused

KEY = DataKey("pinewood", "deliveries", bytes(range(32)))
USERS = b"USERS.sourcedId,USERS.givenName\ru-1,Ada\ru-2,Bo\r"
CLASSES = b"CLASSES.sourcedId,CLASSES.title\rc-1,Algebra\r"


@pytest.fixture(params=["folder", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "bucket":
        return request.getfixturevalue("bucket")
    return LocalStore(str(tmp_path / "raw"), mkdir=True)


def sent(folder: Path, **files: bytes) -> list[Incoming]:
    folder.mkdir(exist_ok=True)
    listed = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        listed.append(Incoming(f"{name}.csv", folder / name))
    return listed


def test_a_delivery_comes_back_byte_for_byte(store: ObjectStore, tmp_path: Path) -> None:
    files = sent(tmp_path / "in", users=USERS, classes=CLASSES, empty=b"", large=os.urandom(3 * frames.FRAME_BYTES + 17))
    sealed = seal(store, KEY, "pinewood", 9, files)
    assert [f.name for f in sealed.files] == ["classes.csv", "empty.csv", "large.csv", "users.csv"]
    assert sealed.size == sum(f.path.stat().st_size for f in files)
    assert {f.name: f.sha256 for f in sealed.files}["users.csv"] == hashlib.sha256(USERS).hexdigest()

    out = unseal(store, KEY, sealed, tmp_path / "work")
    assert [(f.number, f.name, f.size) for f in out] == [(n, f.name, f.size) for n, f in enumerate(sealed.files)]
    assert {f.name: f.path.read_bytes() for f in out} == {f.name: f.path.read_bytes() for f in files}
    assert (tmp_path / "work").stat().st_mode & 0o777 == 0o700
    assert all(f.path.stat().st_mode & 0o777 == 0o600 for f in out)


def test_nothing_of_a_delivery_is_readable_in_the_store(tmp_path: Path) -> None:
    store = LocalStore(str(tmp_path / "raw"), mkdir=True)
    seal(store, KEY, "pinewood", 9, sent(tmp_path / "in", users=USERS))
    raw = b"".join(p.read_bytes() for p in (tmp_path / "raw").rglob("*") if p.is_file())
    names = " ".join(str(p) for p in (tmp_path / "raw").rglob("*"))
    assert b"Ada" not in raw
    assert "users" not in names


def test_the_digest_is_of_the_bytes_and_not_of_their_order(store: ObjectStore, tmp_path: Path) -> None:
    files = sent(tmp_path / "in", users=USERS, classes=CLASSES)
    first, second = seal(store, KEY, "pinewood", 1, files), seal(store, KEY, "pinewood", 2, files[::-1])
    assert first.digest == second.digest == measure(files)
    assert first.files[0].stored != second.files[0].stored
    swapped = [Incoming("users.csv", files[1].path), Incoming("classes.csv", files[0].path)]
    assert measure(swapped) != first.digest


def test_two_files_of_one_name_are_refused(store: ObjectStore, tmp_path: Path) -> None:
    files = sent(tmp_path / "in", users=USERS)
    with pytest.raises(Misuse, match="same name"):
        seal(store, KEY, "pinewood", 1, files * 2)


def test_the_key_of_another_district_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    files = sent(tmp_path / "in", users=USERS)
    with pytest.raises(Misuse, match="oakdale"):
        seal(store, KEY, "oakdale", 1, files)
    sealed = seal(store, KEY, "pinewood", 1, files)
    with pytest.raises(SealBroken):
        unseal(store, DataKey("pinewood", "deliveries", bytes(32)), sealed, tmp_path / "work")


def objects(store: ObjectStore) -> dict[str, bytes]:
    listed = [meta["path"] for batch in obstore.list(store) for meta in batch]
    return {path: obstore.get(store, path).bytes().to_bytes() for path in sorted(listed)}


def refuses(store: ObjectStore, sealed: Sealed, folder: Path) -> None:
    with pytest.raises(SealBroken):
        unseal(store, KEY, sealed, folder)
    assert list(folder.iterdir()) == []


def test_files_swapped_within_a_delivery_are_refused(store: ObjectStore, tmp_path: Path) -> None:
    sealed = seal(store, KEY, "pinewood", 1, sent(tmp_path / "in", a=b"12345", b=b"67890"))
    one, two = (f.stored for f in sealed.files)
    both = objects(store)
    obstore.put(store, one, both[two])
    obstore.put(store, two, both[one])
    refuses(store, sealed, tmp_path / "work")


def test_last_nights_file_put_into_tonights_delivery_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    last = seal(store, KEY, "pinewood", 1, sent(tmp_path / "in", users=USERS))
    tonight = seal(store, KEY, "pinewood", 2, sent(tmp_path / "in", users=USERS))
    obstore.put(store, tonight.files[0].stored, objects(store)[last.files[0].stored])
    refuses(store, tonight, tmp_path / "work")


def test_a_shredded_delivery_says_so(store: ObjectStore, tmp_path: Path) -> None:
    sealed = seal(store, KEY, "pinewood", 1, sent(tmp_path / "in", users=USERS))
    obstore.delete(store, sealed.files[0].stored)
    with pytest.raises(Refused) as caught:
        unseal(store, KEY, sealed, tmp_path / "work")
    assert caught.value.reason == "delivery_gone"


def test_a_seal_that_fails_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    files = sent(tmp_path / "in", a=b"12345", b=b"67890")
    with pytest.raises(FileNotFoundError):
        seal(store, KEY, "pinewood", 1, [*files, Incoming("c.csv", tmp_path / "nowhere")])
    assert objects(store) == {}
    if isinstance(store, LocalStore):
        assert [p for p in (tmp_path / "raw").rglob("*") if p.is_file()] == []


class Growing(io.FileIO):
    """A file to which the sender still writes: it grows after each look."""

    def read(self, size: int | None = -1, /) -> bytes:  # type: ignore[override]
        block = super().read(size)
        with Path(os.fspath(self.name)).open("ab") as sender:
            sender.write(bytes(200_000))
        return block or b""


class GrowingPath(type(Path())):  # type: ignore[misc]
    """The path of such a file."""

    def open(self, *arguments: object, **named: object) -> Growing:
        return Growing(str(self))


def test_a_file_that_changes_while_it_is_read_is_refused(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_bytes(USERS * 100_000)
    with pytest.raises(Refused) as caught:
        seal(store, KEY, "pinewood", 1, [Incoming("users.csv", GrowingPath(tmp_path / "users.csv"))])
    assert caught.value.reason == "delivery_changed"
    assert objects(store) == {}


# The frames

PLACE = ("pinewood", 1, 0)
FRAME = 16


def closed(plain: bytes, place: tuple[str | int, ...] = PLACE) -> bytes:
    return b"".join(frames.close(io.BytesIO(plain), KEY, place, lambda block: None, FRAME))


def opened(sealed: bytes, *cuts: int) -> bytes:
    at = [0, *sorted(c % (len(sealed) + 1) for c in cuts), len(sealed)]
    return b"".join(frames.open_((sealed[a:b] for a, b in itertools.pairwise(at)), KEY, PLACE))


@settings(deadline=None, max_examples=150)
@given(plain=st.binary(max_size=70), cuts=st.lists(st.integers(0, 200), max_size=4))
def test_frames_come_back_whatever_the_chunks(plain: bytes, cuts: list[int]) -> None:
    assert opened(closed(plain), *cuts) == plain


@settings(deadline=None, max_examples=150)
@given(plain=st.binary(max_size=70), cut=st.integers(1, 400))
def test_a_truncated_file_is_refused(plain: bytes, cut: int) -> None:
    sealed = closed(plain)
    with pytest.raises(SealBroken):
        opened(sealed[: max(0, len(sealed) - cut)])


@settings(deadline=None, max_examples=150)
@given(plain=st.binary(max_size=70), at=st.integers(0, 400), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused(plain: bytes, at: int, bit: int) -> None:
    sealed = bytearray(closed(plain))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(SealBroken):
        opened(bytes(sealed))


@settings(deadline=None, max_examples=100)
@given(plain=st.binary(min_size=3 * FRAME, max_size=6 * FRAME), seed=st.integers(0, 10_000))
def test_reordered_doubled_missing_and_foreign_frames_are_refused(plain: bytes, seed: int) -> None:
    sealed, size = closed(plain), FRAME + frames.TAG_BYTES
    head, body = sealed[: frames.HEADER_BYTES], sealed[frames.HEADER_BYTES :]
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    other = closed(plain)[frames.HEADER_BYTES :]
    rng = random.Random(seed)
    shuffled = rng.sample(pieces, len(pieces))
    at = rng.randrange(len(pieces))
    foreign = [*pieces[:at], other[at * size : (at + 1) * size], *pieces[at + 1 :]]
    without = pieces[:at] + pieces[at + 1 :]
    for wrong in (shuffled, [*pieces, pieces[-1]], [pieces[0], *pieces], foreign, without):
        if wrong != pieces:
            with pytest.raises(SealBroken):
                opened(head + b"".join(wrong))


def test_another_place_does_not_open() -> None:
    for place in (("oakdale", 1, 0), ("pinewood", 2, 0), ("pinewood", 1, 1)):
        with pytest.raises(SealBroken):
            opened(closed(b"u-1", place))
