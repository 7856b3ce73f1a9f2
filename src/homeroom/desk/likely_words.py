"""What probably stands behind a hold, in words: one sentence for lists, a title and a text for the page."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.roster.words import Said, Value, _, ngettext
from homeroom.store.summaries import Cause


@dataclass(frozen=True, slots=True)
class Told:
    """A cause in words: its sentence for lists, the page's title and text."""

    sentence: Said
    title: Said
    text: Said


def told(cause: Cause) -> Told:
    """The words of a cause. What a rule of the walk found by itself says its own sentence."""
    values: dict[str, Value] = dict(cause.values)
    match cause.code:
        case "school_missing":
            return Told(
                _("{school} is missing from the files.", **values),
                _("One school is missing from the files"),
                _(
                    "There is no row for {school}. The export was probably run for some schools only. "
                    "In the student information system switch to the district office and send it again.",
                    **values,
                ),
            )
        case "schools_missing":
            others = int(cause.values["count"]) - 1
            return Told(
                ngettext(
                    "{school} and {count} other school are missing from the files.",
                    "{school} and {count} other schools are missing from the files.",
                    others,
                    school=values["school"],
                ),
                _("Several schools are missing from the files"),
                _(
                    "There is no row for {count} schools, {school} among them. The export was probably run for some schools only. "
                    "In the student information system switch to the district office and send it again.",
                    **values,
                ),
            )
        case "half_file":
            return Told(
                _("{file} has {rows} rows and usually about {usual}.", **values),
                _("{file} is much shorter than usual", **values),
                _("It has {rows} rows and usually about {usual}. The upload may have been cut off. Send it again.", **values),
            )
        case "new_year":
            return Told(
                _("Looks like the start of a new term: {ends} enrollments end and {begins} begin.", **values),
                _("It looks like the new school year"),
                _(
                    "Last term's classes end and new ones begin: {ends} enrollments end and {begins} begin. "
                    "If your year or term starts now, approve this plan once.",
                    **values,
                ),
            )
        case "rekeyed":
            return Told(
                _(
                    "{count} of {of} people have other numbers tonight. This looks like new numbers for the same people.",
                    **values,
                ),
                _("The same people have new numbers"),
                _(
                    "{count} of {of} people who would be removed come again under other numbers. "
                    "Do not approve before talking to us: apps would see strangers.",
                    **values,
                ),
            )
        case "another_district":
            return Told(
                _("This looks like the data of another district."),
                _("This looks like the data of another district"),
                _("{message} Ask who sends to this source.", **values),
            )
        case _:
            return Told(_("{message}", **values), _("One cause stands behind many rows"), _("{message}", **values))
