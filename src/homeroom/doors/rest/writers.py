"""OneRoster JSON written by functions that are generated from the catalogue: one per table, version, fields and *shape*.

A page of a hundred records is written thousands of times a second, so nothing is looked up, validated or copied per row.
The columns of a page are looked at once, in C: a column is blank throughout, filled throughout or mixed, and either all its
texts can stand in JSON (and ids in a URL) as they are, or they must be escaped. These letters, one per member, are the
page's shape; for each shape that occurs one f-string in a list comprehension is compiled and kept. A page without surprises,
the common case, is written without one call per cell; a page with quotes or odd ids pays for the columns that have them.

    letter   column is          written as
    -        blank              nothing (or "" / [] where the member must be there)
    F / f    filled             text as it is / escaped
    M / m    blank in places    the same, behind a condition
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from homeroom.doors.rest import wording
from homeroom.doors.rest.members import Member, Shape, members
from homeroom.roster.catalogue import catalogue
from homeroom.roster.versions import stored_columns, word, worded

Row = Sequence[Any]
Inside = Mapping[str, Mapping[str, str]]
"""Embedded members: name of the member -> sourcedId -> JSON text. A name that is absent is not written."""
Write = Callable[[Sequence[Row], Mapping[str, str], Inside], list[str]]

_URL_SAFE = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
_JSON_UNSAFE = bytes(range(32)) + b'"\\'
_OURS = ("status", "dateLastModified")
"""Columns that Homeroom itself writes, always plain."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the objects of one table in one version, with all members or a choice of them.

    `embeds` are the members that the caller has to make. `places` gives each member's position in a stored row.
    """

    table: str
    version: str
    fields: frozenset[str] | None
    chosen: tuple[Member, ...]
    places: tuple[int | None, ...]
    embeds: tuple[str, ...]

    def write(self, rows: Sequence[Row], hrefs: Mapping[str, str], inside: Inside) -> list[str]:
        """One JSON text per row. Rows are in the order of `versions.stored_columns`; hrefs as `members.hrefs` gives them."""
        if not rows:
            return []
        columns = list(zip(*rows, strict=True))
        told = _tellers(self.table, self.version)
        shape = "".join(
            [_letter(m, columns[p] if p is not None else None, told) for m, p in zip(self.chosen, self.places, strict=True)]
        )
        return compiled(self.table, self.version, self.fields, shape)(rows, hrefs, inside)


@lru_cache(maxsize=512)
def writer(table: str, version: str, fields: frozenset[str] | None = None) -> Writer:
    """The writer of a table's objects in a version ("1.1" or "1.2"), with all members or only those named."""
    chosen = tuple(m for m in members(table, version) if fields is None or m.name in fields)
    order = {column: n for n, column in enumerate(stored_columns(catalogue()[table]))}
    places = tuple(order[m.column] if m.column else None for m in chosen)
    embeds = tuple(m.name for m in chosen if m.shape is Shape.EMBEDDED)
    return Writer(table, version, fields, chosen, places, embeds)


def _letter(m: Member, column: tuple[Any, ...] | None, told: Mapping[str, Callable[[str], str | None]]) -> str:
    if column is None:
        return "m"
    if not any(column):
        return "-"
    if m.column in _OURS:
        return "F"
    filled, mixed = ("F", "M") if _plain(m, column, told) else ("f", "m")
    return filled if all(column) else mixed


def _plain(m: Member, column: tuple[Any, ...], told: Mapping[str, Callable[[str], str | None]]) -> bool:
    """Whether every text of a column can be written as it is."""
    if m.shape not in (Shape.TEXT, Shape.REFERENCE):
        return False
    tell = told.get(m.column or "")
    if tell is not None and any(tell(v) != v for v in set(column) if v):
        return False
    text = "".join(filter(None, column)).encode()
    if m.shape is Shape.REFERENCE:
        return not text.translate(None, _URL_SAFE)
    return len(text.translate(None, _JSON_UNSAFE)) == len(text)


