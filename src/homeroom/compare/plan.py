"""The plan: what tonight's admitted rows would do to the roster, record by record, before anything is done.

`plan` makes in the workbench, for each table T that it is given:

    plan_T      verb, id, sourcedId, all model columns (final values), _file, _row (NULL for removals), _changed, _school, _withheld
    left_T      sourcedId, _kh: keys of the snapshot that complete files provably no longer list
    handed_T    sourcedId of records that change hands tonight; made before the plan, and only where a person said so
    kept_T      after a full walk: stored records that live on although no admitted row carries them, with their columns
    foreign_T   sourcedId, _file, _row: admitted rows whose key another source holds

`_changed` is a JSON object column -> [old, new] (NULL for adds and removals); `_school` lists the schools that a change
counts for: those of the stored record, or of the new one for adds. `_withheld` lists the fields of the record that tonight would
change too, were they the source's to write (`compare.withheld`).

The cases, for a key that ...                          the plan says
    came, and is not stored                            add
    came, is stored and active, and differs            update
    came, is stored and active, and does not differ    nothing; nor where all that differs is not the source's to write
    came, is stored as tobedeleted                     restore (the old id), unless a person archived it to stay so
    came, and is held active by a stranger             nothing; the row is refused: key-of-another-source
    came, and a person had this source take it over    update, also where nothing differs: it changes hands
    came with status tobedeleted, is active and ours   remove
    came with status tobedeleted, otherwise            nothing (removal-unknown, if nobody knows it)
    was refused tonight                                nothing: it lives on
    did not come in complete files, active and ours    remove, if every key of tonight could be read, and unless a file that
                                                       did not come tonight had brought it
    did not come otherwise                             nothing
    says what the roster tells already, in the words   nothing (see `told`)
    of the other version of OneRoster
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from homeroom.compare import tonight, withheld
from homeroom.compare.merging import Meeting, nothing
from homeroom.compare.ownership import EVERYTHING, Holds, Ownership, has_locks
from homeroom.compare.plan_hash import first_hash, plan_hash
from homeroom.compare.presence import STRANGER, nobody_left, settle_changed, settle_whole, strange, strangers, tell_unknown
from homeroom.compare.told import told
from homeroom.roster.catalogue import Table
from homeroom.roster.names import quoted
from homeroom.roster.report import TableReport
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Feed, Lookup, Plan, Sifted


class Walked(NamedTuple):
    """One table that came as far as the plan: what it is, how it was sifted, what was admitted.

    `elsewhere` names a relation with the sourcedId of the records that files wrote which did not come tonight; None: there are none.
    """

    table: Table
    sifted: Sifted
    admitted: Admitted
    elsewhere: str | None = None


def plan(
    workbench: Workbench,
    tables: Sequence[Walked],
    source: int,
    lookup: Lookup,
    *,
    first: bool,
    allied: Collection[int] = (),
    ownership: Ownership = EVERYTHING,
) -> Plan:
    """Say what would change. `source` is the one that delivers; `allied` sources are declared to be the same system.

    `ownership`: what the source may write at all.

    `first`: the roster is empty, so that everything admitted is an add; the plan then is a view and costs nothing, and its
    hash is made of the rows' own hashes instead of their values (nobody approves a first import).
    """
    reports, known = {}, set()
    for walked in tables:
        if first:
            reports[walked.table.name] = _first(workbench, walked)
            continue
        each = _compare(workbench, walked, source, lookup, frozenset(allied), ownership)
        reports[walked.table.name], derived = each
        known |= {walked.table.name} if derived else set()
    columns = {w.table.name: tuple(c for c in w.table.columns if c in w.admitted.columns) for w in tables}
    hashed = first_hash if first else plan_hash
    return Plan(
        tables=reports,
        hash=hashed(workbench, [w.table for w in tables]),
        first=first,
        columns=columns,
        withheld=tuple(told for name in reports for told in withheld.tell(workbench, name)),
        offers=withheld.OFFERS if workbench.exists(withheld.OFFERS) else None,
        told=frozenset(known),
    )


def refused_as_foreign(workbench: Workbench, table: Table) -> dict[int, int]:
    """How many admitted rows of each file the plan refused, since another source holds their key.

    For the report: in its file such a row counts as refused, no longer as accepted.
    """
    if (STRANGER, table.name) not in workbench.facts:
        return {}
    return dict(workbench.rows(f"SELECT _file, count(*) FROM {quoted(f'foreign_{table.name}')} GROUP BY _file"))


def _first(workbench: Workbench, walked: Walked) -> TableReport:
    """Everything admitted is added. `_kh` and `_rh` stay in the view for the hash."""
    name, delivered = walked.table.name, walked.admitted.columns
    meeting = Meeting(walked.table, frozenset(delivered), {}, Holds(walked.table))
    nobody_left(workbench, walked.table)
    cells = ", ".join(f"a.{quoted(c)}" if c in delivered else nothing([c]) for c in meeting.columns)
    column = walked.table.school_column
    school = meeting.schools(f"a.{quoted(column)}" if column in delivered and column else "NULL::VARCHAR")
    alive = "WHERE a.status IS DISTINCT FROM 'tobedeleted'" if "status" in delivered else ""
    workbench.run(f"""
        CREATE OR REPLACE VIEW {quoted(f"plan_{name}")} AS
        SELECT 'add' AS verb, NULL::BIGINT AS id, a."sourcedId", {cells}, a._file, a._row,
               NULL::VARCHAR AS _changed, {school} AS _school, NULL::VARCHAR[] AS _withheld, a._kh, a._rh
        FROM {quoted(f"admitted_{name}")} a {alive}
    """)
    added = workbench.value(f"SELECT count(*) FROM {quoted(f'plan_{name}')}")
    return TableReport(added=added, refused=_refused(walked))


def _compare(
    workbench: Workbench, walked: Walked, source: int, lookup: Lookup, allied: frozenset[int], ownership: Ownership
) -> tuple[TableReport, bool]:
    """Compare with what the store holds of the keys that matter. Says also whether the store tells some of it already."""
    table, sifted, admitted, elsewhere = walked
    nobody_left(workbench, table)
    stored: str | None = None
    if sifted.full and sifted.mode == "continuous":
        stored = settle_whole(workbench, table, admitted, source, lookup, elsewhere, sifted.spared)
    elif not sifted.same or admitted.again:
        stored = settle_changed(workbench, table, admitted, source, lookup, elsewhere, sifted.spared)
    if stored is None:
        _empty(workbench, table)
        return TableReport(unchanged=sifted.unchanged - admitted.again, refused=_refused(walked)), False
    family = ", ".join(str(s) for s in sorted({source, *allied}))
    lacking = tonight.undelivered(sifted.feeds)
    members = _members(sifted.feeds)
    holds = ownership.of(table, locks=bool(workbench.value(has_locks(stored))))
    derived = told(workbench, table.name, admitted.columns, stored, lookup)
    meeting = Meeting(table, frozenset(admitted.columns), lacking, holds, members, derived)
    foreign = strangers(workbench, table, stored, family)
    named = tell_unknown(workbench, table, stored) if meeting.names_removals else 0
    if not holds.nothing:
        withheld.note(workbench, meeting, stored, _pairs(workbench, meeting, family))
    rows = _rows(workbench, meeting, stored, family, _gone(walked, source, family, named))
    workbench.run(f"CREATE OR REPLACE TABLE {quoted(f'plan_{table.name}')} AS {rows}")
    accepted = workbench.value(f"SELECT count(*) FROM {quoted(f'admitted_{table.name}')}")
    return _report(workbench, walked, same_or_changed=accepted - foreign - named, foreign=foreign), derived is not None


def _gone(walked: Walked, source: int, family: str, named: int) -> dict[str, str]:
    """The relations of keys that leave -> whose they must be. What no rule can fill is left out: planning it takes its time too."""
    name = walked.table.name
    absent = {f'(SELECT "sourcedId" FROM {quoted(f"left_{name}")})': str(source)} if walked.sifted.mode == "continuous" else {}
    said = {f"(SELECT \"sourcedId\" FROM {quoted(f'admitted_{name}')} WHERE status = 'tobedeleted')": family} if named else {}
    return absent | said


def _rows(workbench: Workbench, meeting: Meeting, stored: str, family: str, gone: Mapping[str, str]) -> str:
    """The SELECT of `plan_T`: pairs of admitted and stored rows that differ, then the removals."""
    name = meeting.table.name
    admitted = quoted(f"admitted_{name}")
    # A record that changes hands is written even where no value differs, so that its source is the new one.
    handed = (
        f' OR "sourcedId" IN (SELECT "sourcedId" FROM {quoted(f"handed_{name}")})' if workbench.exists(f"handed_{name}") else ""
    )
    removals = [f"UNION ALL {_removals(meeting, stored, keys, owners)}" for keys, owners in gone.items()]
    return f"""
        WITH pairs AS (
            SELECT a."sourcedId", a._file, a._row, s.id, s.status AS _status, {meeting.paired()}
            FROM {admitted} a LEFT JOIN {stored} s ON a."sourcedId" = s."sourcedId" {meeting.with_told()}
            WHERE {_pairs(workbench, meeting, family)} AND {meeting.is_news()}
              {"" if meeting.holds.nothing else f"AND NOT coalesce({meeting.holds.archived()}, false)"}
        )
        SELECT CASE WHEN id IS NULL THEN 'add' WHEN _status = 'tobedeleted' THEN 'restore' ELSE 'update' END AS verb,
               id, "sourcedId", {meeting.final()}, _file, _row, {meeting.changed()} AS _changed,
               {meeting.school_of_pair()} AS _school, {_withheld(meeting)} AS _withheld
        FROM pairs WHERE id IS NULL OR _status = 'tobedeleted' OR {meeting.any_change()}{handed}
        {" ".join(removals)}
    """


def _pairs(workbench: Workbench, meeting: Meeting, family: str) -> str:
    """Whether an admitted row `a` speaks of the stored record `s`: not of its removal, and it is no stranger's."""
    alive = "a.status IS DISTINCT FROM 'tobedeleted'" if meeting.names_removals else "true"
    return f"{alive} AND NOT coalesce({strange(workbench, meeting.table.name, family)}, false)"


