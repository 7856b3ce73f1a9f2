"""Which algorithms the door offers.

Modern first; at the end what Java clients of the last fifteen years still need; nothing broken.

Not offered: CBC ciphers, arcfour, 3DES, MD5, group1, DSA. SHA-1 is left in three places where no attack on it works (a key
exchange over a 2048-bit group, HMAC, and signatures of this very session) because JSch before 0.1.50 or on Java 6 knows nothing
else; `STRICT` drops them. chacha20-poly1305 is not offered: AES is faster on every server, and the Terrapin attack was on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs


@dataclass(frozen=True, slots=True)
class Algorithms:
    """Names in order of preference, as SSH writes them."""

    kex: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    signatures: tuple[str, ...]

    def options(self) -> dict[str, list[str]]:
        """As options of asyncssh, without what this machine's cryptography cannot do."""
        return {
            "kex_algs": _known(self.kex, get_kex_algs()),
            "encryption_algs": _known(self.ciphers, get_encryption_algs()),
            "mac_algs": _known(self.macs, get_mac_algs()),
            "signature_algs": list(self.signatures),
        }


STRICT = Algorithms(
    kex=(
        "mlkem768x25519-sha256",
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group14-sha256",
    ),
    ciphers=("aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"),
    macs=("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"),
    signatures=(
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "rsa-sha2-512",
        "rsa-sha2-256",
    ),
)

COMPATIBLE = Algorithms(
    kex=(*STRICT.kex, "diffie-hellman-group14-sha1"),
    ciphers=STRICT.ciphers,
    macs=(*STRICT.macs, "hmac-sha1"),
    signatures=(*STRICT.signatures, "ssh-rsa"),
)
"""The default."""


def _known(wanted: tuple[str, ...], supported: list[bytes]) -> list[str]:
    return [name for name in wanted if name.encode("ascii") in supported]
