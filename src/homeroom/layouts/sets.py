"""Layout sets: the layouts of one system or dialect together, loaded from a folder of TOML files.

`set.toml` names the set; every other TOML file is a layout. A set that inherits from the catalogue has a layout for each
table of that version without a file of its own. A district's own folder may leave `set.toml` out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from homeroom.layouts import inherit, language, making, patterns
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.layout import Layout
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import places
from homeroom.roster.catalogue import VERSIONS, catalogue
from homeroom.roster.faults import Misuse
from homeroom.workbench.values import Hints

DECLARATION = "set.toml"
KEYS = ("name", "title", "help", "version", "inherit", "required", "make", "manifest", "same_system")


@dataclass(frozen=True, slots=True)
class LayoutSet:
    """The layouts of one system or dialect.

    `required` are the tables whose files must all come. `makes` names what is made from the rows that come
    (`homeroom.layouts.making`). `version` is the OneRoster version by whose rules the rows are checked. `manifest`: a
    manifest.csv among the files promises and forbids files. `same_system` are sets that carry the same records with the same
    ids by another road. `text` is what `layouts show` prints.
    """

    name: str
    title: str
    layouts: tuple[Layout, ...]
    required: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    version: str = "1.2"
    manifest: bool = False
    same_system: tuple[str, ...] = ()
    help: str = ""
    text: str = ""

    def layout(self, name: str) -> Layout:
        """The layout of that name (`set/users`). Raises Misuse."""
        for layout in self.layouts:
            if layout.name == name:
                return layout
        raise Misuse(f"The set {self.name} has no layout {name}. {did_you_mean(name, (w.name for w in self.layouts))}")

    def named(self, file_name: str) -> Layout | None:
        """The layout that reads files of this name; where several do, the one whose pattern stands first wins."""
        ranked = [(r, i) for i, w in enumerate(self.layouts) if (r := patterns.rank(w.files, file_name)) is not None]
        return self.layouts[min(ranked)[1]] if ranked else None

    def hints(self, file_name: str) -> Hints:
        """What the set knows about a file before it is looked at."""
        layout = self.named(file_name)
        return layout.hints if layout else Hints()

    def file_of(self, table: str) -> str:
        """The plain file name under which a table is expected, for messages."""
        layout = next((w for w in self.layouts if w.table == table), None)
        return layout.files[0] if layout else catalogue()[table].file


def load(folder: Path | Traversable, name: str | None = None) -> LayoutSet:
    """Load a set from its folder. `name` names a folder without `set.toml`, else it must agree with it.

    Raises LayoutFaults with the mistakes of all files together, and Misuse where the folder holds no layout.
    """
    texts = {f.name: f.read_text(encoding="utf-8") for f in folder.iterdir() if f.is_file() and f.name.endswith(".toml")}
    if not texts:
        raise Misuse(f"{folder.name} holds no layout. A layout set is a folder of TOML files.")
    return read(texts, name or folder.name)


def read(texts: Mapping[str, str], name: str) -> LayoutSet:
    """Read a set from texts (file name -> TOML), as they lie in a folder or in the store. Raises LayoutFaults."""
    faults: list[LayoutFault] = []
    declared = _declaration(texts.get(DECLARATION), name, faults)
    layouts: list[Layout] = []
    for origin in sorted(texts):
        if origin != DECLARATION:
            try:
                layouts.append(language.parse(texts[origin], origin))
            except LayoutFaults as found:
                faults.extend(found.faults)
    layouts.extend(_inherited(declared, {w.table for w in layouts}))
    faults.extend(_twice(layouts))
    if faults:
        raise LayoutFaults(faults)
    parts = [texts.get(DECLARATION, ""), *(w.text for w in layouts)]
    return LayoutSet(
        name=str(declared.get("name", name)),
        title=str(declared.get("title", name)),
        layouts=tuple(sorted(layouts, key=_order)),
        required=_listed(declared, "required"),
        makes=_listed(declared, "make"),
        version=str(declared.get("version", "1.2")),
        manifest=bool(declared.get("manifest", False)),
        same_system=_listed(declared, "same_system"),
        help=str(declared.get("help", "")),
        text="\n".join(p.strip() + "\n" for p in parts if p.strip()),
    )


def _order(layout: Layout) -> tuple[int, str]:
    return list(catalogue().tables).index(layout.table), layout.name


def _listed(declared: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = declared.get(key, [])
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _declaration(text: str | None, name: str, faults: list[LayoutFault]) -> dict[str, object]:
    if text is None:
        return {}
    try:
        raw = language.read_toml(text, DECLARATION)
    except LayoutFaults as found:
        faults.extend(found.faults)
        return {}
    where = places(text)

    def complain(key: str, message: str, remedy: str) -> None:
        faults.append(LayoutFault(DECLARATION, *where.find([key]), message, remedy))

    for key in raw:
        if key not in KEYS:
            complain(key, f"{key} is not known here.", did_you_mean(key, KEYS))
    if raw.get("name", name) != name:
        complain("name", f"The set calls itself {raw['name']}, its folder {name}.", "Give both the same name.")
    if raw.get("version", "1.2") not in VERSIONS:
        complain("version", "This version is not known.", f"It is one of: {', '.join(VERSIONS)}.")
    for word in inherit.words(raw):
        if inherit.version_of(word) is None:
            complain("inherit", f"{word} cannot be inherited.", "Write oneroster:1.1, oneroster:1.2 or dataset.")
    for key, known in (("required", catalogue().tables.keys()), ("make", making.MAKERS.keys()), ("same_system", None)):
        _judge_list(raw.get(key, []), key, known, complain)
    return raw


def _judge_list(value: object, key: str, known: Iterable[str] | None, complain: language.Note) -> None:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        complain(key, f"{key} is a list of texts.", f'Write it as {key} = ["...", "..."].')
        return
    for word in value:
        if known is not None and word not in known:
            complain(key, f"{key} cannot list {word}.", did_you_mean(word, known))


def _inherited(declared: Mapping[str, object], own: set[str]) -> list[Layout]:
    """A layout for every inherited table that has none of its own, made through the language like any other.

    Where two versions of OneRoster are inherited, the one that is named first has the table.
    """
    name = declared.get("name", "")
    texts: dict[str, str] = {}
    for word in inherit.words(declared):
        for table in catalogue().version(inherit.version_of(word) or ""):
            if table.name not in own:
                lines = (("name", f"{name}/{table.name}"), ("table", table.name), ("inherit", word))
                texts.setdefault(table.name, "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines))
    return [language.parse(text, f"{table}.toml") for table, text in texts.items()]


def _twice(layouts: Iterable[Layout]) -> list[LayoutFault]:
    seen: set[str] = set()
    found = []
    for layout in layouts:
        if layout.name in seen:
            found.append(LayoutFault(layout.name, 0, 0, "Two layouts of the set have this name.", "Give each its own."))
        seen.add(layout.name)
    return found
