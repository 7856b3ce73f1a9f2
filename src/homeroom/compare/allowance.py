"""How much one night may change: the limits of a source, their defaults, and how they are written in its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor as whole
from typing import Any, Literal

from homeroom.roster.catalogue import catalogue
from homeroom.roster.datasets import is_own
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _, in_a_row

Change = Literal["remove", "update"]

WITHOUT_FLOOR = frozenset({"orgs", "academicSessions"})
"""Tables so small and so fundamental that no number of their records is few."""

_SHARES = ("remove_share", "update_share", "refused_share", "shrunk_share")
_OF_TABLES = (*_SHARES, "floor")
_PLAIN = (*_OF_TABLES, "same_people_share", "policy")


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one source. Shares are fractions of the active records; `floor` is a number of records.

    `refused_share`: the share of a table's rows, and never less than `floor` rows, that may be refused beyond those that were
    refused last time. `shrunk_share`: a complete file with at most this share of its last rows is held. `same_people_share`: if more than this
    share of the removed people come again under other ids, the delivery is held as re-keyed. `tables` overrides shares and
    floor for single tables. `seasonally_empty` tables may come without rows: a hold instead of a failure. `policy` says
    what becomes of an import that trips a limit: `hold` waits for a person, `fail` ends it at once.
    """

    remove_share: float = 0.10
    update_share: float = 0.75
    refused_share: float = 0.25
    floor: int = 9
    shrunk_share: float = 0.5
    same_people_share: float = 0.5
    policy: Literal["hold", "fail"] = "hold"
    seasonally_empty: frozenset[str] = frozenset()
    tables: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Limits:
        """Limits from a source's settings; what is not said is the default. Raises Misuse, telling every mistake at once."""
        if wrong := faults(raw):
            raise Misuse("These limits cannot be used: {wrong}.", wrong=in_a_row(wrong, "; "))
        return cls(
            **{k: raw[k] for k in _PLAIN if k in raw},
            seasonally_empty=frozenset(raw.get("seasonally_empty", ())),
            tables={name: dict(own) for name, own in raw.get("tables", {}).items()},
        )

    def as_dict(self) -> dict[str, Any]:
        """The limits as plain values; `parse` makes the same limits of them."""
        return {k: getattr(self, k) for k in _PLAIN} | {
            "seasonally_empty": sorted(self.seasonally_empty),
            "tables": {name: dict(own) for name, own in self.tables.items()},
        }

    def of(self, table: str, name: str) -> float:
        """One limit as it counts for a table."""
        return float(self.tables.get(table, {}).get(name, getattr(self, name)))

    def allowed(self, table: str, change: Change, of: int) -> int:
        """How many of `of` active records may be removed or updated: max(floor(of x share), floor), law 4."""
        share = self._share(table, change, of)
        return share if table in WITHOUT_FLOOR else max(share, int(self.of(table, "floor")))

    def refusable(self, table: str, rows: int) -> int:
        """How many of `rows` rows may be refused beyond those of last time. The floor counts for every table: records live on."""
        return max(_part(rows, self.of(table, "refused_share")), int(self.of(table, "floor")))

    def tripped(self, table: str, school: str | None, change: Change, count: int, of: int) -> int | None:
        """None if `count` of `of` records may change; otherwise how many were allowed.

        Where a school, or a table of more than two rows, would lose everything, there is no floor and it always trips.
        """
        if change == "remove" and count and count >= of and (school is not None or of > 2):
            return max(0, min(self._share(table, change, of), of - 1))
        allowed = self.allowed(table, change, of)
        return allowed if count > allowed else None

    def _share(self, table: str, change: Change, of: int) -> int:
        return _part(of, self.of(table, f"{change}_share"))


def _part(of: int, share: float) -> int:
    # rounded first: 0.07 x 100 is 7.000000000000001 and 0.29 x 100 is 28.999999999999996
    return whole(round(of * share, 6))


def faults(raw: Mapping[str, Any]) -> list[Said]:
    """What is wrong with limits as they are written: every mistake."""
    known = (*_PLAIN, "seasonally_empty", "tables")
    wrong = [_("{key} is not a limit (known are {known})", key=key, known=in_a_row(known)) for key in raw if key not in known]
    wrong += _numbers(raw, "")
    if raw.get("policy", "hold") not in ("hold", "fail"):
        wrong.append(_("policy must be hold or fail"))
    names, own = raw.get("seasonally_empty", ()), raw.get("tables", {})
    if not isinstance(names, list | tuple | set | frozenset):
        wrong.append(_("seasonally_empty must be a list of tables"))
        names = ()
    if not isinstance(own, Mapping):
        wrong.append(_("tables must be an object with one entry per table"))
        own = {}
    wrong += [
        _("{name} is not a roster table", name=name)
        for name in (*names, *own)
        if name not in catalogue().tables and not is_own(name)
    ]
    for name, limits in own.items():
        if not isinstance(limits, Mapping):
            wrong.append(_("{limit} must be an object of limits", limit=".".join(("tables", name))))
            continue
        wrong += [
            _("{limit} is not a limit of a table", limit=".".join(("tables", name, key)))
            for key in limits
            if key not in _OF_TABLES
        ]
        wrong += _numbers(limits, f"tables.{name}.")
    return wrong


def _numbers(raw: Mapping[str, Any], where: str) -> list[Said]:
    wrong = []
    for key in (*_SHARES, "same_people_share"):
        value = raw.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            wrong.append(_("{limit} must be a number from 0 to 1", limit=where + key))
    floor = raw.get("floor", 0)
    if isinstance(floor, bool) or not isinstance(floor, int) or floor < 0:
        wrong.append(_("{limit} must be a whole number, 0 or more", limit=where + "floor"))
    return wrong
