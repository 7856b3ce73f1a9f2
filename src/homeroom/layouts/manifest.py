"""OneRoster's manifest.csv: which files a delivery promises, and whether each is whole (bulk) or only changes (delta).

The standard's rules, and what is done where a sender breaks them: a wrong or missing line is a warning; a file without a
usable line counts as bulk if it is there (the limits watch over it), unless another file is delta, for then nothing says
that it is whole: it counts as absent and is left alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from homeroom.layouts import patterns
from homeroom.roster.catalogue import VERSIONS, catalogue
from homeroom.roster.faults import Refused
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Inspected

FileMode = Literal["absent", "bulk", "delta"]
NAME = "manifest.csv"
LARGEST = 1 << 20
"""A manifest has some thirty lines; a larger file of this name is none."""

_Note = Callable[[str, str], None]
_FREE = ("source.systemName", "source.systemCode")
_FORMER = {"1.0": "1.1"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about the delivery's files: the arguments of `Workbench.tell`."""

    code: str
    file: int | None
    table: str | None = None
    detail: tuple[tuple[str, str], ...] = ()

    def tell(self, workbench: Workbench) -> None:
        """Put it into the issue table."""
        detail: dict[str, Any] = dict(self.detail)
        name = detail.pop("file", None)
        workbench.tell(self.code, file=self.file, table=self.table, **detail, **({"name": name} if name else {}))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says. `version` is "1.1", "1.2" or None where it cannot be read; `modes` has every table of the catalogue
    that it mentions rightly; `file` is the manifest's own number in the delivery."""

    file: int
    version: str | None
    modes: Mapping[str, FileMode]
    findings: tuple[Finding, ...] = ()

    @property
    def promised(self) -> tuple[str, ...]:
        """The tables whose files must be in the delivery."""
        return tuple(t for t, mode in self.modes.items() if mode != "absent")

    def mode(self, table: str) -> FileMode:
        """How the file of a table that lies in the delivery is to be taken. Of datasets a manifest cannot speak: they are whole."""
        if table in self.modes:
            return self.modes[table]
        if table not in {t.name for t in catalogue().oneroster}:
            return "bulk"
        return "absent" if "delta" in self.modes.values() else "bulk"


def find(inspected: Iterable[Inspected]) -> Inspected | None:
    """The manifest among the files, or None."""
    return next((i for i in inspected if patterns.base_name(i.file.name).casefold() == NAME), None)


def read(inspected: Inspected) -> Manifest:
    """Read a manifest. Raises Refused("file_unreadable") where it is no text of two columns at all."""
    name = inspected.file.name
    if inspected.fault is not None:
        raise Refused.of(inspected.fault)
    if inspected.file.size > LARGEST:
        raise Refused("file_unreadable", file=name, why="it is too large for a manifest")
    raw = inspected.file.path.read_bytes().decode(inspected.encoding, errors="replace").lstrip("\ufeff")
    # splitlines() also cuts at the lone CR that PowerSchool writes, where a text stream would not
    rows = csv.reader(io.StringIO("\n".join(raw.splitlines())), delimiter=inspected.delimiter)
    pairs = [(r[0].strip(), r[1].strip()) for r in rows if len(r) >= 2 and r[0].strip()]
    return interpret([p for p in pairs if p[0].casefold() != "propertyname"], inspected.file.number)


def interpret(pairs: Iterable[tuple[str, str]], file: int) -> Manifest:
    """What property lines mean."""
    said: dict[str, str] = {}
    findings: list[Finding] = []

    def note(name: str, what: str) -> None:
        findings.append(Finding("manifest-property", file, None, (("property", name), ("what", what))))

    known = {f"file.{t.name}".casefold(): t.name for t in catalogue().oneroster}
    fixed = {n.casefold(): n for n in ("manifest.version", "oneroster.version", *_FREE)}
    for name, value in pairs:
        folded = name.casefold().removesuffix(".csv")
        if folded not in known and folded not in fixed:
            note(name, "the standard has no such property")
        elif folded in said and said[folded] != value:
            note(name, "it stands there twice with different values; the first counts")
        said.setdefault(folded, value)
    version = _version(said.get("oneroster.version"), note)
    modes = _modes({known[k]: v for k, v in said.items() if k in known}, note)
    due = [f"file.{t.name}" for t in catalogue().version(version)] if version else []
    if lacking := [name for name in due if name.casefold() not in said]:
        note(", ".join(lacking), "missing")
    return Manifest(file, version, modes, tuple(findings))


def _version(said: str | None, note: _Note) -> str | None:
    """The version as one that Homeroom knows: 1.2.1 is 1.2; 1.0 had no manifest, whoever writes it means 1.1."""
    if not said:
        note("oneroster.version", "missing")
        return None
    short = ".".join(said.removeprefix("v").split(".")[:2])
    version = _FORMER.get(short, short)
    if version not in VERSIONS:
        note("oneroster.version", f"{said[:20]} is not known")
        return None
    return version


def _modes(said: Mapping[str, str], note: _Note) -> dict[str, FileMode]:
    modes: dict[str, FileMode] = {}
    strange: dict[str, str] = {}
    for table, word in said.items():
        match word.casefold():
            case "absent" | "bulk" | "delta" as mode:
                modes[table] = mode
            case _:
                strange[table] = word[:20] or "blank"
    # As `Manifest.mode` takes a file of which nothing is said.
    taken = "the file is left alone" if "delta" in modes.values() else "the file is taken as bulk, if it came"
    for table, word in strange.items():
        note(f"file.{table}", f"{word} is not one of absent, bulk, delta; {taken}")
    return modes
