"""The door's host keys: RSA, ECDSA and Ed25519, made on first start, so that every client finds one that it knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from homeroom.deliveries.firstuse import make_once, private

RSA_BITS = 3072
KINDS = {"ed25519": "ssh-ed25519", "ecdsa": "ecdsa-sha2-nistp256", "rsa": "ssh-rsa"}


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """How a person recognises a host key: `SHA256:...` as OpenSSH shows it, `MD5:aa:bb:...` as old clients do."""

    kind: str
    sha256: str
    md5: str


def host_keys(folder: Path) -> list[asyncssh.SSHKey]:
    """The host keys in `folder`, made (0600) where they are missing. Raises Misuse where others could read one."""
    return [_kept(folder / f"ssh_host_{short}_key", algorithm) for short, algorithm in KINDS.items()]


def fingerprints(keys: Sequence[asyncssh.SSHKey]) -> tuple[Fingerprint, ...]:
    """The fingerprints of host keys, for the person who sets up the other side."""
    return tuple(Fingerprint(key.get_algorithm(), key.get_fingerprint("sha256"), key.get_fingerprint("md5")) for key in keys)


def known(folder: Path) -> tuple[Fingerprint, ...]:
    """The fingerprints of the host keys in `folder`, for pages that show them often: the files are read again only when they changed.

    Raises Misuse as `host_keys` does.
    """
    seen = tuple(_stamp(folder / f"ssh_host_{short}_key") for short in KINDS)
    found = _known.get(folder)
    if found is None or found[0] != seen or None in seen:
        found = seen, fingerprints(host_keys(folder))
        _known[folder] = found
    return found[1]


_known: dict[Path, tuple[tuple[tuple[int, int] | None, ...], tuple[Fingerprint, ...]]] = {}


def _stamp(path: Path) -> tuple[int, int] | None:
    if not path.exists():
        return None
    found = path.stat()
    return found.st_mtime_ns, found.st_ino


def _kept(path: Path, algorithm: str) -> asyncssh.SSHKey:
    if not path.exists():
        bits = {"key_size": RSA_BITS} if algorithm == "ssh-rsa" else {}
        key = asyncssh.generate_private_key(algorithm, comment="homeroom", **bits)
        make_once(path, key.export_private_key())
    return asyncssh.import_private_key(private(path))
