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


def _kept(path: Path, algorithm: str) -> asyncssh.SSHKey:
    if not path.exists():
        bits = {"key_size": RSA_BITS} if algorithm == "ssh-rsa" else {}
        key = asyncssh.generate_private_key(algorithm, comment="homeroom", **bits)
        make_once(path, key.export_private_key())
    return asyncssh.import_private_key(private(path))