def _withheld(meeting: Meeting) -> str:
    """The fields of a pair that are not the source's to write, though they differ; NULL where there are none."""
    if meeting.holds.nothing:
        return "NULL::VARCHAR[]"
    noted = quoted(f"withheld_{meeting.table.name}")
    return f'(SELECT list(w.field ORDER BY w.field) FROM {noted} w WHERE w."sourcedId" = pairs."sourcedId")'


def _removals(meeting: Meeting, stored: str, keys: str, owners: str) -> str:
    """Active stored records with one of those keys, if one of those sources wrote them last."""
    cells = ", ".join(f"s.{quoted(c)}" for c in meeting.columns)
    column = meeting.table.school_column
    school = meeting.schools(f"s.{quoted(column)}" if column else "NULL::VARCHAR")
    return f"""
        SELECT 'remove', s.id, s."sourcedId", {cells}, NULL::INTEGER, NULL::BIGINT, NULL::VARCHAR, {school}, NULL::VARCHAR[]
        FROM {stored} s WHERE s.status = 'active' AND s._source IN ({owners}) AND s."sourcedId" IN {keys}
    """


def _empty(workbench: Workbench, table: Table) -> None:
    cells = ", ".join(f"{quoted(c)} VARCHAR" for c in table.columns if c != "sourcedId")
    workbench.run(f"""
        CREATE OR REPLACE TABLE {quoted(f"plan_{table.name}")}
        (verb VARCHAR, id BIGINT, "sourcedId" VARCHAR, {cells}, _file INTEGER, _row BIGINT, _changed VARCHAR, _school VARCHAR[],
         _withheld VARCHAR[])
    """)


