"""Which day a cell means: ISO as it stands, other forms when nothing has to be guessed.

A cell that names its day in only one way (2026-08-15T00:00:00Z, 2026/8/15, 20260815, 15-AUG-2026, 13/08/2026) is healed
alone. 03/04/2026 is not: it is healed when a form is set for the column, or when the whole column of its file leaves one
reading, that is when some cell can only be month/day/year and none can only be day/month/year, or the reverse. Years of two
digits are never guessed. The column is always judged over the whole file, also on a night when only some of its rows
differ: then the file is read for this one column again, so that a night decides as a full walk does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from homeroom.roster.names import quoted, text
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Sifted

CLEAN_DATE = "(strlen({c}) = 10 AND coalesce(CAST(TRY_CAST({c} AS DATE) AS VARCHAR) = {c}, FALSE))"
"""A date that is written as it is kept: the round trip through a date gives the same ten characters."""

_CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?\\s*(?:[AaPp][Mm])?\\s*(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
_NAMED = ("%d-%b-%Y", "%d-%B-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y")
_NUMBERS = "^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$"
_YEAR_FIRST = "[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}"


def fixed_date(c: str, form: str | None) -> str:
    """SQL: the day that the cell itself names, as ISO text, by the set form or by itself; NULL if it names none."""
    day = _day(c)
    if form is not None:
        given = (
            f"CAST(CAST(coalesce(try_strptime({day}, {text(form)}), try_strptime(trim({c}), {text(form)})) AS DATE) AS VARCHAR)"
        )
        return f"coalesce({given}, {_year_first(day)})"
    named = ", ".join(text(f) for f in _NAMED)
    return f"coalesce({_year_first(day)}, CAST(CAST(try_strptime({day}, [{named}]) AS DATE) AS VARCHAR), {_own_reading(c)})"


def date_fault(c: str) -> str:
    """SQL: the code for a cell that could not be read."""
    day = _day(c)
    numbers = f"regexp_full_match({day}, '{_YEAR_FIRST}') OR regexp_matches({day}, '{_NUMBERS}')"
    open_ = f"{_month_first(c)} IS NOT NULL AND {_day_first(c)} IS NOT NULL"
    return f"CASE WHEN {open_} THEN 'date-ambiguous' WHEN {numbers} THEN 'date-impossible' ELSE 'date-unreadable' END"


def column_readings(workbench: Workbench, sifted: Sifted, name: str) -> str | None:
    """SQL by `_file` for cells that need their column's reading, or None where no such cell is among tonight's rows.

    The expression gives the day, or NULL in files whose column leaves no single reading.
    """
    c = quoted(name)
    rows = f"shaped_{sifted.table}"
    not_clean = f"NOT {CLEAN_DATE.format(c=c)}"
    open_ = f"{_month_first(c)} <> {_day_first(c)}"
    # Judged over distinct values: a date column has few, and these expressions are dear.
    if not workbench.rows(f"SELECT 1 FROM (SELECT DISTINCT {c} FROM {rows} WHERE {not_clean}) WHERE {open_} LIMIT 1"):
        return None
    sources = [f"SELECT _file, {c} FROM {rows}"] if sifted.full else list(_whole_columns(sifted, c))
    cases = [*_cases(workbench.rows(_evidence(sources, c, not_clean)), c)]
    return f"CASE _file {' '.join(cases)} END" if cases else None


def _whole_columns(sifted: Sifted, c: str) -> Iterable[str]:
    for feed in sifted.feeds:
        yield f"SELECT {feed.text.file.number} AS _file, {c} FROM ({feed.select}) WHERE _keep"


def _evidence(sources: Sequence[str], c: str, not_clean: str) -> str:
    month, day = _month_first(c), _day_first(c)
    return (
        f"SELECT _file, count_if({month} IS NOT NULL AND {day} IS NULL), count_if({day} IS NOT NULL AND {month} IS NULL) "
        f"FROM (SELECT DISTINCT _file, {c} FROM ({' UNION ALL '.join(sources)}) WHERE {not_clean}) GROUP BY _file"
    )


def _cases(evidence: Iterable[tuple[int, int, int]], c: str) -> Iterable[str]:
    for file, only_month_first, only_day_first in evidence:
        if only_month_first and not only_day_first:
            yield f"WHEN {file} THEN {_month_first(c)}"
        elif only_day_first and not only_month_first:
            yield f"WHEN {file} THEN {_day_first(c)}"


def _day(c: str) -> str:
    """SQL: the cell without a time of day. The written day counts; it is never moved to another time zone."""
    return f"regexp_extract(trim({c}), '^(.*?)(?:[T ]\\s*{_CLOCK})?$', 1)"


def _year_first(day: str) -> str:
    dashed = f"replace(replace({day}, '/', '-'), '.', '-')"
    compact = f"regexp_replace({day}, '^((?:19|20)[0-9]{{2}})([0-9]{{2}})([0-9]{{2}})$', '\\1-\\2-\\3')"
    return (
        f"CASE WHEN regexp_full_match({day}, '{_YEAR_FIRST}') THEN CAST(TRY_CAST({dashed} AS DATE) AS VARCHAR) "
        f"WHEN regexp_full_match({day}, '(19|20)[0-9]{{6}}') THEN CAST(TRY_CAST({compact} AS DATE) AS VARCHAR) END"
    )


def _month_first(c: str) -> str:
    return f"CAST(TRY_CAST(regexp_replace({_numbers(c)}, '{_NUMBERS}', '\\3-\\1-\\2') AS DATE) AS VARCHAR)"


def _day_first(c: str) -> str:
    return f"CAST(TRY_CAST(regexp_replace({_numbers(c)}, '{_NUMBERS}', '\\3-\\2-\\1') AS DATE) AS VARCHAR)"


def _numbers(c: str) -> str:
    return f"CASE WHEN regexp_matches({_day(c)}, '{_NUMBERS}') THEN {_day(c)} END"


def _own_reading(c: str) -> str:
    month, day = _month_first(c), _day_first(c)
    return f"CASE WHEN {month} IS NULL OR {month} = {day} THEN {day} WHEN {day} IS NULL THEN {month} END"


def reading(workbench: Workbench, select: str, name: str, form: str | None) -> str:
    """SQL: the day that a cell of a feed means, as ISO text, read as the checks will read it; NULL where it cannot be read.

    `select` is the feed's, over whose column `name` the whole file is judged.
    """
    c = quoted(name)
    clean = CLEAN_DATE.format(c=c)
    evidence = workbench.rows(_evidence([f"SELECT 0 AS _file, {c} FROM ({select}) WHERE _keep"], c, f"NOT {clean}"))
    column = [case.partition(" THEN ")[2] for case in _cases(evidence, c)]
    return f"CASE WHEN {clean} THEN {c} ELSE coalesce({', '.join([fixed_date(c, form), *column, 'NULL'])}) END"
