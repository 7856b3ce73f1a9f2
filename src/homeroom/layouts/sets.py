"""Layout sets: the layouts of one system or dialect together, loaded from a folder of TOML files.

`set.toml` names the set, `contacts.toml` holds its contact rules, `datasets.toml` declares datasets of its own; every other TOML
file is a layout. A set that inherits from the catalogue has a layout for each table of that version without a file of its own.
A district's own folder may leave `set.toml` out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from homeroom.layouts import datasets, entries, inherit, language, making, patterns, targets
from homeroom.layouts.contacts.reading import of_set
from homeroom.layouts.contacts.rules import RULES, ContactRules, ready
from homeroom.layouts.faults import LayoutFault, LayoutFaults
from homeroom.layouts.layout import Join, Kind, Layout
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.positions import places
from homeroom.roster.catalogue import VERSIONS, Catalogue, Table, catalogue
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Said, _, in_a_row
from homeroom.workbench.values import Hints

DECLARATION = "set.toml"
GUIDE = "guide.toml"
"""What an administrator of the system is told; no layout."""
KEYS = (
    "name",
    "title",
    "help",
    "version",
    "inherit",
    "required",
    "waived",
    "make",
    "manifest",
    "same_system",
    "gives_way",
    "end_dates",
    "fetched",
)


@dataclass(frozen=True, slots=True)
class LayoutSet:
    """The layouts of one system or dialect.

    `required` are the tables, or single layouts, whose files must come. `waived` are columns (`table.column`) that the system
    does not always say although the standard requires them: a blank there refuses no row. `makes` names what is made from the rows that come
    (`homeroom.layouts.making`). `version` is the OneRoster version by whose rules the rows are checked. `manifest`: a
    manifest.csv among the files promises and forbids files. `same_system` are sets that carry the same records with the same
    ids by another road; `gives_way` those that are taken instead where both fit equally. `contacts` are the contact rules. `text` is
    what `layouts show` prints. `digest` stands for the texts of all its files, and `number` is the saved version of a district's own
    set (None for one that ships and for a folder). `datasets` are those that it declares itself.
    `ends`: what the files' end dates mean, the first day after (as OneRoster says) or the last day. `fetched`: Homeroom asks the system
    for these columns itself, so that nobody has to be told which of them no layout takes.
    """

    name: str
    title: str
    layouts: tuple[Layout, ...]
    required: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    version: str = "1.2"
    manifest: bool = False
    same_system: tuple[str, ...] = ()
    gives_way: tuple[str, ...] = ()
    help: str = ""
    text: str = ""
    datasets: tuple[Table, ...] = ()
    digest: str = ""
    number: int | None = None
    contacts: ContactRules = field(default_factory=ready)
    ends: Literal["exclusive", "inclusive"] = "exclusive"
    fetched: bool = False

    def layout(self, name: str) -> Layout:
        """The layout of that name (`set/users`). Raises Misuse."""
        for layout in self.layouts:
            if layout.name == name:
                return layout
        raise Misuse(
            "The set {name} has no layout {layout}. {remedy}",
            name=self.name,
            layout=name,
            remedy=did_you_mean(name, (w.name for w in self.layouts)),
        )

    def named(self, file_name: str) -> Layout | None:
        """The layout that reads files of this name; where several do, the one whose pattern stands first wins."""
        ranked = [(r, i) for i, w in enumerate(self.layouts) if (r := patterns.rank(w.files, file_name)) is not None]
        return self.layouts[min(ranked)[1]] if ranked else None

    def readers(self, file_name: str) -> tuple[Layout, ...]:
        """Every layout that reads files of this name, in the tables' order.

        Of layouts of one table those win whose pattern for the name stands first; where it stands equally, all of them read.
        """
        ranked = [(r, w) for w in self.layouts if (r := patterns.rank(w.files, file_name)) is not None]
        best = {table: min(r for r, w in ranked if w.table == table) for table in {w.table for _, w in ranked}}
        return tuple(w for r, w in ranked if r == best[w.table])

    def joins(self, file_name: str) -> tuple[tuple[Layout, Join], ...]:
        """The layouts that join files of this name to their own, with the join."""
        return tuple((w, j) for w in self.layouts for j in w.joins if patterns.rank(j.files, file_name) is not None)

    def of_kind(self, kind: Kind) -> LayoutSet:
        """The set as an import of this kind takes it: where a table has layouts of both kinds, those of the other are left out.

        A notification is of single records: no file of the others must come with it.
        """
        own = {w.table for w in self.layouts if w.kind == kind}
        chosen = tuple(w for w in self.layouts if w.kind == kind or w.table not in own)
        required = self.required if kind == "continuous" else ()
        same = chosen == self.layouts and required == self.required
        return self if same else replace(self, layouts=chosen, required=required)

    def requires(self, layout: Layout) -> bool:
        """Whether the files of a layout must come: the set requires its table, or the layout itself."""
        return layout.table in self.required or layout.name in self.required

    def needed_joins(self) -> dict[str, tuple[str, ...]]:
        """Files without which a required layout reads nothing: plain name -> patterns of the names under which each may come."""
        tables = [w.table for w in self.layouts]
        sure = [w for w in self.layouts if w.name in self.required or (self.requires(w) and tables.count(w.table) == 1)]
        return {j.files[0]: j.files for w in sure for j in w.joins if not j.optional}

    def hints(self, file_name: str) -> Hints:
        """What the set knows about a file before it is looked at: from a layout that reads it, else from a join."""
        layout = self.named(file_name)
        joined = self.joins(file_name)
        return layout.hints if layout else joined[0][1].hints if joined else Hints()

    def file_of(self, word: str) -> str:
        """The plain file name under which a table, or a layout's own file, is expected, for messages."""
        layout = next((w for w in self.layouts if word in (w.table, w.name)), None)
        return layout.files[0] if layout else targets.tables(catalogue().joined(self.datasets))[word].file


