"""The plug-in's PowerQueries, one TOML file each, read once.

A file says what the query selects (`columns`: alias -> the real field on which rights are checked), what it may be asked for
(`argument`: name -> field; 0 asks for all), its SQL in Oracle's words, and `why` every field that it touches is needed: the access
request is made from that, and a test compares it with the SQL.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

PREFIX = "org.homeroom.connect"
"""The first three parts of every query's name; then come the area and the name."""
BASE = "roster"
"""The pack that every district installs."""
ORDER = (
    "districts", "locations", "terms", "courses", "classes", "staff", "staff_locations", "students", "guardians", "class_staff_roster",
    "class_student_roster", "legal_guardians",
)  # fmt: skip
"""Every query, in the order in which they are asked: what rows name comes before them."""


FILES: Mapping[str, str] = {key: {"students": "general-ed-students"}.get(key, key.replace("_", "-")) + ".csv" for key in ORDER}
"""The file of a delivery that holds a query's rows."""


@dataclass(frozen=True, slots=True)
class Query:
    """One PowerQuery. `pack` is the part of the plug-in that brings it; `arguments` and `columns` name real fields, `TABLE.FIELD`."""

    key: str
    pack: str
    core: str
    summary: str
    description: str
    sql: str
    columns: Mapping[str, str]
    arguments: Mapping[str, str]
    why: Mapping[str, str]
    extended: Mapping[str, str] = field(default_factory=dict)
    """Extension tables that it reads -> the core table that each hangs on, in small letters."""
    area: str = ""
    """The fourth part of its name where that is not the pack's: of a query with a district's own fields."""

    @property
    def name(self) -> str:
        """The name under which PowerSchool knows it: five parts, the fourth is its area."""
        return f"{PREFIX}.{self.area or self.pack.replace('-', '_')}.{self.key}"


@cache
def queries() -> Mapping[str, Query]:
    """All queries by key, in their order."""
    return {key: _read(key) for key in ORDER}


def of_pack(pack: str) -> tuple[Query, ...]:
    """The queries of one pack."""
    return tuple(q for q in queries().values() if q.pack == pack)


def packs() -> tuple[str, ...]:
    """The packs: the base, and optional ones for what not every server has."""
    return tuple(dict.fromkeys(q.pack for q in queries().values()))


def _read(key: str) -> Query:
    raw = tomllib.loads(files(__package__).joinpath("queries", f"{key}.toml").read_text(encoding="utf-8"))
    return Query(
        key=key,
        pack=raw.get("pack", BASE),
        core=raw["core"],
        summary=raw["summary"],
        description=raw["description"],
        sql=raw["sql"].strip(),
        columns=raw["columns"],
        arguments=raw.get("argument", {}),
        why=raw["why"],
    )
