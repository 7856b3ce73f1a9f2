"""The contact rules as values: which contacts of a student become guardians, in which role, and how many.

A set's `contacts.toml` says what differs from the ready rules (`ready.toml` beside this module); a source may override single
keys. How the rules are applied stands in docs/explanation/contacts.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Role = Literal["parent", "guardian", "relative", "as-given", "none"]
Guardians = Literal["managed", "separate-file", "not-managed"]
UsersFile = Literal["as-sent", "by-rules"]
Flag = Literal["true", "false", "absent"]

RULES = "contacts.toml"
"""The file of a set's folder that holds its contact rules."""
GUARDIANS: tuple[Guardians, ...] = ("managed", "separate-file", "not-managed")
USERS_FILE: tuple[UsersFile, ...] = ("as-sent", "by-rules")
POINTS = ("email", "sms", "phone")
"""The contact points of a person."""
ROLES: tuple[Role, ...] = ("parent", "guardian", "relative", "as-given", "none")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. All conditions that it states must hold; one that is empty asks nothing. The first rule that fits decides.

    `given`: roles that the export itself may say. `relationship`: words after the word list. `legal_guardian`: the mark is
    true, false, or absent (blank, or no such column). `types`: kinds of contact. `when`: a formula over the pair's columns.
    `role`: what the contact becomes; `as-given` takes the export's own role, `none` leaves the contact out by name.
    """

    name: str
    role: Role
    meaning: str = ""
    given: tuple[str, ...] = ()
    relationship: tuple[str, ...] = ()
    legal_guardian: tuple[Flag, ...] = ()
    types: tuple[str, ...] = ()
    when: str | None = None


Words = Mapping[str, Mapping[str, tuple[str, ...]]]
"""column -> word -> its spellings."""


@dataclass(frozen=True, slots=True)
class ContactRules:
    """All contact rules of a source.

    `limit`: guardians of one student, at most. `needs`: a guardian has one of these contact points that can be used; empty asks
    for none. `roles`: which roles are taken. `types`: kinds of contact that are taken, empty for all but `never_types`.
    `guardians`: whether guardians come from users.csv and pairs, from pairs only, or are left to people. `users_file`:
    whether guardians that users.csv itself brings are taken as sent or judged by roles, needs and limit too.
    """

    rules: tuple[Rule, ...]
    limit: int = 6
    needs: tuple[str, ...] = ("email", "sms")
    roles: tuple[str, ...] = ("parent", "guardian", "relative")
    types: tuple[str, ...] = ()
    never_types: tuple[str, ...] = ()
    guardians: Guardians = "managed"
    users_file: UsersFile = "as-sent"
    words: Words = field(default_factory=lambda: MappingProxyType({}))

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides: other rules, another fingerprint."""
        said = asdict(replace(self, words={})) | {"words": {c: dict(w) for c, w in self.words.items()}}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def usual(self) -> bool:
        """Whether a delivery without pairs needs no look at all."""
        return self.guardians == "managed" and self.users_file == "as-sent"

    def managed(self, guardians: Guardians, contact_types: Sequence[str] | None = None) -> ContactRules:
        """The same rules as a source's settings want them: who manages guardians, and which roles are taken."""
        roles = self.roles if contact_types is None else tuple(contact_types)
        return replace(self, guardians=guardians, roles=roles)


@cache
def ready() -> ContactRules:
    """The ready rules: mother and father become parents, everybody with the mark a guardian, given roles stay as they are."""
    from homeroom.layouts.contacts.reading import read  # the reader fills in what a text leaves out from the ready rules

    return read(files("homeroom.layouts.contacts").joinpath("ready.toml").read_text(encoding="utf-8"), "ready.toml", None)