def load(folder: Path | Traversable, name: str | None = None) -> LayoutSet:
    """Load a set from its folder. `name` names a folder without `set.toml`, else it must agree with it.

    Raises LayoutFaults with the mistakes of all files together, and Misuse where the folder holds no layout.
    """
    return read(texts_in(folder), name or folder.name)


def load_judged(folder: Path | Traversable, name: str) -> LayoutSet:
    """Load a set that was judged before, as those that ship were: its formulas are taken at their word.

    To judge the formulas of all shipped sets takes half a second, and most imports read by one of them.
    """
    return read(texts_in(folder), name, entries.at_its_word)


def texts_in(folder: Path | Traversable) -> dict[str, str]:
    """The texts of a set's folder by file name. Raises LayoutFaults for a file that is no text, Misuse where there is none."""
    texts: dict[str, str] = {}
    for file in folder.iterdir():
        if file.is_file() and file.name.endswith(".toml"):
            try:
                texts[file.name] = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError as error:
                fault = LayoutFault(file.name, 0, 0, _("This file is not UTF-8 text."), _("Save it as UTF-8."))
                raise LayoutFaults([fault]) from error
    if not texts:
        raise Misuse("{folder} holds no layout. A layout set is a folder of TOML files.", folder=folder.name)
    return texts


