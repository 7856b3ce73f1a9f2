"""Secrets that a command is told: by the environment, by standard input, or typed without being shown. Never needed as an argument."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from homeroom.roster.faults import Misuse

VARIABLE = "HOMEROOM_SECRET"


def told(given: str | None, what: str) -> str | None:
    """A secret: the argument, else HOMEROOM_SECRET, else the first line of standard input, else asked for where somebody can answer.

    None where nobody told one.
    """
    if given is not None:
        return given
    if (set_ := os.environ.get(VARIABLE)) is not None:
        return set_ or None
    if sys.stdin is None or sys.stdin.closed:
        return None
    if sys.stdin.isatty():
        return getpass.getpass(f"{what}: ", stream=sys.stderr) or None
    return sys.stdin.readline().rstrip("\r\n") or None


def private_key(path: Path, passphrase: str | None) -> str:
    """The text of a private key file. Raises Misuse for one that cannot be read or opened."""
    import asyncssh

    try:
        text = path.read_text(encoding="ascii")
        asyncssh.import_private_key(text, passphrase)
    except OSError as trouble:
        raise Misuse(f"the key file {path} cannot be read ({trouble.strerror}).") from None
    except asyncssh.KeyEncryptionError:
        raise Misuse(f"the key in {path} is encrypted: tell its passphrase by {VARIABLE} or standard input.") from None
    except (asyncssh.KeyImportError, UnicodeDecodeError):
        raise Misuse(f"{path} holds no private key: name the file without .pub.") from None
    return text
