"""The query parameters of a request, read once: paging, sorting, filter, fields."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from homeroom.doors.rest.filters import condition
from homeroom.doors.rest.members import Shape, members
from homeroom.doors.rest.problems import BadFields, BadValue
from homeroom.roster.selection import ALL, Condition

DEFAULT_LIMIT = 100
MOST = 10_000
"""The largest page. A larger limit is refused, not cut: clients add their own limit to the offset and would lose rows."""

FARTHEST = 2**53


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for. `fields` None: all. `warnings` are 1.1 minor codes that go beside the data."""

    limit: int
    offset: int
    where: Condition
    sort: str | None
    descending: bool
    fields: frozenset[str] | None
    warnings: tuple[str, ...]
    rest: str
    """The parameters other than limit and offset, encoded, for links to other pages: "" or with `&` at the end."""


@lru_cache(maxsize=2_048)
def asked(query: bytes, table: str, version: str) -> Asked:
    """Read a query string. Raises BadValue, BadFilter or BadFields."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        raise BadValue("The query string cannot be read: it must be percent-encoded UTF-8.") from None
    if any("\x00" in value for _, value in pairs):
        raise BadValue("A parameter holds a NUL character.")
    given = dict(pairs)
    sort, unsorted = _sort(given.get("sort"), table, version)
    fields, unselected = _fields(given.get("fields"), table, version)
    warnings = tuple(w for w in (unsorted, unselected) if w)
    return Asked(
        limit=_whole(given, "limit", DEFAULT_LIMIT, 1, MOST),
        offset=_whole(given, "offset", 0, 0, FARTHEST),
        where=condition(given["filter"], table, version) if given.get("filter") else ALL,
        sort=sort,
        descending=given.get("orderBy") == "desc",
        fields=fields,
        warnings=warnings if version == "1.1" else (),
        rest="".join([urlencode([pair]) + "&" for pair in pairs if pair[0] not in ("limit", "offset")]),
    )


def _whole(given: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 17 and least <= int(text) <= most):
        raise BadValue(f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def _sort(name: str | None, table: str, version: str) -> tuple[str | None, str | None]:
    """The column to sort by, and a warning: an unknown field is no error, the order is then the usual one."""
    if not name:
        return None, None
    for m in members(table, version):
        if m.field is not None and m.shape in (Shape.TEXT, Shape.MOMENT, Shape.REFERENCE):
            told = m.name + ".sourcedId" if m.shape is Shape.REFERENCE else m.name
            if name in (told, m.name):
                return m.field.name, None
    return None, "invalid_sort_field"


def _fields(text: str | None, table: str, version: str) -> tuple[frozenset[str] | None, str | None]:
    """The chosen members. Unknown names: 1.1 answers everything with a warning, 1.2 refuses (it has no place for warnings)."""
    if text is None:
        return None, None
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise BadFields("fields needs one or more names separated by commas, without blanks between them.")
    known = {m.name for m in members(table, version)}
    if not known.issuperset(names):
        if version == "1.1":
            return None, "invalid_selection_field"
        raise BadFields("fields names something that these records do not have.")
    return frozenset(names), None


def links(url: str, what: Asked, total: int) -> str:
    """The `Link` header: first, prev, next, last, keeping every other parameter. The last page may be shorter (RFC 8288)."""

    def page(rel: str, limit: int, offset: int) -> str:
        return f'<{url}?{what.rest}limit={limit}&offset={offset}>; rel="{rel}"'

    limit, offset = what.limit, what.offset
    last = max(0, (total - 1) // limit * limit)
    found = []
    if offset + limit < total:
        found.append(page("next", limit, offset + limit))
    if offset > 0:
        found.append(page("prev", limit, max(0, offset - limit)))
    found.append(page("first", limit, 0))
    found.append(page("last", max(1, min(limit, total - last)), last))
    return ", ".join(found)
