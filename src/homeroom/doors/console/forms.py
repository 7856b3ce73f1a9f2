"""A form as templates see it: what was typed before, what is wrong with it, and its token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeroom.doors.console.asked import Values

SECRETS = frozenset(
    {"password", "again", "old_password", "confirm_password", "passcode", "code", "secret", "private_key", "csrf"}
)
"""Values that never come back to the page."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form. Values of a GET form are those of the address."""

    csrf: str = ""
    typed: Values = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str, first: object = "") -> str:
        """What stands in a field: what was typed, else `first`."""
        if name in self.typed and name not in SECRETS:
            return self.typed[name][-1]
        return "" if first is None else str(first)
