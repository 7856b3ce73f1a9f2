"""What a person does to a single record: a revision of its own, with the person's name and without an import.

The same statements write it that write a night; the record keeps the file and line that last wrote it whole, for they tell
which delivery speaks of it.
"""

from __future__ import annotations

from homeroom.store import holding
from homeroom.store.apply import changed_tables, changes, deltas_of, new_revision, still, write_roster
from homeroom.store.commits import Commit
from homeroom.store.ferry import ferry
from homeroom.store.holding import Holding
from homeroom.store.loading import load_roster
from homeroom.store.places import Place
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Plan


def write(place: Place, workbench: Workbench, plan: Plan, commit: Commit, held: Holding) -> int:
    """See `RosterStore.by_hand`."""
    if not changed_tables(plan, commit):
        hold(place, held)
        return commit.revision_before
    number = commit.revision_before + 1
    deltas = deltas_of(place, workbench, plan, commit)
    with ferry(workbench, place, changes(plan)) as boat:
        load_roster(boat, deltas, commit)
        with place.write(alone=True) as connection:
            boat.board(connection)
            still(connection, place, commit)
            write_roster(connection, place, boat, deltas, commit)
            holding.keep(connection, place, held)
            new_revision(connection, commit, number)
    return number


def hold(place: Place, held: Holding) -> None:
    """Change what is held of a record, and no value."""
    with place.write() as connection:
        holding.keep(connection, place, held)
