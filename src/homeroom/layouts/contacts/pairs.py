"""Gathering: the pairs that tonight's files say, and the people that the files of users know.

Makes in the workbench:

    contact_rows    one row for each row of a pairs feed: its place, its cells, words folded, points judged, `person` (its id)
    contact_known   one row for each row of a users feed: id, role, orgs, name, contact points, and the agents as sent

An id that is blank is made from the student's id and the contact's folded name. So it stays the same when a phone number or the
order of the rows changes, it never passes from one person to another, and two students' contacts are never taken for one person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from homeroom.layouts.contacts.rules import ContactRules
from homeroom.roster.contacts import pairs as described
from homeroom.roster.names import UNMAPPED, quoted
from homeroom.roster.names import text as literal
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Lookup

ROWS = "contact_rows"
KNOWN = "contact_known"
MADE_ID = "C-"
"""What stands before the student's id in an id that was made."""

# Whatever of ASCII is neither letter nor digit, and what people's keyboards make of blanks, dashes and quotes. Not the classes of
# Unicode: DuckDB takes longer to make ready for them than to look at ten thousand rows.
_SIGNS = r"[\x00-\x2f\x3a-\x60\x7b-\x7f\x{00a0}\x{2010}-\x{2015}\x{2018}-\x{201f}]+"
_EMAIL = r"[^\s@<>,;:]+@[^\s@<>,;:]+\.[^\s@<>,;:.]{2,}"
_SAME = "(0{7,}|1{7,}|2{7,}|3{7,}|4{7,}|5{7,}|6{7,}|7{7,}|8{7,}|9{7,})"


def folded(value: str) -> str:
    """SQL: words as they are compared: no capitals, no accents, one blank for any run of other signs; NULL when nothing is left."""
    return f"nullif(trim(regexp_replace(strip_accents(lower({value})), {literal(_SIGNS)}, ' ', 'g')), '')"


def digits(value: str) -> str:
    """SQL: the digits of a phone number, without the leading 1 of North America."""
    plain = f"regexp_replace({value}, '[^0-9]', '', 'g')"
    return f"CASE WHEN length({plain}) = 11 AND {plain}[1] = '1' THEN {plain}[2:] ELSE {plain} END"


def usable_email(value: str) -> str:
    """SQL: an e-mail address in small letters if it is well-formed, else NULL."""
    return f"CASE WHEN regexp_full_match({value}, {literal(_EMAIL)}) THEN lower({value}) END"


def usable_phone(value: str) -> str:
    """SQL: a phone's digits if they can be a number (7 to 15 digits, not one digit over and over), else NULL."""
    plain = digits(value)
    return f"CASE WHEN length({plain}) BETWEEN 7 AND 15 AND NOT regexp_full_match({plain}, {literal(_SAME)}) THEN {plain} END"


def numbered(feed: Feed) -> str:
    """A feed's rows, kept or not, with `_row` in any case: the record number is the position where the feed has none."""
    if feed.text.numbered or feed.made:
        return feed.select
    return f"SELECT row_number() OVER () AS _row, NULL::BIGINT AS _line, * FROM ({feed.select})"


FEW = 5_000
"""Rows of a users file up to which they are laid out once: the step and the walk after it would plan the layout's SQL for each look."""


def laid_out(workbench: Workbench, number: int, feed: Feed) -> Feed:
    """A small feed with its rows in a table of the workbench, which stays for the walk; any other as it is."""
    if feed.made or feed.text.rows is None or feed.text.rows > FEW:
        return feed
    relation = f"contact_users_{number}"
    workbench.run(f"CREATE OR REPLACE TABLE {relation} AS {numbered(feed)}")
    return replace(
        feed, text=replace(feed.text, relation=relation, numbered=True, by_line=None), select=f"SELECT * FROM {relation}"
    )


def cell(feed: Feed, column: str) -> str:
    """SQL for a column of a feed; NULL where it does not deliver it."""
    return quoted(column) if column in feed.columns else "NULL::VARCHAR"


