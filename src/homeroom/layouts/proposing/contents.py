"""What the values of a column look like, from a sample: an address, a day in this form, a grade, a key, a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from homeroom.layouts.recipes.grades import SPELLINGS
from homeroom.layouts.recipes.words import BOOLEAN, ROLES_12, SEXES

MOST = 0.8
"""The share of values that must look like something before a column is said to."""

_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]{2,}")
_PHONE = re.compile(
    r"(?:\+|1[ .-]?)?\(?[0-9]{3}\)?[ .\-/]?[0-9]{3}[ .\-]?[0-9]{4}(?:\s*(?:x|ext\.?)\s*[0-9]+)?|\+[0-9]{8,15}", re.I
)
_FULL = re.compile(r"[^\W\d_][\w'. -]*,\s*[^\W\d_][\w'. -]*")
_NAME = re.compile(r"[^\W\d_][^\W\d_'. -]*(?:[ '.-]+[^\W\d_]+\.?)*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_CODE = re.compile(r"[\w.{}:+/-]{1,64}")
_YEARS = re.compile(r"(?:19|20)?[0-9]{2}\s*[-/]\s*(?:19|20)?[0-9]{2}|20[0-9]{2}")
_TIME = r"(?:[T ].*)?"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"


@dataclass(frozen=True, slots=True)
class Look:
    """What a column's values look like. `kinds`: what most of them could be. `form` is the form of days as a recipe writes it,
    '' for ISO days. `filled`: the share of cells that hold something. `distinct` of `seen` values differ."""

    kinds: frozenset[str]
    form: str
    filled: float
    distinct: int
    seen: int
    examples: tuple[str, ...] = ()

    @property
    def unique(self) -> bool:
        """Whether no value of the sample stands twice."""
        return self.seen > 1 and self.distinct == self.seen

    @property
    def constant(self) -> bool:
        """Whether there is but one value."""
        return self.distinct == 1 and self.seen > 5


def look(values: Sequence[str | None]) -> Look:
    """Judge a sample of a column's cells (None: blank)."""
    filled = [v.strip() for v in values if v is not None and v.strip()]
    kinds: set[str] = set()
    form: str | None = None
    if filled:
        kinds = {kind for kind, is_one in _KINDS.items() if _share(filled, is_one) >= MOST}
        form = _form(filled)
        if form is not None:
            kinds.add("date")
    share = len(filled) / len(values) if values else 0.0
    return Look(frozenset(kinds), form or "", share, len(set(filled)), len(filled), tuple(dict.fromkeys(filled))[:3])


def _share(values: Sequence[str], is_one: Callable[[str], object]) -> float:
    return sum(1 for v in values if is_one(v)) / len(values)


def _among(table: object) -> Callable[[str], bool]:
    words = {w for spellings in table.values() for w in spellings}  # type: ignore[attr-defined]
    return lambda value: value.lower() in words


_GRADE_WORDS = {w for words in SPELLINGS.values() for w in words}


def _is_grade(value: str) -> bool:
    folded = re.sub(r"^(?:grade|gr\.?)?0{0,2}([0-9]{1,2})(?:st|nd|rd|th)?(?:grade|gr)?$", r"\1", value.lower().replace(" ", ""))
    return folded in _GRADE_WORDS or all(re.fullmatch(r"KG|PK|TK|[01][0-9]", item.strip()) for item in value.split(","))


_KINDS: dict[str, Callable[[str], object]] = {
    "email": _EMAIL.fullmatch,
    "phone": _PHONE.fullmatch,
    "grade": _is_grade,
    "role": _among(ROLES_12),
    "sex": _among(SEXES),
    "boolean": _among(BOOLEAN),
    "school-year": _YEARS.fullmatch,
    "full-name": _FULL.fullmatch,
    "name": _NAME.fullmatch,
    "number": _NUMBER.fullmatch,
    "key": _CODE.fullmatch,
    "code": lambda v: len(v) <= 40,
    "list": lambda v: "," in v or _CODE.fullmatch(v),
    "text": lambda v: True,
}

_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("", re.compile(rf"(?:18|19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]){_TIME}")),
    ("YYYYMMDD", re.compile(r"(?:18|19|20|21)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")),
    ("MM/DD/YYYY", re.compile(rf"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/(?:18|19|20|21)\d\d{_TIME}")),
    ("DD/MM/YYYY", re.compile(rf"(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])/(?:18|19|20|21)\d\d{_TIME}")),
    ("MM-DD-YYYY", re.compile(rf"(?:0?[1-9]|1[0-2])-(?:0?[1-9]|[12]\d|3[01])-(?:18|19|20|21)\d\d{_TIME}")),
    ("DD.MM.YYYY", re.compile(rf"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:18|19|20|21)\d\d{_TIME}")),
    ("DD-MMM-YYYY", re.compile(rf"\d{{1,2}}-(?:{_MONTHS})[a-z]*-\d{{4}}", re.I)),
    ("MMM DD, YYYY", re.compile(rf"(?:{_MONTHS})[a-z]*\.? \d{{1,2}}, \d{{4}}", re.I)),
    ("MM/DD/YY@1950", re.compile(r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])/\d\d")),
)


def _form(values: Sequence[str]) -> str | None:
    """The form in which most of the values are days; of two that fit, the one that reads more; None where none does."""
    shares = [(_share(values, pattern.fullmatch), -place, form) for place, (form, pattern) in enumerate(_FORMS)]
    best, _, form = max(shares)
    return form if best >= MOST else None
