"""The settings of a source: the one table from which the commands, the checks of what is typed and the reference page are made.

To add a setting, add an entry to the part of the table that it belongs to (`connection_settings`, `arrival_settings`,
`reading_settings`, `scope_settings`, `limit_settings`), and read it with `value(source, "its_name")` where it takes effect. Nothing
else lists settings. What a source does not say has the default.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from homeroom.roster.faults import Misuse
from homeroom.roster.words import Value, _, filled, in_a_row
from homeroom.store.sources import NAMES, Source
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.arrival_settings import ARRIVAL
from homeroom.sync.connection_settings import CONNECTION
from homeroom.sync.limit_settings import HOLDING
from homeroom.sync.reading_settings import READING, ROWS_AND_SCHOOLS
from homeroom.sync.scope_settings import PEOPLE_AND_SCOPE
from homeroom.sync.setting import PULLED, PUSHED, REMOTE, WHEN, Group, Setting
from homeroom.sync.setting_kinds import Kind

__all__ = ["BY_NAME", "LIMITS", "PULLED", "PUSHED", "REMOTE", "SETTINGS", "WHEN", "Group", "Setting"]

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "name", "Arrival", kinds.text(_("a text of 1 to 100 characters"), r"[^\x00-\x1f]{1,100}"), None,
        "What people call the source.", "Shown in lists; nothing depends on it.", fallback="what it is, such as SFTP folder",
        example="Nightly export",
    ),
    *CONNECTION,
    *ARRIVAL,
    *READING,
    *PEOPLE_AND_SCOPE,
    *ROWS_AND_SCHOOLS,
    *HOLDING,
)  # fmt: skip

BY_NAME: Mapping[str, Setting] = {s.name: s for s in SETTINGS}
LIMITS: Mapping[str, str] = {s.kept[1]: s.name for s in SETTINGS if s.kept[:1] == ("limits",)}
"""What `Limits` calls a limit -> the setting's name."""


def setting(name: str) -> Setting:
    """The setting of that name. Raises Misuse with the nearest one."""
    if name not in BY_NAME:
        near = difflib.get_close_matches(name, BY_NAME, n=1)
        if near:
            raise Misuse("a source has no setting {name}; did you mean {near}?", name=name, near=near[0])
        raise Misuse("a source has no setting {name}; it has {known}.", name=name, known=in_a_row(BY_NAME))
    return BY_NAME[name]


def value(source: Source, name: str) -> Any:
    """What counts for a source: what was set, else the default."""
    found = said(source, name)
    return BY_NAME[name].default if found is None else found


def said(source: Source, name: str) -> Any:
    """What was set, or None."""
    known = BY_NAME[name]
    if not known.kept:
        return getattr(source, name)
    return _at(source.settings, known.kept)


def _at(settings: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        settings = settings.get(step) if isinstance(settings, Mapping) else None
    return settings


def connection(source: Source) -> dict[str, Any]:
    """What a source that is fetched needs to know of the other side, by name; names without a value are left out."""
    mine = [s for s in SETTINGS if s.group == "Connection" and source.kind in s.kinds]
    return {s.name: given for s in mine if (given := value(source, s.name)) is not None}


def is_set(source: Source, name: str) -> bool:
    """Whether something else than the default counts."""
    given = said(source, name)
    return given is not None and given != BY_NAME[name].default and not (name == "name" and given == NAMES[source.kind])


def written(source: Source, name: str) -> str:
    """The value in words, as it could be typed again."""
    return spelled(BY_NAME[name], value(source, name))


def spelled(known: Setting, given: Any) -> str:
    """A value as it is typed: JSON for numbers, yes or no and objects, words with commas between them for lists."""
    if given is None or given == () or given == [] or given == {}:
        return known.fallback.replace("`", "")
    if isinstance(given, list | tuple):
        return ",".join(map(str, given))
    return given if isinstance(given, str) else json.dumps(given)


def typed(changes: Iterable[str], source: Source | None = None) -> dict[str, Any]:
    """Values by name from texts `NAME=VALUE`; `NAME=` puts the default back (None), `NAME.ENTRY=VALUE` sets one entry of an object.

    `source` gives the objects that entries are set in. Raises Misuse for what is no such text.
    """
    found: dict[str, Any] = {}
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise Misuse("{change!r} sets nothing: write NAME=VALUE.", change=change)
        name, _point, entry = path.strip().partition(".")
        known = setting(name)
        if entry and not known.kind.depth:
            raise Misuse("{name} has no entries: write {name}=VALUE.", name=name)
        if not entry:
            found[name] = known.kind.read(text) if text else None
            continue
        whole = found.get(name) or (said(source, name) if source else None) or {}
        found[name] = _with(whole, entry.split(".", 1) if known.kind.depth == 2 else [entry], text, known.kind)
    return found


def _with(whole: Mapping[str, Any], path: list[str], text: str, kind: Kind) -> dict[str, Any]:
    """The object with one entry set, or taken out where the text is empty."""
    made = dict(whole)
    if len(path) == 2:
        made[path[0]] = _with(made.get(path[0], {}), path[1:], text, kind)
    elif text:
        made[path[0]] = kind.read(text)
    else:
        made.pop(path[0], None)
    return made


def judge(values: Mapping[str, Any], source_kind: str) -> None:
    """Look at values by name before they are kept. Raises Misuse, telling every mistake at once."""
    wrong: list[Value] = []
    for name, given in values.items():
        known = setting(name)
        if known.kinds and source_kind not in known.kinds:
            only = in_a_row(known.kinds)
            wrong.append(
                _(
                    "{setting} does nothing for a source of kind {kind} (only for {kinds}).",
                    setting=name,
                    kind=source_kind,
                    kinds=only,
                )
            )
        elif given is not None and (fault := known.kind.judge(given)) is not None:
            wrong.append(filled(fault, setting=name))
    if wrong:
        raise Misuse("These settings cannot be used: {wrong}", wrong=in_a_row(wrong, " "))


def kept(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The source's settings with values put where they are kept; None takes one out."""
    made: dict[str, Any] = dict(settings)
    for name, given in values.items():
        known = BY_NAME[name]
        if given is None and known.lasting and _at(made, known.kept) is not None:
            given = known.default
        if known.kept:
            made = _put(made, known.kept, given)
    return made


def _put(settings: Mapping[str, Any], path: tuple[str, ...], given: Any) -> dict[str, Any]:
    made = dict(settings)
    if len(path) > 1:
        made[path[0]] = _put(made.get(path[0], {}), path[1:], given)
        given = made[path[0]] or None
    if given is None:
        made.pop(path[0], None)
    elif len(path) == 1:
        made[path[0]] = given
    return made
