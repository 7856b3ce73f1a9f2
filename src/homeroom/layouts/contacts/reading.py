"""Reading contact rules: TOML text -> ContactRules, or every mistake of it at once, each with line and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from homeroom.layouts.contacts.rules import GUARDIANS, POINTS, ROLES, RULES, USERS_FILE, ContactRules, Rule, ready
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.language import read_toml
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import Places, places
from homeroom.roster.contacts import GUARDIAN_ROLES, pairs
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _, in_a_row

KEYS = ("limit", "needs", "roles", "types", "never_types", "guardians", "users_file", "rule", "words")
RULE = ("name", "meaning", "role", "given", "relationship", "legal_guardian", "types", "when")
WORDS = ("relationship", "type", "custody")
CUSTODY = ("restricted", "allowed")
LARGEST = 100
"""The largest limit that may be set."""


class Complain(Protocol):
    """Notes a mistake at a key, and goes on; `nth` counts the [[rule]] sections."""

    def __call__(self, *path: str, message: Said, remedy: Said, nth: int | None = None) -> None:
        """What is wrong there, and what to do."""


def read(text: str, origin: str, base: ContactRules | None) -> ContactRules:
    """Read rules over `base`, whose values stand for what the text leaves out. Raises LayoutFaults with all mistakes."""
    raw = read_toml(text, origin)
    faults: list[LayoutFault] = []
    where = places(text)
    made = _read(raw, base or ContactRules(rules=()), _complainer(faults, origin, where, text))
    if faults:
        raise LayoutFaults(faults)
    return made


def of_set(text: str | None) -> ContactRules:
    """A set's rules: the ready ones, changed by its contacts.toml if it has one. Raises LayoutFaults."""
    return ready() if text is None else read(text, RULES, ready())


def overridden(rules: ContactRules, settings: Mapping[str, Any]) -> ContactRules:
    """Rules with single keys overridden by a source's settings, in the words of contacts.toml. Raises Misuse, all at once."""
    found: list[Said] = []

    def complain(*path: str, message: Said, remedy: Said, nth: int | None = None) -> None:
        key = ".".join(path)
        found.append(_("contacts.{key}: {message} {remedy}", key=key, message=message, remedy=remedy))

    made = _read(settings, rules, complain)
    if found:
        raise Misuse("{faults}", faults=in_a_row(found, " "))
    return made


def _complainer(faults: list[LayoutFault], origin: str, where: Places, text: str) -> Complain:
    """Notes a mistake at a key; `nth` counts the [[rule]] sections, which all bear the same name."""
    starts = [n for n, line in enumerate(text.splitlines(), 1) if line.strip().replace(" ", "").startswith("[[rule]]")]

    def complain(*path: str, message: Said, remedy: Said, nth: int | None = None) -> None:
        place = where.find(path) if nth is None else (starts[nth] if nth < len(starts) else 1, 1)
        faults.append(LayoutFault(origin, *place, message, remedy))

    return complain


def _read(raw: Mapping[str, Any], base: ContactRules, complain: Complain) -> ContactRules:
    if "table" in raw or "map" in raw:
        remedy = _("Give the layout another file name, such as guardians.toml.")
        complain("table", message=_("{rules} holds the contact rules, and this is a layout.", rules=RULES), remedy=remedy)
        return base
    for key in raw:
        if key not in KEYS:
            complain(key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, KEYS))
    made = replace(base, words=_words(raw.get("words", {}), base, complain))
    if "rule" in raw:
        made = replace(made, rules=_rules(raw["rule"], complain))
    if "limit" in raw:
        made = replace(made, limit=_limit(raw["limit"], complain))
    made = replace(
        made,
        needs=_listed(raw, "needs", made.needs, POINTS, complain),
        roles=_listed(raw, "roles", made.roles, GUARDIAN_ROLES, complain),
        types=_listed(raw, "types", made.types, None, complain),
        never_types=_listed(raw, "never_types", made.never_types, None, complain),
    )
    for key, known in (("guardians", GUARDIANS), ("users_file", USERS_FILE)):
        if key in raw and raw[key] not in known:
            complain(
                key,
                message=_("{key} cannot be {value}.", key=key, value=str(raw[key])),
                remedy=_("It is one of: {known}.", known=in_a_row(known)),
            )
    if raw.get("guardians") in GUARDIANS:
        made = replace(made, guardians=raw["guardians"])
    return replace(made, users_file=raw["users_file"]) if raw.get("users_file") in USERS_FILE else made


def _limit(value: Any, complain: Complain) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST:
        complain("limit", message=_("limit is a number from 1 to {most}.", most=LARGEST), remedy=_("Write it as limit = 6."))
        return LARGEST
    return value


def _listed(
    raw: Mapping[str, Any], key: str, usual: tuple[str, ...], known: tuple[str, ...] | None, complain: Complain
) -> tuple[str, ...]:
    if key not in raw:
        return usual
    value = raw[key]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        complain(key, message=_("{key} is a list of words.", key=key), remedy=_('Write it as {key} = ["...", "..."].', key=key))
        return usual
    for word in value:
        if known is not None and word not in known:
            complain(
                key,
                message=_("{key} cannot list {word}.", key=key, word=word),
                remedy=_("It lists some of: {known}.", known=in_a_row(known)),
            )
    return tuple(value)


