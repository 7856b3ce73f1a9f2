"""The entries of a layout's `[map]`: each form of a source, read and judged.

"column"                     a header word
["column", "alias", ...]     several spellings, the first that is present wins
{ from = ..., ... }          a column with treatment: aliases, padded, values, otherwise, recipe, default, required
{ position = 3, ... }        the third cell, in a file without a header
{ formula = "..." }          a value computed from the row's columns
{ constant = "..." }         the same value in every row
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from homeroom.layouts import recipes
from homeroom.layouts.faults import Complain
from homeroom.layouts.layout import Source
from homeroom.layouts.nearness import did_you_mean
from homeroom.roster.words import Said, _, in_a_row

Judge = Callable[..., bool]
"""judge(formula, complain, key, condition=..., optional=...): whether a formula may run; what is wrong with it goes to `complain`."""

_TREATED = ("required", "padded", "values", "otherwise", "recipe", "default")
_FORMS = ("from", "position", "formula", "constant")
KEYS = {
    "from": ("from", "aliases", *_TREATED),
    "position": ("position", *_TREATED),
    "formula": ("formula", "optional", "required", "recipe", "default"),
    "constant": ("constant",),
}
COURSES = 8
"""How many recipes may follow one another."""
OTHERWISE = ("refuse", "keep", "blank")


def thoroughly(raw: Any, complain: Complain, key: str, *, condition: bool = False, optional: Sequence[Any] = ()) -> bool:
    """Judge a formula completely: what it may do, whether its types fit, and that it names the columns which are `optional`."""
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for layouts that have formulas

    if not isinstance(raw, str):
        complain(key, message=_("A formula is a text."), remedy=_('Write it in quotes, as "lower(email)".'))
        return False
    try:
        named = formulas.check(raw, condition=condition)
    except formulas.FormulaFault as fault:
        complain(key, message=fault.said, remedy=fault.todo)
        return False
    if any(o not in named for o in optional):
        complain(
            "optional",
            message=_("optional lists columns that the formula names."),
            remedy=_("They are: {named}.", named=in_a_row(named)),
        )
        return False
    return True


def at_its_word(raw: Any, complain: Complain, key: str, *, condition: bool = False, optional: Sequence[Any] = ()) -> bool:
    """Judge nothing, for layouts that were judged before the release. Only what is on the lists runs all the same."""
    return True


def source(raw: Any, complain: Complain, judge: Judge) -> Source | None:
    """Read one entry; mistakes go to `complain`, and then there is no source."""
    if isinstance(raw, str | list):
        return _named(raw, {}, complain)
    if not isinstance(raw, dict):
        complain(message=_("A source is a header word, a list of header words or a table."), remedy=_('Write it as "word".'))
        return None
    form = _form(raw, complain)
    if form is None or not _known(raw, form, complain):
        return None
    treatment = _treatment(raw, complain)
    if treatment is None:
        return None
    if form == "from":
        return _named([raw["from"], *_listed(raw.get("aliases", []))], treatment, complain)
    if form == "position":
        return _placed(raw["position"], treatment, complain)
    if form == "formula":
        return _computed(raw["formula"], raw.get("optional", []), treatment, complain, judge)
    if not isinstance(raw["constant"], str):
        complain("constant", message=_("A constant is a text."), remedy=_('Write it in quotes, as constant = "true".'))
        return None
    return Source(constant=raw["constant"])


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _form(raw: Mapping[str, Any], complain: Complain) -> str | None:
    found = [f for f in _FORMS if f in raw]
    if len(found) != 1:
        complain(
            message=_("A source has exactly one of {forms}.", forms=in_a_row(_FORMS)), remedy=_("Keep the one that is meant.")
        )
        return None
    return found[0]


def _known(raw: Mapping[str, Any], form: str, complain: Complain) -> bool:
    unknown = [k for k in raw if k not in KEYS[form]]
    for key in unknown:
        everywhere = {k for keys in KEYS.values() for k in keys}
        misplaced, unheard = _("{key} does not go with {form}.", key=key, form=form), _("{key} is not known.", key=key)
        complain(key, message=misplaced if key in everywhere else unheard, remedy=did_you_mean(key, KEYS[form]))
    return not unknown


def _named(raw: Any, treatment: Mapping[str, Any], complain: Complain) -> Source | None:
    words = _listed(raw)
    if not words or not all(isinstance(w, str) and w.strip() for w in words):
        complain(
            message=_("A header word is a text that is not blank."),
            remedy=_('Write it as "word", or several as ["word", "alias"].'),
        )
        return None
    return Source(names=tuple(dict.fromkeys(words)), **treatment)


def _placed(raw: Any, treatment: Mapping[str, Any], complain: Complain) -> Source | None:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 1:
        complain(
            "position", message=_("A position is a whole number from 1."), remedy=_("Count the cells of a row from the left.")
        )
        return None
    return Source(position=raw, **treatment)


def _computed(raw: Any, optional: Any, treatment: Mapping[str, Any], complain: Complain, judge: Judge) -> Source | None:
    if not judge(raw, complain, "formula", optional=_listed(optional)):
        return None
    return Source(formula=raw, optional=tuple(_listed(optional)), **treatment)


def _treatment(raw: Mapping[str, Any], complain: Complain) -> dict[str, Any] | None:
    """What is done to the value, as arguments of Source; None after a mistake."""
    wrong = [key for key, (fits, _) in _JUDGES.items() if key in raw and not fits(raw[key])]
    for key in wrong:
        complain(key, message=_JUDGES[key][1], remedy=_("Correct the value."))
    if "otherwise" in raw and "values" not in raw:
        complain("otherwise", message=_("otherwise needs values."), remedy=_("Say which values are known, or take it out."))
        wrong.append("otherwise")
    if wrong or not _cooks(_listed(raw.get("recipe", [])), complain):
        return None
    kept = {k: raw[k] for k in _TREATED if k in raw}
    if "recipe" in raw:
        kept["recipe"] = tuple(_listed(raw["recipe"]))
    return kept | ({"values": tuple(raw["values"].items())} if "values" in raw else {})


def _pairs(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(v, str) for v in value.values())


def _number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 64


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _menu(value: Any) -> bool:
    names = _listed(value)
    return 0 < len(names) <= COURSES and all(map(_text, names))


def _yes_or_no(value: Any) -> bool:
    return isinstance(value, bool)


_JUDGES: Mapping[str, tuple[Callable[[Any], bool], Said]] = {
    "required": (_yes_or_no, _("required is true or false.")),
    "padded": (_number, _("padded is a length from 1 to 64.")),
    "values": (_pairs, _('values is a table of texts, as { T = "teacher" }.')),
    "otherwise": (OTHERWISE.__contains__, _("otherwise is one of {words}.", words=in_a_row(OTHERWISE))),
    "default": (_text, _("default is a text.")),
    "recipe": (_menu, _("recipe is the name of one, or a list of at most {count} names.", count=COURSES)),
}


def _cooks(names: Sequence[str], complain: Complain) -> bool:
    try:
        recipes.apply(names, "x")
    except recipes.RecipeFault as fault:
        complain("recipe", message=fault.said, remedy=fault.todo)
        return False
    return True