def digest(texts: Mapping[str, str]) -> str:
    """What stands for the texts of a set: equal texts under equal names, and only they, have the same."""
    listed = json.dumps(sorted(texts.items()), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(listed.encode()).hexdigest()


def read(texts: Mapping[str, str], name: str, judge: entries.Judge = entries.thoroughly) -> LayoutSet:
    """Read a set from texts (file name -> TOML), as they lie in a folder or in the store. Raises LayoutFaults."""
    faults: list[LayoutFault] = []
    own = datasets.read(texts[datasets.FILE]) if datasets.FILE in texts else ()  # its mistakes first: layouts build on it
    book = catalogue().joined(own)
    declared = _declaration(texts.get(DECLARATION), name, faults)
    layouts: list[Layout] = []
    for origin in sorted(texts):
        if origin not in (DECLARATION, datasets.FILE, RULES, GUIDE):
            try:
                layouts.append(language.parse(texts[origin], origin, own, judge))
            except LayoutFaults as found:
                faults.extend(found.faults)
    layouts.extend(_inherited(declared, {w.table for w in layouts}, own))
    faults.extend(_twice(layouts))
    faults.extend(_required(declared, layouts, book, texts.get(DECLARATION, "")))
    faults.extend(_at_odds(layouts))
    contacts = ready()
    try:
        contacts = of_set(texts.get(RULES))
    except LayoutFaults as found:
        faults.extend(found.faults)
    if faults:
        raise LayoutFaults(faults)
    waived = _listed(declared, "waived")
    parts = [texts.get(DECLARATION, ""), texts.get(datasets.FILE, ""), *(w.text for w in layouts), texts.get(RULES, "")]
    return LayoutSet(
        name=str(declared.get("name", name)),
        title=str(declared.get("title", name)),
        layouts=tuple(
            sorted((_lighter(w, waived) for w in layouts), key=lambda w: (list(targets.tables(book)).index(w.table), w.name))
        ),
        required=_listed(declared, "required"),
        makes=_listed(declared, "make"),
        waived=waived,
        version=str(declared.get("version", "1.2")),
        manifest=bool(declared.get("manifest", False)),
        same_system=_listed(declared, "same_system"),
        gives_way=_listed(declared, "gives_way"),
        help=str(declared.get("help", "")),
        contacts=contacts,
        text="\n".join(p.strip() + "\n" for p in parts if p.strip()),
        datasets=own,
        digest=digest(texts),
        ends="inclusive" if declared.get("end_dates") == "inclusive" else "exclusive",
        fetched=bool(declared.get("fetched", False)),
    )


def _lighter(layout: Layout, waived: Sequence[str]) -> Layout:
    """A layout that takes files without the columns which the set waives: what may be blank in every row need not come."""
    spared = {t for t in layout.expected if f"{layout.table}.{t}" in waived}
    kept = [t for t, s in layout.map if t in spared and s.required]
    if not spared.difference(kept):
        return layout
    return replace(
        layout,
        required=tuple(t for t in layout.required if t not in spared or t in kept),
        expected=tuple(t for t in layout.expected if t not in spared or t in kept),
    )


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

    def complain(key: str, message: Said, remedy: Said) -> None:
        faults.append(LayoutFault(DECLARATION, *where.find([key]), message, remedy))

    for key in raw:
        if key not in KEYS:
            complain(key, _("{key} is not known here.", key=key), did_you_mean(key, KEYS))
    if raw.get("name", name) != name:
        complain(
            "name",
            _("The set calls itself {said}, its folder {name}.", said=str(raw["name"]), name=name),
            _("Give both the same name."),
        )
    if raw.get("version", "1.2") not in VERSIONS:
        complain("version", _("This version is not known."), _("It is one of: {versions}.", versions=in_a_row(VERSIONS)))
    if raw.get("end_dates", "exclusive") not in ("exclusive", "inclusive"):
        complain(
            "end_dates", _("This meaning is not known."), _("Write exclusive (the first day after) or inclusive (the last day).")
        )
    for word in inherit.words(raw):
        if inherit.version_of(word) is None:
            complain("inherit", _("{word} cannot be inherited.", word=word), _("Write oneroster:1.1, oneroster:1.2 or dataset."))
    for key, known in (
        ("required", None),
        ("waived", _columns()),
        ("make", making.names()),
        ("same_system", None),
        ("gives_way", None),
    ):
        _judge_list(raw.get(key, []), key, known, complain)
    return raw


def _columns() -> list[str]:
    """The words of `waived`."""
    return [f"{table.name}.{field.name}" for table in catalogue() for field in table.fields]


def _judge_list(value: object, key: str, known: Iterable[str] | None, complain: language.Note) -> None:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        complain(key, _("{key} is a list of texts.", key=key), _('Write it as {key} = ["...", "..."].', key=key))
        return
    for word in value:
        if known is not None and word not in known:
            complain(key, _("{key} cannot list {word}.", key=key, word=word), did_you_mean(word, known))


def _inherited(declared: Mapping[str, object], have: set[str], own: Sequence[Table]) -> list[Layout]:
    """A layout for every inherited table that has none of its own, made through the language like any other.

    Where two versions of OneRoster are inherited, the one that is named first has the table.
    """
    name = declared.get("name", "")
    texts: dict[str, str] = {}
    for word in inherit.words(declared):
        for table in catalogue().joined(own).version(inherit.version_of(word) or ""):
            if table.name not in have:
                lines = (("name", f"{name}/{table.name}"), ("table", table.name), ("inherit", word))
                texts.setdefault(table.name, "".join(f"{key} = {json.dumps(value)}\n" for key, value in lines))
    return [language.parse(text, f"{table}.toml", own) for table, text in texts.items()]


def _twice(layouts: Iterable[Layout]) -> list[LayoutFault]:
    seen: set[str] = set()
    found = []
    for layout in layouts:
        if layout.name in seen:
            found.append(LayoutFault(layout.name, 0, 0, _("Two layouts of the set have this name."), _("Give each its own.")))
        seen.add(layout.name)
    return found


def _required(declared: Mapping[str, object], layouts: Iterable[Layout], book: Catalogue, text: str) -> list[LayoutFault]:
    """Words of `required` that are neither a table nor a layout of the set."""
    known = [*book.tables, *(w.name for w in layouts)]
    where = places(text).find(["required"])
    return [
        LayoutFault(DECLARATION, *where, _("required cannot list {word}.", word=word), did_you_mean(word, known))
        for word in _listed(declared, "required")
        if word not in known
    ]


def _at_odds(layouts: Sequence[Layout]) -> list[LayoutFault]:
    """Layouts that read a file under the same pattern and disagree about how it is written: one look serves them all."""
    found = []
    for number, layout in enumerate(layouts):
        for other in layouts[:number]:
            if {*layout.files} & {*other.files} and layout.hints != other.hints:
                shared = next(f for f in layout.files if f in other.files)
                message = _(
                    "{layout} and {other} read {file} and say different things in [read].",
                    layout=layout.name,
                    other=other.name,
                    file=shared,
                )
                found.append(LayoutFault(layout.name, 0, 0, message, _("Write the same [read] in both.")))
    return found
