"""One district's store: its roster by revision, and everything that was ever said about its imports."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from homeroom.roster.catalogue import DATASET, Table
from homeroom.store import (
    absences,
    by_hand,
    declared,
    filled,
    finding,
    first_postgres,
    first_sqlite,
    history,
    holding,
    pages,
    people_counted,
    retention,
    rollback,
)
from homeroom.store import apply as applying
from homeroom.store.bring import bring
from homeroom.store.commits import Commit
from homeroom.store.deliveries import Deliveries
from homeroom.store.elsewhere import elsewhere
from homeroom.store.finding import Finder, Hits
from homeroom.store.history import Change, Record, Revision
from homeroom.store.holding import Hold, Holding
from homeroom.store.imports import Imports
from homeroom.store.issues import Issues
from homeroom.store.outbox import Outbox
from homeroom.store.pages import Counts, Page, Pages, Where
from homeroom.store.places import Place
from homeroom.store.snapshots import Snapshots
from homeroom.store.sqlite_file import SqliteFile
from homeroom.store.write_backs import WriteBacks
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan


class RosterStore:
    """One district's store. Thread safe. Readers never wait for a writer."""

    def __init__(self, place: Place, slug: str, finder: Finder | None = None) -> None:
        """Use `Stores.roster`."""
        self.place = place
        self.slug = slug
        self.imports = Imports(place)
        self.deliveries = Deliveries(place)
        self.issues = Issues(place)
        self.outbox = Outbox(place)
        self.snapshots = Snapshots(place)
        self.write_backs = WriteBacks(place)
        self._pages = Pages(place)
        self._finder = finder or Finder()

    # -- revisions ----------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """The number of the present revision; 0 before the first commit."""
        return history.present(self.place)

    def revisions(self, limit: int = 50, *, before: int | None = None) -> list[Revision]:
        """Revisions, newest first."""
        return history.revisions(self.place, limit, before)

    def revision_before(self, moment: datetime) -> Revision | None:
        """The revision that held right before a moment; None where there was none yet, or it is not kept."""
        return history.revision_before(self.place, moment)

    def changes_of(self, number: int, table: str, *, verb: str | None = None, after: int = 0, limit: int = 100) -> list[Change]:
        """Changes of one revision in one table behind a seq, in their order; `verb`: only of that kind."""
        return history.changes_of(self.place, number, table, verb, after, limit)

    def tallied(self, number: int) -> dict[str, dict[str, int]]:
        """Table -> verb -> how many records a revision changed that way; nothing for the first one, which has no changes."""
        return history.tallied(self.place, number)

    def tallied_people(self, number: int) -> dict[str, dict[str, int]]:
        """The same for users, by kind of person."""
        return history.tallied_people(self.place, number)

    # -- the walk -----------------------------------------------------------------------------------------------

    def agree(self, declared_tonight: Sequence[Table]) -> tuple[Table, ...]:
        """A set's own datasets as they may be walked: with the columns that this store has of them from before.

        Raises Refused("dataset_changed") where tonight's declaration contradicts the rows that are kept.
        """
        return declared.agree(self.place, declared_tonight)

    def bring(self, workbench: Workbench, table: str | Table, wanted: str | None) -> str:
        """Copy stored records into `stored_T` of a workbench; see `values.Lookup`. Removed records come too.

        `wanted` names a relation with a column sourcedId, or is None for the whole table. Columns: see `bring.shape`.
        """
        return bring(self.place, workbench, self.table(table) if isinstance(table, str) else table, wanted)

    def touched(self, workbench: Workbench, table: str, since: int) -> str | None:
        """Keys of a table that changed after a snapshot's revision, as the relation `changed_since_T` (column sourcedId).

        A snapshot made at revision `since` knows nothing of them: they are to be compared with the store. None: there are none.
        """
        return history.touched(self.place, workbench, table, since)

    def written_by(self, workbench: Workbench, table: str, source: int, belongs: Callable[[str], bool], into: str) -> str | None:
        """Keys of a source's active records that were last written by files whose names `belongs` takes, as relation `into`.

        The relation has one column, sourcedId. None: there are no such records.
        """
        return elsewhere(self.place, workbench, table, source, belongs, into)

    def absent(self, workbench: Workbench, source: int, into: str) -> str | None:
        """Students of a source who stay though no file lists them, as relation `into` (sourcedId, runs: imports in a row).

        Returns what stood for the users of the import that counted last, or None.
        """
        return absences.bring(self.place, workbench, source, into)

    def apply(self, workbench: Workbench, plan: Plan, commit: Commit) -> int:
        """Commit a plan with everything that belongs to it, in one transaction (law 1); returns the revision after it.

        `plan_T` holds verb, id, sourcedId and all model columns; `_file` and `_row` (or `_line`) give the provenance and
        `body` the text for the REST door where the plan brings them. A plan that changes nothing ends the import and writes
        no revision (law 7). Raises TryAgain when the attempt was overtaken or the roster moved; then nothing was written.
        """
        if not applying.changed_tables(plan, commit):
            applying.finish_only(self.place, workbench, plan, commit)
            return commit.revision_before
        if commit.revision_before == 0 and _adds(plan) >= FIRST_LOAD_ROWS:
            return self.apply_first(workbench, plan, commit)
        return applying.apply(self.place, workbench, plan, commit)

    def apply_first(self, workbench: Workbench, plan: Plan, commit: Commit) -> int:
        """The first load of an empty district, as `apply`: a new file (or new tables) beside the old, indexes last, one swap.

        `apply` takes this road by itself for large plans. Raises TryAgain when the roster is not empty.
        """
        if isinstance(self.place, SqliteFile):
            return first_sqlite.load(self.place, workbench, plan, commit)
        return first_postgres.load(self.place, workbench, plan, commit)

    def settle(self) -> None:
        """Fold a large write-ahead log back into the district's file: after the answer, for nobody waits for it."""
        self.place.settle()

    def finish(self, workbench: Workbench | None, plan: Plan | None, commit: Commit) -> None:
        """End an import, or let it wait, without a new revision: failed, held, dry run. Issues and report are kept.

        Raises TryAgain when the attempt was overtaken.
        """
        applying.finish_only(self.place, workbench, plan, commit)

    def rollback_plan(self, workbench: Workbench, revision: int) -> Plan:
        """The plan that makes the roster equal to what it was at an old revision; its tables lie in the workbench.

        Records that came later become tobedeleted. Raises Misuse for a revision that is not there.
        """
        return rollback.plan(self.place, workbench, revision)

    def purge(self, before: datetime, now: datetime) -> int:
        """Remove for good what has been tobedeleted since before that moment, with its history; returns how many records.

        Makes a revision of kind `retention` when there were any. The caller holds the district's lock.
        """
        return retention.purge(self.place, before, now)

    # -- what people do by hand ---------------------------------------------------------------------------------

    def by_hand(self, workbench: Workbench, plan: Plan, commit: Commit, held: Holding) -> int:
        """Commit what a person does to a record, as `apply` does for an import, together with what is held of it from now on.

        Returns the revision after it; a plan that changes no value makes none. Raises TryAgain when the roster moved.
        """
        return by_hand.write(self.place, workbench, plan, commit, held)

    def hold(self, held: Holding) -> None:
        """Change what is held of a record that exists, and no value of it."""
        by_hand.hold(self.place, held)

    def held(self, table: str, sourced_id: str) -> tuple[Hold, ...]:
        """What people hold of one record."""
        return holding.of(self.place, table, sourced_id)

    def all_held(self, table: str | None = None, limit: int = 1_000_000) -> tuple[Hold, ...]:
        """What people hold in the whole district, or in one table."""
        return holding.everything(self.place, table, limit)

    def holds_until(self, today: date) -> tuple[Hold, ...]:
        """What is held until that day, or until one before it."""
        return holding.due(self.place, today)

    def held_stamp(self) -> int:
        """A number that is another one after every change of what is held."""
        return holding.stamp(self.place)

    # -- reading ------------------------------------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """A table by its name: of the catalogue, or a dataset that was declared here. Raises Misuse with the names there are."""
        return declared.table(self.place, name)

    def datasets(self) -> tuple[Table, ...]:
        """The datasets: those that come with Homeroom, then those that were declared here."""
        return declared.book(self.place).version(DATASET)

    def counts(self) -> dict[str, Counts]:
        """Table -> records that are active and removed, of every table that holds any."""
        return self._pages.counts()

    def people(self) -> dict[str, int]:
        """Active users by kind: `student`, `staff`, `guardian`. Reads all users."""
        return people_counted.people(self.place)

    def filled(self, table: str, columns: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Active records of a table, and column -> how many of them have a value there. Reads the whole table."""
        return filled.filled(self.place, table, columns)

    def by_school(self) -> dict[str, dict[str, int]]:
        """School -> active `student`, `staff`, `guardian` and `classes`. Reads all users and classes."""
        return filled.by_school(self.place)

    def total(self, table: str, status: str | None = None) -> int:
        """How many records a table holds, of one status or of both. Costs nothing: the counts are kept by commits."""
        return self._pages.total(table, status)

    def active_counts(self, source: int) -> dict[str, dict[str | None, int]]:
        """Table -> school -> active records that a source owns; school None is the whole table. For the limits."""
        return pages.active_counts(self.place, source)

    def bearing(self, source: int, table: str, member: str) -> int:
        """How many active records of a source have that member in their metadata. Reads the whole table."""
        return pages.bearing(self.place, source, table, member)

    def one(self, table: str, sourced_id: str) -> dict[str, str | int | None] | None:
        """One record with all stored columns, removed or not; None for an unknown one."""
        return pages.one(self.place, table, sourced_id)

    def page(
        self,
        table: str,
        limit: int,
        *,
        offset: int = 0,
        after: int | None = None,
        status: str | None = None,
        where: Sequence[Where] = (),
        columns: tuple[str, ...] | None = None,
    ) -> Page:
        """A page of a table in the order of id: behind an id, or at any offset (by block counts, not by counting rows).

        `columns`: only those, in that order; fewer are faster. All without. Raises Misuse for an unknown `where` column.
        """
        return self._pages.page(table, limit, offset=offset, after=after, status=status, where=where, columns=columns)

    def rows(
        self, table: str, *, status: str | None = None, since: int | None = None, where: Sequence[Where] = ()
    ) -> Iterator[tuple[str | int | None, ...]]:
        """All records of a table in the order of id, one state of the store: tuples of `pages.columns_of(table)`.

        `since`: only those that changed after that revision.
        """
        return pages.rows(self.place, table, status=status, since=since, where=where)

    def record(self, table: str, sourced_id: str) -> Record | None:
        """One record with its provenance and its changes, newest first; None for an unknown one."""
        return history.record(self.place, table, sourced_id)

    def changes(self, after: int = 0, limit: int = 1000, *, seq: int = 0) -> list[Change]:
        """Changes behind (revision `after`, change `seq`), in their order. The first revision has none: read the rows."""
        return history.changes(self.place, after, seq, limit)

    def changes_of_records(self, table: str, keys: Collection[str], limit: int) -> list[Change]:
        """The changes of some records of one table (at most a few hundred keys), the newest first."""
        return history.of_records(self.place, table, keys, limit)

    def search(self, table: str, term: str, limit: int) -> Hits:
        """Records by name, number, e-mail address or id, the best first; see `finding`. Raises KeyError for other tables."""
        return self._finder.search(self.place, self.slug, table, term, limit)

    def by_id(self, table: str, ids: Collection[int], columns: tuple[str, ...]) -> dict[int, dict[str, Any]]:
        """Columns of records by their row ids, removed or not; an id that nothing has is left out."""
        return finding.rows(self.place, table, ids, columns)

    def named(self, table: str, keys: Collection[str], columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """Columns of records, and `id`, by their sourcedIds, removed or not; a key that nothing has is left out."""
        return finding.named(self.place, table, keys, columns)

    def close(self) -> None:
        """Close its connections."""
        self.place.close()


FIRST_LOAD_ROWS = 20_000
"""From this many rows a first load goes into a new file; below that its fixed cost is the larger one."""


def _adds(plan: Plan) -> int:
    return sum(t.added for t in plan.tables.values())