def gather(workbench: Workbench, feeds: Sequence[Feed], rules: ContactRules) -> None:
    """Make `contact_rows` from the pairs feeds."""
    columns = [f.name for f in described().model]
    pieces = [
        f"SELECT {number} AS feed, {feed.text.file.number}::INTEGER AS file, _row AS row, "
        + ", ".join(f"{cell(feed, c)}::VARCHAR AS {quoted(c)}" for c in [*columns, "status"])
        + f" FROM ({numbered(feed)}) WHERE _keep"
        for number, feed in enumerate(feeds)
    ] or [
        "SELECT 0 AS feed, 0 AS file, 0 AS row, "
        + ", ".join(f"NULL::VARCHAR AS {quoted(c)}" for c in [*columns, "status"])
        + " WHERE false"
    ]
    words = ("relationship", "type", "custody")
    come = {c for feed in feeds for c in feed.columns}

    def words_of(column: str) -> Mapping[str, Sequence[str]]:
        return rules.words.get(column, {}) if column in come else {}

    made = f"{literal(MADE_ID)} || student || '-' || left(sha256({folded('concat_ws(chr(124), givenName, familyName)')}), 12)"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {ROWS} AS
        SELECT * EXCLUDE (sourcedId, relationship, type, custody, legalGuardian, role, priority, {", ".join(f"_{c}" for c in words)}),
            coalesce(sourcedId, {made}) AS person, sourcedId IS NULL AS made_id,
            relationship AS said, {_word("_relationship", words_of("relationship"))} AS relationship,
            {_word("_type", words_of("type"))} AS type, {_custody(words_of("custody"))} AS custody, {_folded(come, "role")} AS role,
            {_flag("legalGuardian")} AS legalGuardian, try_cast(priority AS DOUBLE) AS priority,
            {_usable(come, "email")} AS use_email, {_usable(come, "sms")} AS use_sms, {_usable(come, "phone")} AS use_phone,
            lower(coalesce(status, '')) IN ('tobedeleted', 'inactive') AS gone
        FROM (SELECT *, {", ".join(f"{_folded(come, c)} AS _{c}" for c in words)} FROM ({" UNION ALL ".join(pieces)}))
    """)


def _usable(come: Collection[str], point: str) -> str:
    """SQL: a contact point if it can be used; one that no file delivers is not looked at, since planning that takes its time too."""
    if point not in come:
        return "NULL::VARCHAR"
    return usable_email(quoted(point)) if point == "email" else usable_phone(quoted(point))


def _folded(come: Collection[str], column: str) -> str:
    return folded(quoted(column)) if column in come else "NULL::VARCHAR"


def plain(spelling: str) -> str:
    """A word of a word list as `folded` makes it, before any SQL: there are some hundred of them."""
    bare = "".join(c for c in unicodedata.normalize("NFD", spelling.lower()) if not unicodedata.combining(c))
    return re.sub(_SIGNS.replace("x{", "u").replace("}", ""), " ", bare).strip()


def _word(column: str, words: Mapping[str, Sequence[str]]) -> str:
    """A folded column after the word list; a word that the list lacks stays as it is."""
    arms = " ".join(
        f"WHEN {column} IN ({', '.join(literal(plain(s)) for s in spellings)}) THEN {literal(word)}"
        for word, spellings in words.items()
        if spellings
    )
    return f"CASE {arms} ELSE {column} END" if arms else column


def _custody(words: Mapping[str, Sequence[str]]) -> str:
    """restricted, allowed, or unclear for a word that nobody has listed; NULL where nothing is said."""
    said = _word("_custody", words)
    return f"CASE WHEN custody IS NULL THEN NULL WHEN {said} IN ('restricted', 'allowed') THEN {said} ELSE 'unclear' END"


def _flag(column: str) -> str:
    said = f"lower({column})"
    return (
        f"CASE WHEN {said} IN ('true', 't', 'yes', 'y', '1', 'on', 'x') THEN 'true' "
        f"WHEN {said} IN ('false', 'f', 'no', 'n', '0', 'off') THEN 'false' ELSE 'absent' END"
    )


def survey(workbench: Workbench, users: Sequence[Feed], roles: Sequence[Feed], lookup: Lookup) -> None:
    """Make `contact_known` from the users feeds; roles that only a roles feed says are filled in from there.

    Where some row of users could not be read, whoever the store holds and tonight's files do not name counts as known too: a
    student whose row is broken tonight has not left (law 3). So does a student whose row the source's own settings refuse.
    """
    pieces = [_people(number, feed) for number, feed in enumerate(users)]
    workbench.run(f"CREATE OR REPLACE TABLE {KNOWN} AS {' UNION ALL '.join(pieces)}")
    for feed in roles:
        workbench.run(f"""
            UPDATE {KNOWN} SET role = coalesce({KNOWN}.role, r.role), orgs = coalesce({KNOWN}.orgs, r.orgs)
            FROM (SELECT {cell(feed, "userSourcedId")} AS id, min({cell(feed, "role")}) AS role,
                         string_agg(DISTINCT {cell(feed, "orgSourcedId")}, ',' ORDER BY {cell(feed, "orgSourcedId")}) AS orgs
                  FROM ({feed.select}) WHERE _keep GROUP BY 1) r
            WHERE {KNOWN}.id = r.id
        """)
    unread = any(f.text.unread or f.text.ragged for f in users)
    if unread or any(f.refusals for f in users):
        meant = None if unread else _refused(workbench)
        stored, among = lookup("users", meant), "" if meant is None else f'AND s."sourcedId" IN (SELECT "sourcedId" FROM {meant})'
        workbench.run(f"""
            INSERT INTO {KNOWN}
            SELECT NULL, NULL, NULL, s."sourcedId", s.role, s."orgSourcedIds", s."givenName", s."familyName",
                   {usable_email("s.email")}, {usable_phone("s.sms")}, {usable_phone("s.phone")}, s."agentSourcedIds"
            FROM {stored} s ANTI JOIN {KNOWN} k ON s."sourcedId" = k.id
            WHERE s.status = 'active' AND coalesce(s.role, '') NOT IN ('parent', 'guardian', 'relative') {among}
        """)


def _refused(workbench: Workbench) -> str:
    """The keys of rows that the source's settings refuse, as a relation to ask the store with."""
    relation = "contact_refused"
    workbench.run(f"""
        CREATE OR REPLACE TABLE {relation} AS
        SELECT DISTINCT split_part(id, {literal(UNMAPPED)}, 3) AS "sourcedId" FROM {KNOWN} WHERE starts_with(id, {literal(UNMAPPED)})
    """)
    return relation


def _people(number: int, feed: Feed) -> str:
    orgs = f"coalesce({cell(feed, 'orgSourcedIds')}, {cell(feed, 'primaryOrgSourcedId')})"
    return (
        f"SELECT {number} AS feed, {feed.text.file.number}::INTEGER AS file, _row AS row, {quoted('sourcedId')} AS id, "
        f"lower({cell(feed, 'role')}) AS role, {orgs} AS orgs, {cell(feed, 'givenName')} AS givenName, "
        f"{cell(feed, 'familyName')} AS familyName, {_usable(feed.columns, 'email')} AS use_email, "
        f"{_usable(feed.columns, 'sms')} AS use_sms, {_usable(feed.columns, 'phone')} AS use_phone, "
        f"{cell(feed, 'agentSourcedIds')} AS agents FROM ({numbered(feed)}) WHERE _keep"
    )
