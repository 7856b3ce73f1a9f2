"""The plug-in through which a client comes in: its credentials, its level for `/ws/v1`, the fields it may see, its page sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from homeroom.simulator.dice import Dice

Level = Literal["NONE", "READ", "FULL"]
Access = Literal["ViewOnly", "FullAccess"]
RESOURCES = ("school", "student", "staff", "course", "section", "section_enrollment", "term", "schema_table_query")
PAGE_SIZE = 100


@dataclass(slots=True)
class Plugin:
    """An installed plug-in. `fields` are granted columns (`table.column` in lower case); None grants every one."""

    client_id: str
    client_secret: str
    name: str = "Homeroom"
    number: int = 41
    enabled: bool = True
    closed: tuple[str, ...] = ()
    """Beginnings of paths that this server answers nobody: 405."""
    v1: Level = "FULL"
    fields: dict[str, Access] | None = None
    sizes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESOURCES, PAGE_SIZE))

    def may(self, table: str, column: str, wanted: Access = "ViewOnly") -> bool:
        """Whether a column may be read or, with FullAccess, written."""
        if self.fields is None:
            return True
        granted = self.fields.get(f"{table}.{column}".lower())
        return granted is not None and (wanted == "ViewOnly" or granted == "FullAccess")

    def renewed(self, seed: int, turn: int) -> None:
        """New credentials, as the administrator's button gives them; the old ones are good for nothing."""
        self.client_id, self.client_secret = credentials(seed, turn)


def credentials(seed: int, turn: int = 0) -> tuple[str, str]:
    """A client id and secret that look like PowerSchool's; the same for the same seed, so that a saved set-up goes on working."""
    dice = Dice("credentials", seed, turn)
    return uuid(dice), uuid(dice)


def uuid(dice: Dice) -> str:
    """Sixteen thrown bytes, written as a UUID."""
    digits = "".join(dice.pick("0123456789abcdef") for _ in range(32))
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", digits[16:20], digits[20:]))


def granted(fields: Mapping[str, str]) -> dict[str, Access]:
    """Grants as they are kept: lower-case names, `FullAccess` where it says so, else `ViewOnly`."""
    return {name.lower(): "FullAccess" if access == "FullAccess" else "ViewOnly" for name, access in fields.items()}
