"""contacts: who would become a guardian."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, opened_house, printable, say, table
from homeroom.cli.showing import show_rules

if TYPE_CHECKING:
    from homeroom.sync.contacts import Preview

_SHOWN = 50
"""Rows of pairs that the table for people shows; --json has all of them."""


def contacts(
    slug: str,
    path: Path | None = None,
    /,
    *,
    delivery: int | None = None,
    source: int | None = None,
    layouts: str | None = None,
    student: str | None = None,
    as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
) -> int:
    """Who would become a guardian? Judges the contacts of files or of a stored delivery by the contact rules; writes nothing.

    Parameters
    ----------
    slug
        The district.
    path
        A folder, an archive or one file.
    delivery
        Number of a stored delivery, in place of the path.
    source
        Number of the source whose rules count; without it the delivery's, else the district's only source.
    layouts
        Layout set, or a folder of layouts; without it the source's set, else the shipped set that fits.
    student
        sourcedId of one student: only this student's contacts, and why the student has no guardian.
    as_json
        Print one JSON document.
    """
    from homeroom.sync.contacts import preview
    from homeroom.sync.layouts import named

    with opened_house() as house:
        found = preview(house, slug, path=path, delivery=delivery, source=source, layouts=named(layouts), student=student)
    if as_json:
        document(found.as_json())
    else:
        _show(found)
    return 0


def _show(found: Preview) -> None:
    if found.report is None:
        say(found.note or "")
        return
    if found.student is None:
        report = found.report
        say(
            f"{report.pairs:,} rows of contacts: {report.passed:,} pass, {report.left_out:,} are left out, {report.refused:,} refused."
        )
        say(f"{report.people:,} people become users. {found.without:,} of {found.students:,} students have no guardian.\n")
        show_rules(report)
        say()
    rows = found.pairs[:_SHOWN]
    headers = ["student", "contact", "name", "relationship", "becomes", "rule", "line"]
    table(headers, [(p.student, p.contact, p.name, p.relationship, p.role or "-", p.rule, p.line) for p in rows])
    if len(found.pairs) > _SHOWN:
        say(f"... {len(found.pairs) - _SHOWN:,} more rows: --json shows all, --student ID those of one student.")
    if found.student is not None:
        answer = found.student.why_none or f"The guardians of {found.student.student}: {', '.join(found.student.guardians)}."
        say("\n" + printable(answer))
