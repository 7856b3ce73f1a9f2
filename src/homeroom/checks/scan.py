"""Flag, then explain: one scan counts what is not as it should be, column by column; only such columns are looked at again."""

from __future__ import annotations

from dataclasses import replace

from homeroom.checks.cells import Cell
from homeroom.checks.dates import column_readings, date_fault
from homeroom.checks.sheet import Sheet
from homeroom.roster.catalogue import Format
from homeroom.roster.names import text


def explain_cells(sheet: Sheet, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Find every cell that breaks its column's rule.

    Returns the cells that some row needs healed, with the shape that heals them; all other columns stand as they came.
    """
    blank, dirty, noted = _flag(sheet, cells)
    for cell in blank:
        _explain_blanks(sheet, cell)
    settled = tuple(_settle_date(sheet, cell) if cell.field.format is Format.DATE else cell for cell in dirty)
    for cell in settled:
        _explain_faults(sheet, cell)
    for cell, code, condition in noted:
        _explain_note(sheet, cell, code, condition)
    return settled


def _flag(sheet: Sheet, cells: tuple[Cell, ...]) -> tuple[list[Cell], list[Cell], list[tuple[Cell, str, str]]]:
    """One pass over the rows: which columns have blanks that must not be, faults, or values to be told."""
    asked: list[str] = []
    for cell in cells:
        asked.append(f"count_if({cell.column} IS NULL)" if cell.required else "0")
        asked.append(f"count_if({cell.unclean})" if cell.shape.clean != "TRUE" else "0")
        asked.extend(f"count_if({condition})" for _, condition in cell.shape.notes)
    counts = iter(sheet.workbench.rows(f"SELECT {', '.join(asked)} FROM {sheet.rows}")[0])
    blank: list[Cell] = []
    dirty: list[Cell] = []
    noted: list[tuple[Cell, str, str]] = []
    for cell in cells:
        if next(counts):
            blank.append(cell)
        if next(counts):
            dirty.append(cell)
        noted.extend((cell, code, condition) for code, condition in cell.shape.notes if next(counts))
    return blank, dirty, noted


def _explain_blanks(sheet: Sheet, cell: Cell) -> None:
    rows = f"(SELECT * FROM {sheet.rows} WHERE {cell.column} IS NULL)"
    sheet.find(rows, "'required-blank'", cell.name, effect="'refuse'")


def _settle_date(sheet: Sheet, cell: Cell) -> Cell:
    """A date column with its column's reading, where some cell needs it and no form is set for it."""
    fault = date_fault(cell.column)
    reading = None
    if sheet.rules.date_form(sheet.name, cell.name) is None:
        reading = column_readings(sheet.workbench, sheet.sifted, cell.name)
    healed = f"coalesce({cell.shape.healed}, {reading})" if reading else cell.shape.healed
    return replace(cell, shape=replace(cell.shape, healed=healed, fault=fault))


def _explain_faults(sheet: Sheet, cell: Cell) -> None:
    """Heal the distinct values that are not fine (a date column has few), then tell or count the rows that hold them."""
    shape, healing = cell.shape, sheet.healing(cell.name)
    values = f"SELECT DISTINCT _file, {cell.column} FROM {sheet.rows} WHERE {cell.unclean}"
    sheet.workbench.run(
        f"CREATE OR REPLACE TABLE {healing} AS SELECT _file, {cell.column} AS _value, {shape.fault} AS _code, "
        f"{shape.healed} AS _healed FROM ({values})"
    )
    wrong, repaired = "_healed IS NULL", "_healed <> _value"
    odd = {code: f"_healed IS NOT NULL AND {condition}" for code, condition in shape.odd}
    asked = ", ".join(f"count_if({condition})" for condition in (wrong, repaired, *odd.values()))
    refused, healed, *strange = sheet.workbench.rows(f"SELECT {asked} FROM {healing}")[0]
    rows = f"{sheet.rows} r JOIN {healing} h ON r.{cell.column} = h._value AND r._file = h._file"
    held = f"SELECT r._file, r._row, r._kh, r.sourcedId, _value, _code, _healed FROM {rows}"
    if refused:
        refusing = f"_code IN ({', '.join(text(c) for c in shape.always)})" if shape.always else "FALSE"
        effect = "'refuse'" if cell.required else f"CASE WHEN {refusing} THEN 'refuse' ELSE 'patch' END"
        sheet.find(f"({held} WHERE {wrong})", "_code", cell.name, "_value", effect=effect)
    for code, found in zip(odd, strange, strict=True):
        if found:
            cause = text(f"{code}:{sheet.name}:{cell.name}")
            sheet.find(f"({held} WHERE {odd[code]})", text(code), cell.name, "_value", cause=cause)
    if healed:
        counted = (
            f"SELECT {text(shape.repair)}, r._file, {text(cell.name)}, count(*) FROM {rows} WHERE {repaired} GROUP BY r._file"
        )
        sheet.workbench.run(f"INSERT INTO {sheet.repairs} {counted}")


def _explain_note(sheet: Sheet, cell: Cell, code: str, condition: str) -> None:
    rows = f"(SELECT * FROM {sheet.rows} WHERE {condition})"
    sheet.find(rows, text(code), cell.name, cell.column, cause=text(f"{code}:{sheet.name}:{cell.name}"))
