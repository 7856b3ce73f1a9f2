"""lock, unlock, locks, archive, unarchive."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from cyclopts import Parameter

from homeroom.cli.context import document, note, opened_house, table

WHO = "command line"
Json = Annotated[bool, Parameter(name="--json", negative="")]
TableName = Annotated[str, Parameter(name="TABLE")]


def lock(
    slug: str,
    table_name: TableName,
    sourced_id: str,
    field: str | None = None,
    /,
    *,
    value: str | None = None,
    why: str | None = None,
    until: date | None = None,
    as_json: Json = False,
) -> int:
    """Keep a field of a record as it is, whatever the source says; with --value, correct it first.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. users or gpa.
    sourced_id
        The record's sourcedId.
    field
        A column, e.g. email, or an entry of the metadata, e.g. metadata.language; without it all fields of the record.
    value
        What shall stand there from now on; an empty text makes the field blank. It is checked as a file's cell is.
    why
        A few words for whoever meets the lock later.
    until
        The day (2027-01-31) on which it is unlocked by itself, at midnight in the district's zone.
    as_json
        Print one JSON document.
    """
    from homeroom.roster.faults import Misuse
    from homeroom.sync import by_hand

    if value is not None and field is None:
        raise Misuse("--value needs the name of the field that it is for.")
    with opened_house() as house:
        if value is None or field is None:
            made = by_hand.lock(house, slug, table_name, sourced_id, field, why=why, who=WHO, until=until)
        else:
            made = by_hand.correct(house, slug, table_name, sourced_id, field, value, why=why, who=WHO, until=until)
    end = f" until {until.isoformat()}" if until is not None else ""
    return _told(made, as_json, f"{field or 'Every field'} of {sourced_id} is locked{end}; no import changes it.")


def unlock(slug: str, table_name: TableName, sourced_id: str, field: str | None = None, /, *, as_json: Json = False) -> int:
    """Let the source write a locked field again: the next complete delivery brings what it says.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. users or gpa.
    sourced_id
        The record's sourcedId.
    field
        The field; without it every lock of the record is taken away.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import by_hand

    with opened_house() as house:
        made = by_hand.unlock(house, slug, table_name, sourced_id, field, who=WHO)
    return _told(
        made, as_json, f"{field or 'Every field'} of {sourced_id} is the source's again, with its next complete delivery."
    )


def locks(slug: str, table_name: Annotated[str | None, Parameter(name="TABLE")] = None, /, *, as_json: Json = False) -> int:
    """What people hold of a district's records: locked fields, who has joined, what was archived by hand. Values are not shown.

    Parameters
    ----------
    slug
        The district.
    table_name
        Only this table.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import by_hand

    with opened_house() as house:
        held = by_hand.locks(house, slug, table_name)
    if as_json:
        document(held)
        return 0
    table(
        ["table", "sourcedId", "held", "since", "until", "by", "why", "the source differs in"],
        [
            (
                h["table"],
                h["sourcedId"],
                h["field"] or h["mark"],
                h["since"],
                h["until"],
                h["who"],
                h["why"],
                ", ".join(h["differs"]),
            )
            for h in held
        ],
    )
    return 0


def archive(
    slug: str,
    table_name: TableName,
    sourced_id: str,
    /,
    *,
    always: Annotated[bool, Parameter(negative="")] = False,
    why: str | None = None,
    as_json: Json = False,
) -> int:
    """Remove a record by hand: its status becomes tobedeleted, as if its source had dropped it.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. classes.
    sourced_id
        The record's sourcedId.
    always
        It stays so whatever the source says, until somebody unarchives it. Without it, a delivery that lists the record brings it back,
        unless the source's settings say that archived records of this table stay archived.
    why
        A few words for whoever meets it later.
    as_json
        Print one JSON document.
    """
    from homeroom.roster.holding import ARCHIVED, ARCHIVED_ALWAYS
    from homeroom.sync import by_hand

    with opened_house() as house:
        mark = ARCHIVED_ALWAYS if always else ARCHIVED
        made = by_hand.archive(house, slug, table_name, sourced_id, mark=mark, why=why, who=WHO)
    stays = (
        "No import brings it back."
        if always
        else "A delivery that lists it brings it back, unless its source's settings say otherwise; --always prevents that."
    )
    return _told(made, as_json, f"{sourced_id} is archived. {stays}")


def unarchive(slug: str, table_name: TableName, sourced_id: str, /, *, as_json: Json = False) -> int:
    """Bring back a record that was archived by hand.

    Parameters
    ----------
    slug
        The district.
    table_name
        A OneRoster table or a dataset, e.g. classes.
    sourced_id
        The record's sourcedId.
    as_json
        Print one JSON document.
    """
    from homeroom.sync import by_hand

    with opened_house() as house:
        made = by_hand.unarchive(house, slug, table_name, sourced_id, who=WHO)
    return _told(made, as_json, f"{sourced_id} is active again.")


def _told(made: dict[str, Any], as_json: bool, sentence: str) -> int:
    if as_json:
        document(made)
    else:
        note(f"{sentence} The roster is at revision {made['revision']}.")
    return 0
