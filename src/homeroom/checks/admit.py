"""The checks room's door: one table's rows of tonight come in, those that may go on to the roster come out."""

from __future__ import annotations

from homeroom.checks import keys, outcome
from homeroom.checks.cells import Cell, cells
from homeroom.checks.departures import judge_status
from homeroom.checks.parents import find_cycles
from homeroom.checks.ragged import refuse_ragged
from homeroom.checks.references import check_references, tell_gone
from homeroom.checks.rules import Rules
from homeroom.checks.scan import explain_cells
from homeroom.checks.sense import check_sense
from homeroom.checks.sheet import WALKED, Sheet
from homeroom.roster.catalogue import Table
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Admitted, Lookup, Sifted


def admit(workbench: Workbench, table: Table, sifted: Sifted, rules: Rules, lookup: Lookup) -> Admitted:
    """Check one table; call it table by table in the catalogue's order, since references look at what was admitted before.

    Makes admitted_T, refused_T, usable_T and departed_T in the workbench and adds to the issue table. Every row is
    accepted, refused or ignored; which of them does not depend on the order of the rows.
    """
    sheet = Sheet(workbench, table, sifted, rules)
    sheet.open()
    refuse_ragged(sheet)
    judge_status(sheet)
    shapes = cells(table, sifted.columns, rules)
    healed = explain_cells(sheet, shapes)
    _check_keys(sheet, healed, lookup)
    others = tuple(f for f in table.references if f.ref != table.name)
    own = tuple(f for f in table.references if f.ref == table.name)
    required = frozenset(c.name for c in shapes if c.required)
    check_references(sheet, others, required, sheet.rows, lookup)
    provable = _settle(sheet)
    check_references(sheet, own, required, outcome.clear_rows(sheet), lookup)
    if own:
        find_cycles(sheet, outcome.clear_rows(sheet), lookup)
    columns = outcome.make_admitted(sheet, healed)
    check_sense(sheet, columns)
    tell_gone(sheet)
    outcome.publish(sheet)
    return Admitted(table.name, columns, sifted.mode, sifted.full, outcome.tally(sheet), provable)


def _check_keys(sheet: Sheet, healed: tuple[Cell, ...], lookup: Lookup) -> None:
    odd = any(c.name == "sourcedId" for c in healed)
    keys.find_twice(sheet)
    keys.find_look_alikes(sheet, odd)
    keys.find_lost_zeros(sheet, lookup)


def _settle(sheet: Sheet) -> bool:
    """Decide which rows are refused; whether absence in this table proves anything."""
    outcome.settle_refused(sheet)
    outcome.make_departed(sheet)
    outcome.make_usable(sheet, sheet.name in keys.referenced())
    provable = outcome.provable(sheet)
    continuous = sheet.sifted.mode == "continuous"
    sheet.workbench.run(f"INSERT OR REPLACE INTO {WALKED} VALUES (?, ?, ?)", [sheet.name, continuous, provable])
    return provable
