"""Reading a layout: TOML text -> Layout, or every mistake of it at once, each with line and column.

The whole language stands in docs/reference/layout-language.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from homeroom.layouts import entries, hints, inherit, joins, patterns, rows, syntax, targets
from homeroom.layouts.faults import Complain, LayoutFault, LayoutFaults
from homeroom.layouts.layout import EXTENSION, RECORD, Join, Kind, Layout, Source, in_order
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import Places, places
from homeroom.roster.catalogue import DATASET, Catalogue, Table, catalogue
from homeroom.roster.datasets import is_own
from homeroom.roster.words import Said, _, in_a_row
from homeroom.workbench.values import Hints

Note = Callable[[str, Said, Said], None]
"""note(key, message, remedy)"""

KEYS = (
    *("name", "table", "kind", "file", "inherit", "extensions", "ignore", "inferred", "optional", "notes"),
    *("read", "also", "rows", "join", "map", "keep"),
)
KINDS: tuple[Kind, ...] = ("continuous", "change_notification")


def parse(text: str, origin: str, datasets: Sequence[Table] = (), judge: entries.Judge = entries.thoroughly) -> Layout:
    """Read a layout. `origin` is what messages call the text (a file's name); `datasets` are the set's own; `judge` judges its formulas.

    Raises LayoutFaults with all mistakes.
    """
    raw = read_toml(text, origin)
    reader = _Reader(raw, origin, places(text), catalogue().joined(datasets), judge)
    layout = reader.layout(text)
    if layout is None or reader.faults:
        raise LayoutFaults(reader.faults)
    return layout


def read_toml(text: str, origin: str) -> dict[str, Any]:
    """The values of a TOML text. Raises LayoutFaults with the place of a syntax error."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        end = text.splitlines() or [""]
        line, column = (int(place[1]), int(place[2])) if place else (len(end), len(end[-1]) + 1)
        raise LayoutFaults(
            [LayoutFault(origin, line, column, syntax.said(str(error)), _("Correct the text at this place."))]
        ) from error


@dataclass(slots=True)
class _Reader:
    """One reading of one text: collects the mistakes while the parts are read."""

    raw: dict[str, Any]
    origin: str
    places: Places
    book: Catalogue
    judge: entries.Judge
    faults: list[LayoutFault] = field(default_factory=list)

    def complain(self, *path: str, message: Said, remedy: Said) -> None:
        line, column = self.places.find(path)
        self.faults.append(LayoutFault(self.origin, line, column, message, remedy))

    def layout(self, text: str) -> Layout | None:
        self._unknown((), self.raw, KEYS)
        table = self._table()
        version = self._inherit(table)
        files = self._files(table, version)
        mapped = self._map(table, version) if table else {}
        read, keep, made = self._hints(), self._keep(), self._rows()
        joined, spared = self._joins(made.each), self._spared()
        self._gathered(made, mapped)
        kind = self._word("kind", "continuous", KINDS)
        required, expected = _musts(table, version, mapped) if table else ((), ())
        if table is None or self.faults:
            return None
        return Layout(
            name=self._text("name", required=True) or "",
            table=table.name,
            kind="change_notification" if kind == "change_notification" else "continuous",
            files=files,
            map=in_order(table, mapped),
            hints=read,
            rows=made,
            joins=joined,
            keep=keep,
            keep_optional=spared,
            ignored=self._texts("ignore"),
            also=self._also(),
            inferred=self._texts("inferred"),
            optional=self._flag("optional", self.raw, False),
            extensions=self._flag("extensions", self.raw, version is not None),
            required=required,
            expected=expected,
            notes=self._text("notes") or "",
            text=text,
            declared=table if is_own(table.name) else None,
        )

    def _unknown(self, path: tuple[str, ...], raw: dict[str, Any], known: tuple[str, ...]) -> None:
        for key in raw:
            if key not in known:
                self.complain(*path, key, message=_("{key} is not known here.", key=key), remedy=did_you_mean(key, known))

    def _text(self, key: str, *, required: bool = False) -> str | None:
        value = self.raw.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, str) or not value.strip():
            self.complain(key, message=_("{key} must be a text.", key=key), remedy=_('Write it as {key} = "...".', key=key))
            return None
        return value

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str) and v.strip() for v in listed):
            self.complain(
                key,
                message=_("{key} is a text or a list of texts.", key=key),
                remedy=_('Write it as {key} = ["...", "..."].', key=key),
            )
            return ()
        return tuple(listed)

    def _word(self, key: str, usual: str, known: tuple[str, ...]) -> str:
        value = self.raw.get(key, usual)
        if value not in known:
            self.complain(
                key,
                message=_("{key} cannot be {value}.", key=key, value=str(value)),
                remedy=_("It is one of: {known}.", known=in_a_row(known)),
            )
            return usual
        return str(value)

    def _flag(self, key: str, raw: dict[str, Any], usual: bool, *path: str) -> bool:
        value = raw.get(key, usual)
        if not isinstance(value, bool):
            self.complain(
                *path, key, message=_("{key} is true or false.", key=key), remedy=_("Write true or false without quotes.")
            )
            return usual
        return value

    def _table(self) -> Table | None:
        self._text("name", required=True)
        name = self._text("table", required=True)
        known = targets.tables(self.book)
        if name is not None and name not in known:
            self.complain("table", message=_("There is no roster table {name}.", name=name), remedy=did_you_mean(name, known))
            return None
        return known[name] if name else None

    def _inherit(self, table: Table | None) -> str | None:
        named = self._text("inherit")
        if named is None:
            return None
        version = inherit.version_of(named)
        if version is None:
            remedy = _("Write oneroster:1.1, oneroster:1.2 or dataset.")
            self.complain("inherit", message=_("{named} cannot be inherited.", named=named), remedy=remedy)
        elif table is not None and table.dataset != (version == DATASET):
            remedy = _('Write inherit = "dataset".') if table.dataset else _("Write oneroster:1.1 or oneroster:1.2.")
            self.complain("inherit", message=_("{named} knows no table {table}.", named=named, table=table.name), remedy=remedy)
        return version

    def _files(self, table: Table | None, version: str | None) -> tuple[str, ...]:
        given = self._texts("file")
        for pattern in given:
            try:
                patterns.compiled(pattern)
            except re.error as error:
                self.complain(
                    "file",
                    message=_("{pattern} is no regular expression: {why}.", pattern=pattern, why=str(error)),
                    remedy=_("Correct it, or use * and ?."),
                )
        if not given and version and table:
            return patterns.usual_names(table.file)
        if not given and "file" not in self.raw:
            self.complain("file", message=_("A layout says which files it reads."), remedy=_('Write file = "users.csv".'))
        return given

    def _section(self, key: str, known: tuple[str, ...] | None) -> dict[str, Any]:
        value = self.raw.get(key, {})
        if not isinstance(value, dict):
            self.complain(
                key,
                message=_("{key} is a section.", key=key),
                remedy=_("Write [{key}] on a line of its own and its keys below.", key=key),
            )
            return {}
        if known is not None:
            self._unknown((key,), value, known)
        return value

    def _hints(self) -> Hints:
        return hints.read(self._section("read", None), self._noting("read"))

    def _rows(self) -> rows.Rows:
        return rows.read(self._section("rows", None), self._noting("rows"))

    def _joins(self, each: rows.Each | None) -> tuple[Join, ...]:
        found = joins.read(self._section("join", None), self._noting("join"), self.judge)
        for join in found:
            if each is not None and join.name.casefold() == each.name.casefold():
                self.complain(
                    "join",
                    join.name,
                    message=_("{join} is also the name of each.", join=join.name),
                    remedy=_("Rename one of them."),
                )
        return found

    def _noting(self, *before: str) -> Complain:
        """What notes a mistake at a key of a section."""

        def note(*path: str, message: Said, remedy: Said) -> None:
            self.complain(*before, *path, message=message, remedy=remedy)

        return note

    def _keep(self) -> str | None:
        raw = self._section("keep", ("when", "optional"))
        if "keep" not in self.raw:
            return None
        if "when" not in raw:
            self.complain("keep", message=_("keep has no when."), remedy=_("Say which rows to take, as when = \"active = '1'\"."))
            return None
        if not self.judge(raw.get("when"), self._noting("keep"), "when", condition=True):
            return None
        return str(raw["when"])

    def _also(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        found = []
        for word, others in self._section("also", None).items():
            if not isinstance(others, list) or not others or not all(isinstance(o, str) and o.strip() for o in others):
                remedy = _('Write it as "SIS ID" = ["ID"].')
                self.complain("also", word, message=_("{word} has a list of other header words.", word=word), remedy=remedy)
            else:
                found.append((word, tuple(others)))
        return tuple(found)

    def _spared(self) -> tuple[str, ...]:
        """The columns that the filter can do without: blank where they do not come."""
        words = self.raw.get("keep", {}).get("optional", []) if isinstance(self.raw.get("keep", {}), dict) else []
        if not isinstance(words, list) or not all(isinstance(w, str) and w.strip() for w in words):
            remedy = _('Write it as optional = ["other.column"].')
            self.complain("keep", "optional", message=_("optional is a list of columns of the formula."), remedy=remedy)
            return ()
        return tuple(words)

    def _gathered(self, made: rows.Rows, mapped: dict[str, Source]) -> None:
        for target in made.gather:
            if target not in mapped or target.startswith(EXTENSION):
                known = [t for t in mapped if not t.startswith(EXTENSION)]
                self.complain(
                    "rows", "gather", message=_("gather cannot list {target}.", target=target), remedy=did_you_mean(target, known)
                )

    def _map(self, table: Table, version: str | None) -> dict[str, Source]:
        mapped = inherit.inherited(table, version) if version else {}
        for target, raw in _flattened(self._section("map", None)).items():
            if self._target(table, target):
                found = entries.source(raw, self._noting("map", *_path(target)), self.judge)
                mapped |= {target: found} if found else {}
        written = self.raw.get("map")
        key = targets.key(table)
        if key not in mapped and not (isinstance(written, dict) and key in written):
            student, row = _("Say which column names the student."), _("Say which column identifies a row for good.")
            remedy = student if key == "student" else row
            self.complain("map", message=_("The map has no {key}.", key=key), remedy=remedy)
        return mapped

    def _target(self, table: Table, target: str) -> bool:
        known = [*RECORD, *(f.name for f in table.model)]
        if target in known or (target.startswith(EXTENSION) and len(target) > len(EXTENSION)):
            return True
        if any(f.name == target and f.secret for f in table.fields):
            self.complain(
                "map", target, message=_("{target} is a secret and never stored.", target=target), remedy=_("Take this line out.")
            )
        else:
            remedy = _("{remedy} Other data goes to metadata.NAME.", remedy=did_you_mean(target, known))
            self.complain(
                "map",
                *_path(target),
                message=_("{table} has no column {target}.", table=table.name, target=target),
                remedy=remedy,
            )
        return False


def _flattened(raw: dict[str, Any]) -> dict[str, Any]:
    """`metadata.language = "x"` is a dotted key in TOML; back to one target name."""
    plain = {k: v for k, v in raw.items() if k != "metadata"}
    inner = raw.get("metadata", {})
    if not isinstance(inner, dict):
        return raw
    return plain | {f"{EXTENSION}{k}": v for k, v in inner.items()}


def _path(target: str) -> tuple[str, ...]:
    return ("metadata", target.removeprefix(EXTENSION)) if target.startswith(EXTENSION) else (target,)


def _musts(table: Table, version: str | None, mapped: dict[str, Source]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The targets that a file must have to be read, and those that it must have for the layout to be chosen unnamed."""
    marked = [t for t, s in mapped.items() if s.required]
    required = list(inherit.required(table, version)) if version else [targets.key(table)]
    expected = list(inherit.expected(table, version)) if version else []
    own = tuple(dict.fromkeys([*required, *marked]))
    return own, tuple(dict.fromkeys([*own, *expected]))
