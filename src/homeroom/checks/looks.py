"""How ids look: two that a person would take for one another have the same look. Nothing is ever merged for it."""

from __future__ import annotations

import unicodedata

from homeroom.checks.sheet import Sheet
from homeroom.roster.names import quoted, text

MOST_FOLDED = 200_000
"""Ids beyond ASCII of one table that are compared by their look; a table with more writes its ids in another script."""
PLAIN = "regexp_full_match(sourcedId, '[\\x21-\\x7e]*')"
"""SQL: whether an id is printable ASCII, whose look SQL itself can tell."""
_DASHES = str.maketrans(dict.fromkeys("\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"))


def look(sourced_id: str) -> str:
    """What is left of an id when case, leading zeros, forms of letters, kinds of dashes and what cannot be seen are taken away.

    >>> look("0042-a") == look("42\u2013A") == look("4\u200b2-\uff41")
    True
    """
    folded = unicodedata.normalize("NFKC", sourced_id.translate(_DASHES))
    seen = "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Cc", "Zs", "Zl", "Zp", "Mn"))
    return unicodedata.normalize("NFKC", seen.casefold()).lstrip("0")


def bare(sheet: Sheet) -> str:
    """SQL: an id of the table as the source wrote it, without the source's prefix."""
    prefix = sheet.rules.prefix_of(sheet.name)
    if not prefix:
        return "sourcedId"
    return f"CASE WHEN starts_with(sourcedId, {text(prefix)}) THEN substr(sourcedId, {len(prefix) + 1}) ELSE sourcedId END"


def looks(sheet: Sheet, rows: str, named: str, *, odd: bool = True) -> str:
    """FROM item (sourcedId, looks): the look of every id of `rows`, a FROM item. `named` is a word for the tables made.

    `odd`: whether any of them may be no printable ASCII.
    """
    bench, prefix = sheet.workbench, sheet.rules.prefix_of(sheet.name)
    plain = f"ltrim(lower({bare(sheet)}), '0')"
    asked = f"SELECT DISTINCT sourcedId FROM {rows} WHERE NOT {PLAIN} ORDER BY 1 LIMIT {MOST_FOLDED}"
    strange = [i for (i,) in bench.rows(asked)] if odd else []
    if not strange:
        return f"(SELECT sourcedId, {plain} AS looks FROM {rows} WHERE sourcedId IS NOT NULL)"
    folded = quoted(f"folded_{named}_{sheet.name}")
    bench.load(f"folded_{named}_{sheet.name}", ("sourcedId", "folded"), [(i, look(i.removeprefix(prefix))) for i in strange])
    return (
        f"(SELECT sourcedId, coalesce(f.folded, {plain}) AS looks FROM {rows} LEFT JOIN {folded} f USING (sourcedId) "
        "WHERE sourcedId IS NOT NULL)"
    )


def alike_keys(sheet: Sheet) -> str | None:
    """SELECT of the standing ids that look like one that is new or gone tonight; None where there is nothing to compare."""
    bench, name = sheet.workbench, sheet.name
    if not sheet.is_referenced:
        return None
    new = f"(SELECT sourcedId FROM {sheet.shaped} s ANTI JOIN last_{name} l ON s._kh = l._kh)"
    gone = f"(SELECT sourcedId FROM gone_{name})"
    if not bench.rows(f"SELECT 1 FROM (FROM {new} UNION ALL FROM {gone}) LIMIT 1"):
        return None
    moved = looks(sheet, f"(FROM {new} UNION ALL FROM {gone})", "moved")
    return f"SELECT sourcedId FROM {looks(sheet, f'stood_{name}', 'standing')} WHERE looks IN (SELECT looks FROM {moved})"
