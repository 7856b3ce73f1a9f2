"""Recipes for days, times of day and school years. Every form that is accepted is written down in the layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from homeroom.layouts.recipes.kitchen import Recipe, RecipeFault, let, matches, or_as_it_is, part, recipe
from homeroom.roster.names import text as literal
from homeroom.roster.words import _

MENU: list[Recipe] = []

_FORM = _("Write it with YYYY (or YY@1950), MM (or MMM) and DD, as in date:MM/DD/YYYY.")
_TIME = r"(?:[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_SPANISH = {
    "ene": "jan", "enero": "jan", "febrero": "feb", "marzo": "mar", "abr": "apr", "abril": "apr", "mayo": "may", "junio": "jun",
    "julio": "jul", "ago": "aug", "agosto": "aug", "set": "sep", "septiembre": "sep", "setiembre": "sep", "octubre": "oct",
    "noviembre": "nov", "dic": "dec", "diciembre": "dec",
}  # fmt: skip
"""Months that are not spelled as in English."""
_SIGNS = {"YYYY": r"([0-9]{4})", "YY": r"([0-9]{2})", "MMM": r"([A-Za-z]{3,10})\.?"}
_SERIAL = r"^\s*([0-9]{2,6})(?:\.[0-9]+)?\s*$"
_EXCEL_FIRST, _EXCEL_LAST = 61, 109_574
"""1 March 1900 (before it Excel counts a day that never was) and the last day of 2199."""


@dataclass(frozen=True, slots=True)
class _Form:
    """One written form: its text, the pattern of a whole value, and which group is what."""

    text: str
    pattern: str
    groups: tuple[str, ...]
    from_year: int | None

    @property
    def named(self) -> bool:
        """Whether the month is a word."""
        return "MMM" in self.groups

    def sample(self, day: date) -> str:
        """A day in this form."""
        spelled = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "DD": "%d"}
        return re.sub(r"YYYY|YY|MMM|MM|M|DD|D", lambda m: day.strftime(spelled[_whole(m[0])]), self.text.partition("@")[0])

    def sql(self, value: str) -> str:
        """The day as YYYY-MM-DD, NULL where the value does not have this form or there is no such day."""
        place = {sign: number for number, sign in enumerate(self.groups, 1)}
        year, month = place.get("YYYY") or place["YY"], place.get("MMM") or place["MM"]
        ordered = rf"\{year}-\{month}-\{place['DD']}"
        read = f"regexp_replace({value}, {literal(self.pattern)}, {literal(ordered)})"
        if self.from_year is not None:
            pivot, century = self.from_year % 100, self.from_year // 100
            read = f"CASE WHEN {part(value, self.pattern, year)} >= '{pivot:02d}' THEN '{century}' ELSE '{century + 1}' END || {read}"
        strptime = "'%Y-%m-%d'"
        if self.named:
            read, strptime = f"lower({read})", "['%Y-%b-%d', '%Y-%B-%d']"
            for word, meant in (_SPANISH | {"sept": "sep"}).items():
                read = f"replace({read}, '-{word}-', '-{meant}-')"
        return f"CASE WHEN {matches(value, self.pattern)} THEN strftime(try_strptime({read}, {strptime}), '%Y-%m-%d') END"


def _whole(sign: str) -> str:
    return {"M": "MM", "D": "DD"}.get(sign, sign)


def _form(text: str) -> _Form:
    """Read a form. Raises RecipeFault."""
    shape, _at, since = text.partition("@")
    pieces = re.findall(r"YYYY|YY|MMM|MM|M|DD|D|[^A-Za-z%0-9\\@]", shape)
    groups = tuple(_whole(p) for p in pieces if p[0] in "YMD")
    short = "YY" in groups
    if "".join(pieces) != shape or sorted(g[0] for g in groups) != ["D", "M", "Y"] or bool(since) != short:
        raise RecipeFault(_("{form} is no form of a date.", form=text), _FORM)
    if short and not re.fullmatch(r"(?:18|19|20)[0-9]{2}", since):
        raise RecipeFault(
            _("{form} does not say which hundred years two digits mean.", form=text),
            _("Write the first year: YY@1950 is 1950 to 2049."),
        )
    if groups == ("YYYY", "DD", "MM"):
        raise RecipeFault(
            _("{form} looks like an ISO date and is none.", form=text), _("Such a file must be corrected where it is made.")
        )
    compact = len(groups) == len(pieces)
    digits = "([0-9]{2})" if compact else "([0-9]{1,2})"
    pattern = "".join(_SIGNS.get(_whole(p), digits) if p[0] in "YMD" else re.escape(p) for p in pieces)
    return _Form(text, rf"\s*{pattern}{_TIME}\s*", groups, int(since) if since else None)


def _apart(forms: list[_Form]) -> None:
    """Raise RecipeFault where two forms read one text as two different days: that would be a guess."""
    day = date(2026, 3, 4)
    for place, one in enumerate(forms):
        for other in forms[place + 1 :]:
            read = re.fullmatch(other.pattern, one.sample(day))
            if read and "MMM" not in other.groups:
                day_group, month_group = other.groups.index("DD") + 1, other.groups.index("MM") + 1
                if (int(read[month_group]), int(read[day_group])) != (day.month, day.day):
                    raise RecipeFault(
                        _("{form} and {other} read the same text as different days.", form=one.text, other=other.text),
                        _("Write only the form that the file has."),
                    )


def _excel(value: str) -> str:
    """The day of an Excel serial number; its fraction is the time of day."""
    number = f"try_cast({part(value, _SERIAL)} AS INTEGER)"
    return f"CASE WHEN {number} BETWEEN {_EXCEL_FIRST} AND {_EXCEL_LAST} THEN CAST(DATE '1899-12-30' + {number} AS VARCHAR) END"


@recipe(
    MENU, "date", ("MM/DD/YYYY", "8/14/2026", "2026-08-14"), ("DD.MM.YYYY", "14.08.2026", "2026-08-14"),
    ("YYYYMMDD", "20260814", "2026-08-14"), ("MM/DD/YYYY", "31/12/2026", "31/12/2026"),
    ("DD-MMM-YYYY", "04-Jul-2026", "2026-07-04"), ("DD MMM YYYY", "3 Ago 2026", "2026-08-03"), ("MMM DD, YYYY", "July 4, 2026", "2026-07-04"),
    ("MM/DD/YY@1950", "8/14/09", "2009-08-14"), ("MM/DD/YY@1950", "8/14/61", "1961-08-14"),
    ("MM/DD/YYYY", "8/14/2026 12:00:00 AM", "2026-08-14"), ("YYYYMMDD|MM/DD/YYYY", "8/14/2026", "2026-08-14"),
    ("excel", "46248", "2026-08-14"), ("YYYY-MM-DD", "2026-08-14T00:00:00Z", "2026-08-14"),
    argument="MM/DD/YYYY",
)  # fmt: skip
def _date(value: str, argument: str) -> str:
    """A day written in the given form becomes YYYY-MM-DD, and a time behind it is cut off. The form is made of YYYY, MM, MMM (a
    month as a word, English or Spanish), DD and the signs between; `excel` stands for Excel's numbers of days. Two digits for a year need the first of the
    hundred years that they mean: YY@1950. Several forms are written with | between them; two that would read one text as different
    days are refused."""
    spelled = argument.split("|")
    forms = [_form(f) for f in spelled if f != "excel"]
    _apart(forms)
    readings = [form.sql(value) for form in forms] + [_excel(value)] * ("excel" in spelled)
    return f"coalesce({', '.join(readings)}, {value})"


@recipe(
    MENU, "day-after", ("", "2027-05-28", "2027-05-29"), ("", "2026-12-31", "2027-01-01"), ("", "5/28/2027", "5/28/2027"), ("", "9999-12-31", "9999-12-31"),
    cuts=True,
)  # fmt: skip
def _day_after(value: str, argument: str) -> str:
    """The last day of a span, as YYYY-MM-DD, becomes the first day after it, as OneRoster writes ends. Other forms are brought to it by
    `date` before. The year 9999 says never, and stays."""
    whole = f"CASE WHEN {matches(value, '[0-9]{4}-[0-9]{2}-[0-9]{2}')} AND {value} < '9999' THEN try_cast({value} AS DATE) END"
    return or_as_it_is(f"CAST({whole} + 1 AS VARCHAR)", value)


_CLOCK = r"^\s*([0-9]{1,2})(?:[:.]([0-9]{2}))?(?:[:.][0-9]{2}(?:\.[0-9]+)?)?\s*(?:([ap])\.?m?\.?)?\s*$"


@recipe(
    MENU, "time", ("", "7:45 AM", "07:45"), ("", "1:05 p.m.", "13:05"), ("", "0745", "07:45"), ("", "12:00 AM", "00:00"),
    ("", "13:05:00", "13:05"), ("", "8am", "08:00"), ("", "25:00", "25:00"), ("", "7", "7"),
)  # fmt: skip
def _time(value: str, argument: str) -> str:
    """A time of day becomes HH:MM of the 24-hour clock; seconds are cut off."""
    spread = f"lower(regexp_replace({value}, '^\\s*([0-9]{{1,2}})([0-9]{{2}})\\s*$', '\\1:\\2'))"
    hours, minutes, half = (part("v[2]", _CLOCK, n) for n in (1, 2, 3))
    hour = f"try_cast({hours} AS INTEGER)"
    noon = f"CASE {half} WHEN 'a' THEN {hour} % 12 WHEN 'p' THEN {hour} % 12 + 12 ELSE {hour} END"
    readable = (
        f"({minutes} <> '' OR {half} <> '') AND (({half} = '' AND {hour} <= 23) OR ({half} <> '' AND {hour} BETWEEN 1 AND 12)) "
        f"AND coalesce(try_cast({minutes} AS INTEGER), 0) <= 59"
    )
    made = f"lpad(CAST({noon} AS VARCHAR), 2, '0') || ':' || coalesce(nullif({minutes}, ''), '00')"
    return let(f"[{value}, {spread}]", f"CASE WHEN {readable} THEN {made} ELSE v[1] END")


_YEARS = r"^\s*(?i:sy|school year|year)?\s*([0-9]{4}|[0-9]{2})\s*[-/–]\s*([0-9]{4}|[0-9]{2})\s*$"
_YEAR = r"^\s*(?i:sy|school year|year)?\s*((?:19|20)[0-9]{2})\s*$"
_POWERSCHOOL_YEARS = 1991
"""PowerSchool's year 0 ended in 1991: its yearid 35 is 2025-2026."""


