"""Objects of a store: a local folder or an S3 bucket, by the same words. A store that does not answer, lets nobody in or is not there is
told in a sentence as TryAgain: whoever runs the house mends it, and what waited goes on.

That an object is missing is told only where its bucket stands: a bucket that is gone, or has another name, says nothing of what was in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import ObjectStore, S3Store, from_url

from homeroom.roster.faults import Misuse, TryAgain

STREAM_BYTES = 8 << 20
"""Of a stream so much goes to a store at once, and comes from it."""
PATIENCE = timedelta(seconds=30)
"""So long one call is tried again: whoever waits for a page waits no longer, and walks are tried again anyhow."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Object:
    """What a store says of an object."""

    path: str
    size: int
    changed: datetime


def bucket(address: str) -> ObjectStore:
    """The bucket, and the prefix within it, of an address `s3://BUCKET/PREFIX`. Raises Misuse for another one."""
    try:
        return from_url(address, retry_config={"max_retries": TRIES, "retry_timeout": PATIENCE})
    except (BaseError, ValueError) as fault:
        raise Misuse("{address} is no address of a bucket: write s3://BUCKET/PREFIX.", address=address) from fault


def put(store: ObjectStore, path: str, content: bytes | Iterable[bytes]) -> None:
    """Write an object, whole or not at all: until its last byte nobody sees it. Raises TryAgain."""
    with _told(store):
        obstore.put(store, path, content, chunk_size=STREAM_BYTES)


def size(store: ObjectStore, path: str) -> int | None:
    """Bytes of an object; None where there is none. Raises TryAgain."""
    with _told(store):
        try:
            return int(obstore.head(store, path)["size"])
        except FileNotFoundError:
            stands(store)
            return None


def piece(store: ObjectStore, path: str, start: int, end: int) -> bytes:
    """Some bytes of an object. Raises TryAgain, and FileNotFoundError where it is no longer there."""
    with _told(store):
        try:
            return obstore.get_range(store, path, start=start, end=end).to_bytes()
        except FileNotFoundError:
            stands(store)
            raise


def pieces(store: ObjectStore, path: str) -> Iterator[bytes]:
    """All of an object in large pieces: several times faster than a stream of small ones, and easily tried again. Raises as `piece`."""
    whole = size(store, path)
    if whole is None:
        raise FileNotFoundError(path)
    for start in range(0, whole, STREAM_BYTES):
        yield piece(store, path, start, min(start + STREAM_BYTES, whole))


def under(store: ObjectStore, folder: str) -> Iterator[Object]:
    """Every object below a folder, however many there are. Raises TryAgain."""
    with _told(store):
        for batch in obstore.list(store, f"{folder}/"):
            for meta in batch:
                yield Object(meta["path"], int(meta["size"]), meta["last_modified"])


def remove(store: ObjectStore, paths: Sequence[str]) -> None:
    """Delete objects; one that is gone already is not missed. Raises TryAgain."""
    with _told(store):
        if isinstance(store, S3Store):  # a thousand go with one call
            if paths:
                obstore.delete(store, paths)
            return
        for path in paths:
            try:
                obstore.delete(store, path)
            except FileNotFoundError:
                continue


def stands(store: ObjectStore) -> None:
    """Go on only where the store answers and its bucket is there. Raises TryAgain."""
    if isinstance(store, S3Store):
        with _told(store):
            next(iter(obstore.list(store, chunk_size=1)), None)


@contextmanager
def _told(store: ObjectStore) -> Iterator[None]:
    try:
        yield
    except (PermissionDeniedError, UnauthenticatedError) as fault:
        raise _refused() from fault
    except (BaseError, FileNotFoundError) as fault:
        text = str(fault)
        if "NoSuchBucket" in text:
            raise TryAgain(
                "The object store has no bucket {bucket}: correct its name, or make the bucket, then try again.",
                bucket=store.config["bucket"] if isinstance(store, S3Store) else "?",
            ) from fault
        if isinstance(fault, FileNotFoundError):
            raise
        if "403 Forbidden" in text or "401 Unauthorized" in text:  # a list has no class of its own for it
            raise _refused() from fault
        raise TryAgain(
            "The object store does not answer, or not as it should: see that it runs and can be reached, then try again."
        ) from fault


def _refused() -> TryAgain:
    return TryAgain(
        "The object store does not accept this installation's key: correct the key, or what it may do, then try again."
    )
