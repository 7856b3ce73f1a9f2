"""Objects in a bucket: whole or not there, however many, and each trouble of the store a sentence that loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore, ObjectStore

from homeroom.deliveries import objects
from homeroom.deliveries.keys import DataKey
from homeroom.deliveries.retention import shred, shred_district, sweep
from homeroom.deliveries.seal import Incoming, Sealed, seal, unseal
from homeroom.roster.faults import Misuse, Refused, TryAgain
from s3 import S3, closed_port, variables

KEY = DataKey("pinewood", "deliveries", bytes(range(32)))
BLOCK = bytes(1 << 20)
MANY = 1_103
"""More than one page of a list, and more than one call to delete."""


def paths(store: ObjectStore) -> list[str]:
    return [each.path for each in objects.under(store, "deliveries")]


def sealed_in(store: ObjectStore, folder: Path, number: int = 1) -> Sealed:
    (folder / "users.csv").write_bytes(b"sourcedId\nu-1\n")
    return seal(store, KEY, "pinewood", number, [Incoming("users.csv", folder / "users.csv")])


def test_what_breaks_off_on_its_way_is_not_there_and_takes_no_room(s3: S3) -> None:
    name = s3.bucket()
    store = objects.bucket(f"s3://{name}/homeroom")

    def cut() -> Iterator[bytes]:
        for _ in range(20):
            yield BLOCK
        assert s3.unfinished(name), "this test was to break off a thing that had begun"
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="the disk went away"):
        objects.put(store, "deliveries/pinewood/1/0000-a", cut())
    assert paths(store) == []
    assert s3.unfinished(name) == []
    objects.put(store, "deliveries/pinewood/1/0000-a", (BLOCK for _ in range(20)))
    assert objects.size(store, "deliveries/pinewood/1/0000-a") == 20 << 20
    assert sum(map(len, objects.pieces(store, "deliveries/pinewood/1/0000-a"))) == 20 << 20


def test_lists_are_longer_than_a_page_and_neighbours_stay(bucket: ObjectStore) -> None:
    for number in range(MANY):
        objects.put(bucket, f"deliveries/pine/{number}/0000-a", b"")
    objects.put(bucket, "deliveries/pinewood/1/0000-a", b"x")
    assert len(paths(bucket)) == MANY + 1
    known = {f"deliveries/pine/{number}/0000-a" for number in range(3, MANY)}
    later = datetime.now(UTC) + timedelta(days=2)
    assert sweep(bucket, "pine", known, datetime.now(UTC)) == 0
    assert sweep(bucket, "pine", known, later) == 3
    assert sorted(paths(bucket)) == sorted([*known, "deliveries/pinewood/1/0000-a"])
    assert shred_district(bucket, "pine") == MANY - 3
    assert shred_district(bucket, "pine") == 0
    assert paths(bucket) == ["deliveries/pinewood/1/0000-a"]


def test_a_delivery_is_shredded_once(bucket: ObjectStore, tmp_path: Path) -> None:
    sealed = sealed_in(bucket, tmp_path)
    assert shred(bucket, sealed) == 1
    assert shred(bucket, sealed) == 0
    with pytest.raises(Refused) as gone:
        unseal(bucket, KEY, sealed, tmp_path / "work")
    assert gone.value.reason == "delivery_gone"


def acts(store: ObjectStore, sealed: Sealed, folder: Path) -> dict[str, Callable[[], object]]:
    """All that is done with a store."""
    later = datetime.now(UTC) + timedelta(days=2)
    return {
        "seal": lambda: sealed_in(store, folder, 2),
        "unseal": lambda: unseal(store, KEY, sealed, folder / "work"),
        "shred": lambda: shred(store, sealed),
        "sweep": lambda: sweep(store, "pinewood", (), later),
        "shred_district": lambda: shred_district(store, "pinewood"),
        "size": lambda: objects.size(store, "deliveries/pinewood/1/0000-none"),
        "piece": lambda: objects.piece(store, sealed.files[0].stored, 0, 1),
        "remove": lambda: objects.remove(store, [sealed.files[0].stored]),
        "stands": lambda: objects.stands(store),
    }


@pytest.mark.parametrize(
    ("trouble", "says"), [("bucket", "has no bucket no-such-bucket:"), ("key", "does not accept"), ("secret", "does not accept")]
)
def test_a_store_that_does_not_let_us_in_says_so_and_nothing_counts_as_gone(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, says: str
) -> None:
    """A bucket of another name has none of our objects: nobody may take that for raw files that were shredded."""
    name = s3.bucket()
    right = objects.bucket(f"s3://{name}/homeroom")
    sealed = sealed_in(right, tmp_path)
    if trouble != "bucket":
        monkeypatch.setenv({"key": "AWS_ACCESS_KEY_ID", "secret": "AWS_SECRET_ACCESS_KEY"}[trouble], "another")
    wrong = objects.bucket(f"s3://{'no-such-bucket' if trouble == 'bucket' else name}/homeroom")
    for what, act in acts(wrong, sealed, tmp_path).items():
        with pytest.raises(TryAgain, match=says) as told:
            act()
        assert str(told.value).count(".") == 1, what
        assert "another" not in str(told.value), what
    assert paths(right) == [sealed.files[0].stored]
    assert list((tmp_path / "work").iterdir()) == []


def test_a_store_that_is_away_is_a_sentence(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = s3.bucket()
    right = objects.bucket(f"s3://{name}")
    sealed = sealed_in(right, tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT", f"http://127.0.0.1:{closed_port()}")
    away = acts(objects.bucket(f"s3://{name}"), sealed, tmp_path)
    for what in ("seal", "stands"):
        with pytest.raises(TryAgain, match="does not answer"):
            away[what]()
    assert paths(right) == [sealed.files[0].stored]


def test_a_bucket_that_goes_while_a_file_is_written_takes_nothing_half(s3: S3) -> None:
    name = s3.bucket()
    store = objects.bucket(f"s3://{name}/homeroom")

    def written() -> Iterator[bytes]:
        for number in range(24):
            if number == 12:
                s3.without(name)
            yield BLOCK

    with pytest.raises(TryAgain):
        objects.put(store, "deliveries/pinewood/1/0000-a", written())


def test_what_is_no_address_of_a_bucket_is_told() -> None:
    for address in ("s3://", "s3:///prefix"):
        with pytest.raises(Misuse, match="no address of a bucket"):
            objects.bucket(address)


def test_the_handbook_names_all_that_these_tests_set_to_reach_the_store() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/run-in-production.md").read_text("utf-8")
    assert [name for name in variables("http://127.0.0.1") if f"`{name}`" not in page] == []


def test_a_store_of_another_kind_is_not_asked_for_its_bucket() -> None:
    objects.stands(MemoryStore())
    assert objects.size(MemoryStore(), "deliveries/pinewood/1/0000-a") is None
