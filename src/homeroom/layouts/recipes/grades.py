"""Grade levels: every usual spelling to the CEDS codes that OneRoster uses."""

from __future__ import annotations

from collections.abc import Mapping

from homeroom.layouts.recipes.kitchen import Recipe, found, matches, part, recipe
from homeroom.roster.names import text as literal

MENU: list[Recipe] = []

_WORDS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
)  # fmt: skip
_YEARS = {9: ("freshman",), 10: ("sophomore",), 11: ("junior",), 12: ("senior",)}

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    **{f"{n:02d}": (str(n), word, f"{word}grade", *_YEARS.get(n, ())) for n, word in enumerate(_WORDS, 1)},
    "KG": (
        "kg", "k", "0", "kn", "kf", "kh", "ka", "kp", "ki", "kam", "kpm", "kdg", "kdgn", "kinder", "kindergarten", "kindergarden",
        "kg1", "0k", "k5", "5k", "gradek", "grk", "fulldaykindergarten", "halfdaykindergarten",
    ),
    "PK": (
        "pk", "-1", "-2", "prek", "pre-k", "pre-kindergarten", "prekindergarten", "prekinder", "-1.0", "-2.0", "pk3", "pk4", "pka",
        "pkp", "p3", "p4", "prek3", "prek4", "pre-k3", "pre-k4", "3k", "4k", "k3", "k4", "ec", "ece", "earlychildhood", "gradepk",
    ),
    "PR": ("pr", "preschool", "pre-school", "-3", "-3.0"),
    "TK": ("tk", "t-k", "transitionalkindergarten", "transitionalkinder", "ttk", "etk"),
    "IT": ("it", "infant", "infant/toddler", "infanttoddler", "toddler"),
    "PS": (
        "ps", "postsecondary", "post-secondary", "postgraduate", "post-graduate", "pg", "ps1", "ps2", "ps3", "ps4", "undergraduate",
        "graduate", "college",
    ),
    "UG": ("ug", "ungraded", "un", "nongraded", "non-graded"),
    "Other": ("other", "oth", "adult", "adulteducation", "adulted", "ae", "alumni"),
}  # fmt: skip
"""CEDS code -> its spellings without blanks, in small letters, numbers plain: PowerSchool's, Microsoft's and Clever's among them."""

_NUMBERED = r"^(?:grade|grado|gr\.?|gd|g|yr|level)?0{0,2}([0-9]{1,2})(?:\.0)?(?:st|nd|rd|th|º|ª|°|er|ro|do|to|mo|vo|no)?(?:grade|grado|gr)?$"
_USUAL = {
    code: tuple(w for w in words if len(w) < 3 and w not in ("un", "ae"))
    + ((code,) if code.isdigit() else ("00",) if code == "KG" else ())
    for code, words in SPELLINGS.items()
    if code not in ("Other", "IT")
}
"""What nearly all cells hold: looked up before anything is taken apart."""

ORDER = ("PK", "KG", *(f"{n:02d}" for n in range(1, 14)))
"""What a range runs through. TK stands beside it: a range may begin with it."""
_PLACES = f"[{', '.join(map(literal, ORDER))}]"

_BETWEEN = r"\s*[,;/|&+]\s*|\s+and\s+"
_RANGE = r"^\s*(?i:grades?\s|gr\.?\s)?\s*(\S.*?)\s*(?:-|–|—|\sto\s|\sthru\s|\sthrough\s)\s*(\S.*?)\s*$"


def _read(value: str) -> str:
    """SQL over a value that is not among the usual spellings: NULL where any item of it stays unread.

    The words stand in it once: every cell is taken apart first into items and ends of ranges, [['k', '5'], ['7']].
    """
    # The whole value first: a hyphen or a stroke may belong to a word (`pre-k`, `infant/toddler`).
    ends = f"CASE WHEN {matches('i', _RANGE)} THEN [i, {part('i', _RANGE, 1)}, {part('i', _RANGE, 2)}] ELSE [i] END"
    items = f"list_prepend([{value}], list_transform(regexp_split_to_array({value}, {literal(_BETWEEN)}), lambda i: {ends}))"
    fold = f"regexp_replace(lower(replace(e, ' ', '')), {literal(_NUMBERED)}, '\\1')"
    codes = f"list_transform({items}, lambda i: list_transform(i, lambda e: {found(SPELLINGS, fold)}))"
    start = f"CASE c[2] WHEN 'TK' THEN 2 ELSE list_position({_PLACES}, c[2]) END"
    end = f"list_position({_PLACES}, c[3])"
    lead = "CASE c[2] WHEN 'TK' THEN 'TK,' ELSE '' END"
    spread = f"CASE WHEN {start} < {end} THEN {lead} || array_to_string(list_slice({_PLACES}, {start}, {end}), ',') END"
    return f"list_transform({codes}, lambda c: coalesce(c[1], {spread}))"


@recipe(
    MENU, "grade", ("", "K", "KG"), ("", "0", "KG"), ("", "-1", "PK"), ("", "PK3", "PK"), ("", "3", "03"), ("", "9th Grade", "09"),
    ("", "Grade 3", "03"), ("", "1º", "01"), ("", "4to Grado", "04"), ("", "07, 8", "07,08"), ("", "K-5", "KG,01,02,03,04,05"), ("", "9-12", "09,10,11,12"), ("", "7/8", "07,08"),
    ("", "Twelfth", "12"), ("", "Kinder", "KG"), ("", "TransitionalKindergarten", "TK"), ("", "UG", "UG"), ("", "adult", "Other"),
    ("", "x7", "x7"),
)  # fmt: skip
def _grade(value: str, argument: str) -> str:
    """Any usual spelling of a school grade becomes its CEDS code; lists become codes with commas, ranges all their codes. In a list
    with commas an item that cannot be read stays as it is; in any other the whole value does."""
    items = f"regexp_split_to_array({value}, {literal(_BETWEEN)})"
    kept = f"list_transform({items}, lambda i, n: coalesce(r[n + 1], trim(i)))"
    odd = rf"regexp_matches({value}, '[;/|&+]|\s(?:and|to|thru|through)\s')"
    unread = "list_contains(list_transform(r[2:], lambda c: c IS NULL), true)"
    made = f"coalesce(r[1], CASE WHEN {unread} AND ({odd} OR len(r) = 2) THEN {value} ELSE array_to_string({kept}, ',') END)"
    usual = found(_USUAL, f"lower({value})")
    return f"coalesce({usual}, list_transform([{_read(value)}], lambda r: {made})[1])"
