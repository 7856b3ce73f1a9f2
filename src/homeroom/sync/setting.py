"""What one setting of a source is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeroom.sync.setting_kinds import Kind

Group = Literal[
    "Connection", "Arrival", "Reading", "People and scope", "Checks", "Ownership", "Several sources", "Schools", "Limits"
]
Acts = Literal["look", "import", "log-in", "write-back"]

WHEN: Mapping[Acts, str] = {
    "look": "at the next look into the incoming folder (each second)",
    "import": "with the next import of the source",
    "write-back": "with the next write-back",
    "log-in": "at the next log-in, and at the next look into the incoming folder",
}
"""Since when a changed value counts."""

PUSHED = ("sftp",)
"""Kinds of sources whose sets are put together in an incoming folder."""
PULLED = ("sftp-pull", "powerschool", "oneroster")
"""Kinds of sources whose data Homeroom fetches."""
REMOTE = ("sftp-pull",)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `meaning` says what it is, `effect` what Homeroom does by it; `unit` is that of a plain number.

    `kept` is the way to the value in the source's settings; empty: the source has a column of that name. `kinds` are the
    kinds of sources for which it acts; empty: all. `fallback` says in words what counts where the default is None. `lasting`: once it
    was set, putting the default back writes it down, since records bear what it said. `required`: a source of these kinds cannot be added without it.
    """

    name: str
    group: Group
    kind: Kind
    default: Any
    meaning: str
    effect: str
    acts: Acts = "import"
    unit: str = ""
    kept: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    fallback: str = ""
    example: str = ""
    lasting: bool = False
    required: bool = False
