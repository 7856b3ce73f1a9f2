"""The checks room's door: one table's rows of tonight come in, those that may go on to the roster come out."""

from __future__ import annotations

from dataclasses import replace

from homeroom.checks import keys, outcome
from homeroom.checks.cells import Cell, cells
from homeroom.checks.departures import judge_status
from homeroom.checks.mended import prefer_mended, refuse_lost_zeros
from homeroom.checks.notes import keep_notes, tell_healed, tell_standing
from homeroom.checks.parents import find_cycles
from homeroom.checks.ragged import refuse_ragged
from homeroom.checks.recall import recall
from homeroom.checks.references import check_references, note_leaving
from homeroom.checks.rules import Rules
from homeroom.checks.scan import explain_cells
from homeroom.checks.sense import check_sense
from homeroom.checks.sheet import WALKED, Proved, Sheet
from homeroom.checks.standing import let_stand, stands, tally
from homeroom.checks.unmapped import set_unmapped_aside
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
    tell_healed(sheet)
    again = recall(sheet, lookup)
    if stands(sheet, again):
        sheet = replace(sheet, anyone_leaves=False)
        columns = let_stand(sheet)
        note_leaving(sheet, lookup)
        tell_standing(sheet)
        if sifted.told or sifted.mended:
            outcome.publish(sheet)
        return Admitted(table.name, columns, sifted.mode, sifted.full, tally(sheet), provable=True, untouched=True)
    known = refuse_ragged(sheet, lookup)
    shapes = cells(table, sifted.columns, rules)
    changed, leavers = workbench.rows(f"SELECT count(*), count_if({sheet.leaving}) FROM {sheet.shaped}")[0]
    sheet = replace(sheet, anyone_leaves=bool(leavers))
    if changed:
        sheet = set_unmapped_aside(sheet)
    sheet, healed = _check_rows(sheet, shapes, lookup) if changed else (sheet, ())
    sheet = outcome.settle_refused(sheet)
    provable = _settle(sheet, known)
    if changed:
        _check_own(sheet, shapes, lookup)
    columns, untouched = outcome.make_admitted(sheet, healed)
    if changed:
        check_sense(sheet, columns)
    note_leaving(sheet, lookup)
    said = outcome.said(sheet)
    if said.found:
        keep_notes(sheet)
    tell_standing(sheet)
    if said.found or said.repaired or sifted.told:
        outcome.publish(sheet)
    return Admitted(table.name, columns, sifted.mode, sifted.full, outcome.tally(sheet, said), provable, untouched, again)


def _check_rows(sheet: Sheet, shapes: tuple[Cell, ...], lookup: Lookup) -> tuple[Sheet, tuple[Cell, ...]]:
    """What can be said of the rows before it is known which of them stand. Returns the sheet without rows for which a mended one
    came, and the columns that need healing.
    """
    judge_status(sheet)
    healed = explain_cells(sheet, shapes)
    refuse_lost_zeros(sheet, lookup)
    sheet = prefer_mended(sheet)
    keys.find_twice(sheet)
    keys.find_look_alikes(sheet, odd=any(cell.name == "sourcedId" for cell in healed))
    keys.find_lost_zeros(sheet, lookup)
    others = tuple(f for f in sheet.table.references if f.ref != sheet.name)
    check_references(sheet, others, _required(shapes), sheet.rows, lookup)
    return sheet, healed


def _check_own(sheet: Sheet, shapes: tuple[Cell, ...], lookup: Lookup) -> None:
    """References within the table: they may only name rows that stand."""
    own = tuple(f for f in sheet.table.references if f.ref == sheet.name)
    if own:
        check_references(sheet, own, _required(shapes), outcome.clear_rows(sheet), lookup)
        find_cycles(sheet, outcome.clear_rows(sheet), lookup)


def _required(shapes: tuple[Cell, ...]) -> frozenset[str]:
    return frozenset(c.name for c in shapes if c.required)


def _settle(sheet: Sheet, known: bool) -> bool:
    """Decide which keys pass; whether absence in this table proves anything. `known`: no ragged row has a doubtful key."""
    if sheet.anyone_leaves:
        outcome.make_departed(sheet)
    outcome.make_usable(sheet, sheet.is_referenced)
    provable = known and outcome.provable(sheet)
    continuous = sheet.sifted.mode == "continuous"
    # Where one of several files did not come, what it brought stands as it is: other rows may refer to it.
    whole = provable and not sheet.sifted.partial
    sheet.workbench.facts[WALKED, sheet.name] = Proved(continuous, whole, sheet.sifted.spared)
    return provable