@lru_cache(maxsize=64)
def _tellers(table: str, version: str) -> dict[str, Callable[[str], str | None]]:
    """For each column whose words differ between the versions, a function that remembers its answers."""

    def teller(column: str) -> Callable[[str], str | None]:
        field = catalogue()[table].field(column)
        return lru_cache(maxsize=256)(lambda value: word(field, version, value))

    return {f.name: teller(f.name) for f in worded(catalogue()[table], version)}


@lru_cache(maxsize=1024)
def compiled(table: str, version: str, fields: frozenset[str] | None, shape: str) -> Write:
    """The function that writes pages of one shape."""
    space: dict[str, Any] = {name: getattr(wording, name) for name in wording.CALLED}
    space["word"] = _tellers(table, version)
    exec(compile(source(table, version, fields, shape), f"<writer {table} {version} {shape}>", "exec"), space)  # noqa: S102 - our own catalogue only
    return space["write"]  # type: ignore[no-any-return]


def source(table: str, version: str, fields: frozenset[str] | None, shape: str) -> str:
    """The Python text of that function."""
    known = writer(table, version, fields)
    columns = stored_columns(catalogue()[table])
    used = {p for p, letter in zip(known.places, shape, strict=True) if letter != "-"} | {0}
    cells = ["c" + str(n) if n in used else "_" for n in range(len(columns))]
    refs = sorted({m.field.ref for m in known.chosen if m.field and m.field.ref})
    body = "".join([_piece(m, p, letter, table, version) for m, p, letter in zip(known.chosen, known.places, shape, strict=True)])
    if body.startswith(","):
        answer = f"    return [f'''{{{{{body[1:]}}}}}''' for {', '.join(cells)}, in rows]"
    else:  # the first member may be absent: its comma is taken off afterwards
        answer = f"    return ['{{' + f'''{body}'''[1:] + '}}' for {', '.join(cells)}, in rows]"
    return "\n".join(
        [
            "def write(rows, hrefs, inside):",
            *(f"    h_{ref} = hrefs[{ref!r}]" for ref in refs),
            *(f"    i_{name} = inside.get({name!r}, {{}})" for name in known.embeds),
            answer,
        ]
    )


def _piece(m: Member, place: int | None, letter: str, table: str, version: str) -> str:
    """One member as f-string text."""
    head = f',"{m.name}":'
    if m.shape is Shape.EMBEDDED:
        return f"{{f'{head}{{x}}' if (x := i_{m.name}.get(c0)) else ''}}"
    if letter == "-":
        return (head + ("[]" if m.shape is Shape.REFERENCES else '""')) if m.always else ""
    cell = f"c{place}"
    if m.column in _tellers(table, version) and letter in "fm":
        return f"""{{f'{head}{{quoted(x)}}' if {cell} and (x := word["{m.column}"]({cell})) else ''}}"""
    text = _value(m, cell, letter in "FM")
    if letter in "Ff":
        return head + text
    blank = (head + ("[]" if m.shape is Shape.REFERENCES else '""')) if m.always else ""
    return f"{{f'{head}{text}' if {cell} else '{blank}'}}"


def _value(m: Member, cell: str, plain: bool) -> str:
    """A filled cell as f-string text."""
    ref = m.field.ref if m.field else None
    kind = catalogue()[ref].singular if ref else ""
    match m.shape:
        case Shape.REFERENCE:
            middle = f'{{{cell}}}","sourcedId":"{{{cell}}}"' if plain else f"{{reference({cell})}}"
            return f'{{{{"href":"{{h_{ref}}}{middle},"type":"{kind}"}}}}'
        case Shape.REFERENCES:
            return f'{{references({cell}, h_{ref}, "{kind}")}}'
        case Shape.PAIRS:
            return f'{{pairs({cell}, "{m.keys[0]}", "{m.keys[1]}")}}'
        case Shape.TEXT:
            return f'"{{{cell}}}"' if plain else f"{{quoted({cell})}}"
        case Shape.METADATA:
            return f"{{{cell}}}"
        case _:
            return f"{{{m.shape.value}({cell})}}"
