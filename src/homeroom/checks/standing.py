"""Tables of which nothing is new tonight: no row differs and none was unreadable, so there is nothing to check.

Most tables of most nights are such. The tables that other rooms look at are made, empty; everything else is left out.
"""

from __future__ import annotations

from homeroom.checks.outcome import admitted_columns, healed_by_file
from homeroom.checks.sheet import STANDING, WALKED, Proved, Sheet
from homeroom.roster.names import quoted
from homeroom.workbench.values import FileTally


def stands(sheet: Sheet, again: int) -> bool:
    """Whether every record of the table's files was admitted last night as it is. `again`: how many are looked at again."""
    texts = [feed.text for feed in sheet.sifted.feeds]
    if sheet.sifted.full or sheet.sifted.partial or any(t.ragged is not None or t.unread or t.doubtful for t in texts):
        return False
    if sheet.sifted.same:
        return not again
    return not sheet.workbench.rows(f"SELECT 1 FROM {sheet.shaped} LIMIT 1")


def let_stand(sheet: Sheet) -> tuple[str, ...]:
    """Make usable_T and admitted_T of such a table; refused_T, departed_T and aside_T stay empty. Returns the admitted columns."""
    name, columns = sheet.name, admitted_columns(sheet.table, sheet.sifted.columns)
    cells = ", ".join(f"{quoted(c)} VARCHAR" for c in columns)
    sheet.workbench.run(f"""
        CREATE OR REPLACE VIEW usable_{name} AS SELECT sourcedId, _kh FROM unchanged_{name};
        CREATE OR REPLACE TABLE admitted_{name} (_file INTEGER, _row BIGINT, _kh UBIGINT, _rh UBIGINT, {cells})
    """)
    if sheet.sifted.same:
        sheet.workbench.facts[STANDING, name] = True
    sheet.workbench.facts[WALKED, name] = Proved(sheet.sifted.mode == "continuous", True, sheet.sifted.spared)
    return columns


def tally(sheet: Sheet) -> tuple[FileTally, ...]:
    """All rows accepted, file by file."""
    repairs = healed_by_file(sheet) if sheet.sifted.mended else {}
    counts = sorted(sheet.sifted.counts, key=lambda c: c.file)
    return tuple(FileTally(c.file, c.rows - c.ignored, 0, repairs.get(c.file, ())) for c in counts)