@recipe(
    MENU, "school-year", ("", "2026-2027", "2027"), ("", "26-27", "2027"), ("", "SY 2026/27", "2027"), ("", "2027", "2027"),
    ("", "2025-2027", "2025-2027"),
)  # fmt: skip
def _school_year(value: str, argument: str) -> str:
    """A school year becomes the year in which it ends, as OneRoster counts; a single year is taken for that. Where a single year is
    the one in which it begins, use `school-year-begun`."""
    return or_as_it_is(f"{_ended(value)}, nullif({part(value, _YEAR)}, '')", value)


@recipe(
    MENU, "school-year-begun", ("", "2026", "2027"), ("", "2026-2027", "2027"),
    cuts=True,
)  # fmt: skip
def _school_year_begun(value: str, argument: str) -> str:
    """Like `school-year`, but a single year is the one in which the school year begins, so that one is added."""
    begun = f"CAST(try_cast(nullif({part(value, _YEAR)}, '') AS INTEGER) + 1 AS VARCHAR)"
    return or_as_it_is(f"{_ended(value)}, {begun}", value)


@recipe(MENU, "school-year-powerschool", ("", "36", "2027"), ("", "3600", "2027"), ("", "2027", "2027"))
def _school_year_powerschool(value: str, argument: str) -> str:
    """PowerSchool's number of a year (36) or of a term of it (3601) becomes the year in which it ends."""
    number = part(value, r"^\s*([0-9]{2})(?:[0-9]{2})?\s*$")
    ended = f"try_cast({number} AS INTEGER)"
    year = matches(value, r"\s*(?:19|20)[0-9]{2}\s*")
    made = f"CASE WHEN NOT {year} THEN CAST({ended} + {_POWERSCHOOL_YEARS} AS VARCHAR) END"
    return or_as_it_is(made, value)


def _ended(value: str) -> str:
    """The end of a span of two years that follow one another, else NULL."""
    first, second = (f"try_cast(right({part(value, _YEARS, n)}, 2) AS INTEGER)" for n in (1, 2))
    written = f"{part(value, _YEARS, 2)}"
    whole = f"CASE WHEN length({written}) = 4 THEN {written} ELSE '20' || {written} END"
    sound = f"length({written}) = 2 OR left({written}, 2) IN ('19', '20')"
    return f"CASE WHEN ({first} + 1) % 100 = {second} AND ({sound}) THEN {whole} END"
