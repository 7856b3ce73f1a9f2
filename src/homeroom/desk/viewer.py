"""Who asks: a person with a role, through a session or a token, perhaps with the elevated role for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Role = Literal["operator", "engineer", "administrator", "school_viewer", "auditor"]
ROLES: tuple[Role, ...] = get_args(Role)
STAFF: frozenset[Role] = frozenset(("operator", "engineer"))
"""The vendor's own people: they see counts, codes and settings of all districts, and nobody's data without more."""

Kind = Literal["records", "settings"]
"""What the elevated role opens: looking at people's records, or changing how a district works."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. `districts` is empty for those of the vendor, who see all; `schools` are sourcedIds of orgs."""

    id: int
    email: str
    name: str
    role: Role
    districts: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    timezone: str | None = None
    theme: Literal["auto", "light", "dark"] = "auto"
    keys: bool = True
    language: str | None = None
    """The language in which the console was last read by them, as a tag: `es-MX`. Letters come in it."""
    has_code: bool = False
    """Whether a code generator (TOTP) is set up."""
    disabled: bool = False

    @property
    def staff(self) -> bool:
        """Whether this is one of the vendor's own people who run integrations."""
        return self.role in STAFF


@dataclass(frozen=True, slots=True)
class Elevation:
    """The elevated role: for one kind and one district (None: the installation itself), with a reason, until a time."""

    id: int
    kind: Kind
    district: str | None
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks now. `who` is what the audit writes down; `elevation` is the one that is on, if any.

    `token` is the name of the personal access token for a program, None for a session in the console. A program cannot be asked
    for a code, so what asks for one there is answered by what its token was made with.
    """

    person: Person
    session: int | None = None
    elevation: Elevation | None = None
    token: str | None = None
    token_districts: tuple[str, ...] | None = None
    """What a token was narrowed to; None: all that its maker sees."""
    token_id: int | None = None

    @property
    def who(self) -> str:
        """How the audit names this person."""
        return self.person.email if self.token is None else f"{self.person.email} by token {self.token}"

    @property
    def role(self) -> Role:
        """The person's role."""
        return self.person.role

    @property
    def sees_every_district(self) -> bool:
        """Whether no district is hidden: the vendor's own people and auditors of all, unless a token was narrowed."""
        everywhere = self.person.staff or (self.role == "auditor" and not self.person.districts)
        return everywhere and self.token_districts is None

    def sees(self, slug: str) -> bool:
        """Whether the district is among those that this person may know of at all."""
        if self.token_districts is not None and slug not in self.token_districts:
            return False
        if self.person.staff or (self.role == "auditor" and not self.person.districts):
            return True
        return slug in self.person.districts

    def elevated(self, kind: Kind, slug: str | None) -> bool:
        """Whether the elevated role is on for that kind and district."""
        on = self.elevation
        return on is not None and on.kind == kind and on.district == slug