def _words(raw: Any, base: ContactRules, complain: Complain) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Word lists, added to those of `base`: a spelling that is listed anew leaves the word under which it stood before."""
    found = {column: dict(table) for column, table in base.words.items()}
    for column, table in (raw if isinstance(raw, dict) else {}).items():
        if column not in WORDS or not isinstance(table, dict):
            complain(
                "words",
                column,
                message=_("There is no word list {column}.", column=column),
                remedy=_("There are: {words}.", words=in_a_row(WORDS)),
            )
            continue
        mine = found.setdefault(column, {})
        for word, spellings in table.items():
            if column == "custody" and word not in CUSTODY:
                complain(
                    "words",
                    column,
                    word,
                    message=_("custody has no word {word}.", word=word),
                    remedy=_("Write restricted or allowed."),
                )
            elif not isinstance(spellings, list) or not all(isinstance(s, str) and s.strip() for s in spellings):
                remedy = _('Write it as {word} = ["...", "..."].', word=word)
                complain("words", column, word, message=_("A word has a list of spellings."), remedy=remedy)
            else:
                for other in mine:
                    mine[other] = tuple(s for s in mine[other] if s not in spellings)
                mine[word] = tuple(dict.fromkeys([*mine.get(word, ()), *spellings]))
    return MappingProxyType(found)


def _rules(raw: Any, complain: Complain) -> tuple[Rule, ...]:
    if not isinstance(raw, list) or not all(isinstance(r, dict) for r in raw):
        complain("rule", message=_("A rule is a section of its own."), remedy=_("Write [[rule]] on a line and its keys below."))
        return ()
    made: list[Rule] = []
    for nth, entry in enumerate(raw):
        rule = _rule(entry, nth, complain)
        if rule and any(r.name == rule.name for r in made):
            complain(
                "rule",
                nth=nth,
                message=_("Two rules are called {name}.", name=rule.name),
                remedy=_("Give each a name of its own."),
            )
        made += [rule] if rule else []
    return tuple(made)


def _rule(raw: Mapping[str, Any], nth: int, complain: Complain) -> Rule | None:
    def note(message: Said, remedy: Said) -> None:
        complain("rule", nth=nth, message=message, remedy=remedy)

    for key in raw:
        if key not in RULE:
            note(_("{key} is not known in a rule.", key=key), did_you_mean(key, RULE))
    name, role = raw.get("name"), raw.get("role")
    if not isinstance(name, str) or not name.strip():
        note(_("A rule has a name, under which the report counts."), _('Write it as name = "mother-or-father".'))
        return None
    if role not in ROLES:
        note(
            _("The rule {name} does not say what the contact becomes.", name=name),
            _("role is one of: {roles}.", roles=in_a_row(ROLES)),
        )
        return None
    if role == "as-given" and not raw.get("given"):
        note(
            _("The rule {name} takes a role as given, but does not ask for one.", name=name),
            _('Add given = ["parent", "guardian", "relative"].'),
        )
    listed = {k: _texts(raw, k, name, note) for k in ("given", "relationship", "types")}
    for word in listed["given"]:
        if word not in GUARDIAN_ROLES:
            note(
                _("given cannot list {word}.", word=word),
                _("It lists some of: {roles}.", roles=in_a_row(GUARDIAN_ROLES)),
            )
    return Rule(
        name=name,
        role=role,
        meaning=str(raw.get("meaning", "")),
        given=listed["given"],
        relationship=listed["relationship"],
        legal_guardian=_flags(raw.get("legal_guardian", []), name, note),
        types=listed["types"],
        when=_when(raw.get("when"), name, note),
    )


def _texts(raw: Mapping[str, Any], key: str, name: str, note: Callable[[Said, Said], None]) -> tuple[str, ...]:
    value = raw.get(key, [])
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(v, str) for v in listed):
        note(
            _("{key} of the rule {name} is a list of words.", key=key, name=name),
            _('Write it as {key} = ["...", "..."].', key=key),
        )
        return ()
    return tuple(listed)


def _flags(value: Any, name: str, note: Callable[[Said, Said], None]) -> tuple[Any, ...]:
    listed = value if isinstance(value, list) else [value]
    spelled = [str(v).lower() if isinstance(v, bool) else v for v in listed]
    if not all(v in ("true", "false", "absent") for v in spelled):
        note(
            _("legal_guardian of the rule {name} is true, false or absent.", name=name),
            _('Write it as legal_guardian = [true, "absent"].'),
        )
        return ()
    return tuple(spelled)


def _when(value: Any, name: str, note: Callable[[Said, Said], None]) -> str | None:
    if value is None:
        return None
    from homeroom.layouts import formulas  # the SQL parser takes 0.2 s to load: only for rules that have formulas

    known = {c.casefold() for c in pairs().columns}
    try:
        unknown = [c for c in formulas.check(str(value), condition=True) if c.casefold() not in known]
    except formulas.FormulaFault as fault:
        note(_("when of the rule {name} cannot be used: {fault}", name=name, fault=fault.said), fault.todo)
        return None
    for column in unknown:
        note(
            _("when of the rule {name} names {column}, which is no column of a pair.", name=name, column=column),
            did_you_mean(column, pairs().columns),
        )
    return None if unknown else str(value)
