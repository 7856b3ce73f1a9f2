"""What a source lets pass: the settings of the checks, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

ANY = "*"
"""In `Rules.keep_unknown`: every unknown word of the code list is kept."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one walk.

    `version`: the OneRoster version whose required columns and code lists hold. `now`: the moment of the import.
    `date_forms`: `table.column` (or `*` for every date column) -> the form its dates are written in, a strptime text
    such as `%m/%d/%Y`; without one the whole column must leave exactly one reading. `keep_unknown`: code list -> words
    outside the list that are kept with a warning (`*`: all). `unchecked`: tables to which references are not checked.
    `waived`: `table.column` names that may be blank although the standard requires them. `required`: names that must not be
    blank although it does not, in files that have the column. `prefix` stands before the ids of the source, except those of
    `shared` tables. `source`: the number of the
    source whose files are walked; records that other sources hold stay usable whatever these files say.
    """

    version: str
    now: datetime
    date_forms: Mapping[str, str] = field(default_factory=dict)
    keep_unknown: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unchecked: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    prefix: str = ""
    shared: frozenset[str] = frozenset()
    source: int | None = None

    def date_form(self, table: str, column: str) -> str | None:
        """The form that was set for a date column, or None."""
        return self.date_forms.get(f"{table}.{column}") or self.date_forms.get("*")

    def prefix_of(self, table: str) -> str:
        """What stands before the ids of a table in this source's rows."""
        return "" if table in self.shared else self.prefix

    @property
    def fingerprint(self) -> str:
        """A text that differs when a rule differs; the moment and the source are no rules."""
        kept = sorted((k, tuple(sorted(v))) for k, v in self.keep_unknown.items())
        named = [sorted(names) for names in (self.unchecked, self.waived, self.required)]
        return repr((self.version, sorted(self.date_forms.items()), kept, *named))
