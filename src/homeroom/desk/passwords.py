"""Passwords and codes of people: what is good enough, how it is kept, and how it is checked without telling who exists."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from homeroom.roster.faults import Misuse

SHORTEST = 12
"""Letters of a password. NIST SP 800-63B asks for 8 beside a second factor; district people may have none."""
LONGEST = 256
_MOST = 1024
"""Longer texts are no password of anybody, and cost no more than this."""
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""No look-alikes (l 1 I O 0 o) and nothing that a shell, a URL or an old form would mangle."""
HANDED_OUT = 24
"""Letters of a password that is made and handed out: about 139 bits."""
_HASHER = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$9xjdj7DcwmzcM/Ruy8aEbw$nftaKmid4tma2YhVD6ZfeD0gNVGbKHNyJ0XADBFWMYg"
"""What is checked where nobody is: it costs as much as the password of a person. It is of a password that was thrown away, and
matching it lets nobody in; written down, since to make one takes a fifth of a second of every start."""
_STEP = 30
_ISSUER = "Homeroom"


def new_password() -> str:
    """A password to hand out once, to a system that logs in."""
    return "".join(secrets.choice(LETTERS) for _ in range(HANDED_OUT))


def judged(password: str, email: str, name: str) -> str:
    """The password, if it is good enough. Raises Misuse with what to do otherwise."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Misuse("A password needs at least {count} letters. Four words in a row are easy to keep in mind.", count=SHORTEST)
    told = {email.lower(), email.split("@")[0].lower(), name.lower(), "homeroom"}
    bare = password.lower().strip("0123456789!?.-_ ")
    if bare in told or len(set(password)) < 5:
        raise Misuse("That password is too easy to guess. Four words in a row are easy to keep in mind.")
    return password


def hashed(password: str) -> str:
    """What may be kept of a password (argon2id)."""
    return _HASHER.hash(password)


def right(kept: str | None, password: str) -> bool:
    """Whether this is the password. Without one it takes just as long, and is False."""
    try:
        return _HASHER.verify(kept or NOBODY, password[:_MOST]) and kept is not None and len(password) <= _MOST
    except (VerificationError, InvalidHashError):
        return False


def new_secret() -> str:
    """A secret for a code generator, base32."""
    return pyotp.random_base32()


def address(secret: str, email: str) -> str:
    """The `otpauth:` address of a secret, which code generators read from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step to which a code belongs (RFC 6238); None when it belongs to none of this one and its neighbours."""
    given = code.replace(" ", "")
    counter = int(now.timestamp()) // _STEP
    found = None
    for step in (counter, counter - 1, counter + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), given.encode("utf-8", "replace")):
            found = step
    return found
