"""The rules by which schools step out, as plain values: what a source says, what the district matched, what was told last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

By = Literal["column", "list", "formula", "unmatched", "parent"]
"""What made a school step out: a column of its row, a list, a formula, no match with an own school, or the school it belongs to."""

COLUMN = "IgnoreForIntegration"
"""The column by which a school says for itself that it is not to be processed (a yes or no, stored or calculated by the SIS)."""

WORDS = ("sourcedId", "name", "type", "identifier", "parentSourcedId", "today")
"""What a formula over schools may name: the school's row, and today's date in the district's time zone, `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class Out:
    """Why a school stepped out: what kind of rule, and the rule in its own words."""

    by: By
    rule: str


@dataclass(frozen=True, slots=True)
class OwnSchool:
    """A school as the operator knows it, and the id that the SIS has for it; None: not matched yet."""

    id: str
    name: str
    sis: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolRules:
    """Everything that decides tonight which schools step out.

    `listed`: id as the roster has it -> the rule, of those lists that hold today. `formula`: a yes for schools that step out.
    `column`: the word of the column in the schools' own rows; None: none counts. `today`: the date in the district's time zone.
    `own`: the district's own schools; where there are any, SIS schools that match none of them step out. `carried`: schools that
    a column or a formula had step out at the last import, for a night on which their row does not come. `listing`: the schools are to be
    told in any case, as a dry run does it.
    """

    listed: Mapping[str, str] = field(default_factory=dict)
    formula: str | None = None
    column: str | None = COLUMN
    today: str = ""
    own: tuple[OwnSchool, ...] = ()
    carried: Mapping[str, Out] = field(default_factory=dict)
    listing: bool = False

    @property
    def said(self) -> bool:
        """Whether schools must be looked at even without a marked row: something was declared, told before, or is asked for."""
        return bool(self.listed or self.formula or self.own or self.carried or self.listing)

    @property
    def matched(self) -> Mapping[str, OwnSchool]:
        """SIS id -> the own school that was matched with it."""
        return {school.sis: school for school in self.own if school.sis is not None}
