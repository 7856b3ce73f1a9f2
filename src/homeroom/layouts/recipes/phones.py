"""Phone numbers to E.164 (`+13125550147`), where the number is whole and the country's rules leave one reading."""

from __future__ import annotations

from dataclasses import dataclass

from homeroom.layouts.recipes.kitchen import Recipe, RecipeFault, let, matches, recipe
from homeroom.roster.names import text as literal
from homeroom.roster.words import _, in_a_row

MENU: list[Recipe] = []


@dataclass(frozen=True, slots=True)
class Plan:
    """A country's numbering: its code, what is dialled in front at home, and the form of a whole number without either.

    The forms are those of the countries' published numbering plans, as wide as they allow.
    """

    code: str
    trunk: str
    whole: str
    abroad: str = "00"


_NORTH_AMERICA = Plan("1", "1", "[2-9][0-9]{2}[2-9][0-9]{6}", abroad="011")
PLANS = {
    **dict.fromkeys(("US", "CA", "PR", "VI", "GU", "AS", "MP", "BS", "BM", "JM"), _NORTH_AMERICA),
    "MX": Plan("52", "", "[1-9][0-9]{9}"),
    "GB": Plan("44", "0", "[1-9][0-9]{8,9}"),
    "IE": Plan("353", "0", "[1-9][0-9]{6,9}"),
    "AU": Plan("61", "0", "[2-478][0-9]{8}", abroad="0011"),
    "NZ": Plan("64", "0", "[2-9][0-9]{7,9}"),
    "DE": Plan("49", "0", "[1-9][0-9]{5,12}"),
    "FR": Plan("33", "0", "[1-9][0-9]{8}"),
    "ES": Plan("34", "", "[6-9][0-9]{8}"),
    "IN": Plan("91", "0", "[1-9][0-9]{9}"),
    "PH": Plan("63", "0", "[2-9][0-9]{7,9}"),
}
"""Countries by ISO 3166 code."""

_EXTENSION = r"(?i)\s*(?:,|;|\(?\b(?:ext|extension|x)\b\.?:?|x|#)\s*\(?[0-9]{1,6}\)?\s*$"
_LABEL = r"(?i)^\s*(?:(?:cell|mobile|home|work|phone|tel|c|h|w|m|p)\s*[:.]\s*)"
_AMERICAN = r"(?:\+?1[ .\-]?)?\(?([2-9][0-9]{2})\)?[ .\-]{0,3}([2-9][0-9]{2})[ .\-]{0,3}([0-9]{4})"
_ONE_DIGIT = "1?(?:0*|1*|2*|3*|4*|5*|6*|7*|8*|9*)"
_WRITTEN = r"\+?[0-9(][0-9 ().\-/]*[0-9]"


@recipe(
    MENU, "phone", ("", "(312) 555-0147", "+13125550147"), ("US", "1.312.555.0147 x12", "+13125550147"), ("", "555-0147", "555-0147"),
    ("GB", "020 7946 0018", "+442079460018"), ("", "+44 20 7946 0018", "+442079460018"), ("", "call mother", "call mother"),
    ("", "000-000-0000", "000-000-0000"),
    argument="US", optional=True,
)  # fmt: skip
def _phone(value: str, argument: str) -> str:
    """A whole phone number becomes E.164; extensions are left out. The country (US without one) counts for numbers that do not
    begin with +. What is no whole number stays as it is."""
    country = argument or "US"
    if country not in PLANS:
        raise RecipeFault(
            _("The numbers of {country} are not known.", country=country),
            _("Write one of: {countries}.", countries=in_a_row(sorted(PLANS))),
        )
    bare = f"trim(regexp_replace(regexp_replace({value}, '{_EXTENSION}', ''), '{_LABEL}', ''))"
    # +44 (0)20 7946 0018: the bracketed zero is dialled at home only
    digits = _digits(f"replace({bare}, '(0)', '')")
    made = let(f"[{value}, {bare}, {digits}]", _e164(PLANS[country]))
    if PLANS[country] is not _NORTH_AMERICA:
        return made
    # Nearly every cell of an American file is written so; one pattern takes a third of the time of the whole way.
    plain = f"{matches(value, _AMERICAN)} AND NOT {matches(_digits(value), _ONE_DIGIT)}"
    return f"CASE WHEN {plain} THEN regexp_replace({value}, {literal(_AMERICAN)}, '+1\\1\\2\\3') ELSE {made} END"


def _digits(value: str) -> str:
    """SQL for the digits of a value."""
    return f"regexp_replace({value}, '[^0-9]', '', 'g')"


def _e164(plan: Plan) -> str:
    """Over `v` = [the value, the value without extension, its digits]."""
    whole, bare, digits = "v[1]", "v[2]", "v[3]"
    arms = [
        f"WHEN {bare} IS NULL OR NOT {matches(bare, _WRITTEN)} OR {matches(digits, _ONE_DIGIT)} THEN {whole}",
        f"WHEN starts_with({bare}, '+1') THEN CASE WHEN {matches(digits, '1' + _NORTH_AMERICA.whole)} THEN '+' || {digits} ELSE {whole} END",
        f"WHEN starts_with({bare}, '+') THEN CASE WHEN {matches(digits, '[2-9][0-9]{7,14}')} THEN '+' || {digits} ELSE {whole} END",
        f"WHEN {matches(digits, plan.whole)} THEN '+{plan.code}' || {digits}",
    ]
    if plan.trunk:
        within = f"substring({digits}, {len(plan.trunk) + 1})"
        arms.append(f"WHEN {matches(digits, plan.trunk + plan.whole)} THEN '+{plan.code}' || {within}")
    across = f"substring({digits}, {len(plan.abroad) + 1})"
    arms.append(f"WHEN {matches(digits, plan.abroad + plan.code + plan.whole)} THEN '+' || {across}")
    return f"CASE {' '.join(arms)} ELSE {whole} END"
