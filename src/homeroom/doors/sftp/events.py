"""What the door tells the house: a file arrived, was renamed, was cut off or was refused; somebody logged in, or could not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from homeroom.deliveries.incoming import temporary

Kind = Literal["closed", "renamed", "cut_off", "refused"]
Result = Literal["in", "wrong_password", "unknown_key", "shut_out", "too_many"]
"""What came of a log-in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something happened to a file in an account's folder.

    `closed`: the client closed a file that it wrote. `renamed`: a file got a name (`before` is the earlier one). `cut_off`: the
    connection ended before the client closed it. `refused`: it went over a limit and was deleted. `path` is as the client sees
    it.
    """

    kind: Kind
    account: str
    path: str
    real: Path
    size: int
    before: str | None = None

    @property
    def name(self) -> str:
        """The path without its first slash: as the spool names files."""
        return self.path.lstrip("/")

    @property
    def declared(self) -> bool:
        """Whether the client said that the file is finished: it was renamed from a temporary name to one that is not."""
        return self.before is not None and temporary(self.before) and not temporary(self.path)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody logged in under the name of an account, or tried to. Names that are no account's are never told: people type
    passwords into the wrong place."""

    account: str
    address: str
    result: Result