def _members(feeds: Sequence[Feed]) -> dict[int, tuple[str, ...]]:
    """File number -> the names inside metadata that any of its feeds speaks for; rows of other files bring all of theirs."""
    found: dict[int, tuple[str, ...]] = {}
    for feed in feeds:
        if "metadata" in feed.columns and (feed.members or not feed.made):
            number = feed.text.file.number
            found[number] = (*found.get(number, ()), *feed.members)
    return found


def _report(workbench: Workbench, walked: Walked, *, same_or_changed: int, foreign: int) -> TableReport:
    """Count the plan by verb. `same_or_changed`: admitted rows that are neither a stranger's nor named removals."""
    counted = dict(workbench.rows(f"SELECT verb, count(*) FROM {quoted(f'plan_{walked.table.name}')} GROUP BY verb"))
    added, updated, restored = (counted.get(verb, 0) for verb in ("add", "update", "restore"))
    return TableReport(
        added=added,
        updated=updated,
        unchanged=walked.sifted.unchanged - walked.admitted.again + same_or_changed - added - updated - restored,
        removed=counted.get("remove", 0),
        restored=restored,
        refused=_refused(walked) + foreign,
    )


def _refused(walked: Walked) -> int:
    return sum(t.refused for t in walked.admitted.tallies)
