"""What a layout set asks of each file: every header word that is read, whether it must be there, and what becomes of it.

Made from the layouts that an import runs on, file by file as a person sees them: several layouts may read one file, and a
joined file is one too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from homeroom.layouts import formulas
from homeroom.layouts.layout import EXTENSION, Layout, Source
from homeroom.layouts.nearness import cleaned
from homeroom.layouts.patterns import compiled
from homeroom.layouts.rows import Cells, Each, Groups, Items
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.catalogue import DATASET, Field

RECORD_KEPT = ("status", "dateLastModified")


@dataclass(frozen=True, slots=True)
class Use:
    """What one column is used for: a column of a table, by itself or (`alone` false) together with others."""

    layout: Layout
    target: str
    source: Source | None
    alone: bool = True

    @property
    def field(self) -> Field | None:
        """The roster's own column, None for extension columns."""
        return next((f for f in self.layout.of.fields if f.name == self.target), None)

    @property
    def personal(self) -> bool:
        """Whether it is data about a person."""
        return self.field.personal if self.field else self.layout.table == "users"


@dataclass(frozen=True, slots=True)
class Element:
    """One column of a file. `word` is its exact header word; `also` are others that are read as well.

    `needed`: a file without it is refused. `filled`: where the column is there, a blank refuses the row. `expected`: the
    standard asks for it, and the set is known by it. `inferred`: no paper of the system names the word, it is a proposal. `place` is its number in a file without a header.
    """

    word: str
    also: tuple[str, ...]
    uses: tuple[Use, ...]
    needed: bool = False
    filled: bool = False
    expected: bool = False
    place: int | None = None
    inferred: bool = False

    @property
    def rank(self) -> int:
        """Its place in the order of need."""
        return 0 if self.needed else 1 if self.expected or self.filled else 2

    @property
    def chief(self) -> Use | None:
        """The use that says best what the column is: one by itself, if there is any."""
        return next((u for u in self.uses if u.alone), self.uses[0] if self.uses else None)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file that a district sends. `names` are all patterns of its name, the plain one first.

    `required`: without it nothing of the delivery is taken. `fatal`: where it lacks what it needs, the delivery is refused; else only
    this file is left aside. `joined`: it is read beside another file. `headerless`: it has no line
    of header words. `elements` stand in the order of need, within that in the file's own.
    """

    name: str
    names: tuple[str, ...]
    required: bool
    layouts: tuple[Layout, ...]
    elements: tuple[Element, ...]
    fatal: bool = True
    joined: bool = False
    headerless: bool = False

    @property
    def service(self) -> str:
        """The service of OneRoster that it belongs to, or `dataset`."""
        return self.layouts[0].of.service if self.layouts else "rostering"

    @property
    def header(self) -> tuple[str, ...]:
        """All header words in the file's own order, for a file without a header in the order of its cells."""
        own = [e for e in self.elements if e.place is not None]
        if own:
            return tuple(e.word for e in sorted(own, key=lambda e: e.place or 0))
        order = [word for layout in self.layouts for word in _words_in_order(layout)]
        places = {cleaned(word): place for place, word in reversed(list(enumerate(order)))}
        return tuple(e.word for e in sorted(self.elements, key=lambda e: places.get(cleaned(e.word), len(order))))


def spelled(pattern: str) -> str:
    """A file name as a person would write it: a pattern that is a regular expression with its simple parts filled in."""
    if not pattern.startswith("re:"):
        return pattern
    name = re.sub(r"\(\?!(?:[^()]|\([^()]*\))*\)", "", pattern.removeprefix("re:"))
    name = re.sub(r"\(([^|()]+)(?:\|[^()]*)?\)", r"\1", name)
    for part, filling in (("[A-Z]{2}", "TX"), ("[0-9]+", "123456"), ("[.]", "."), ("\\.", "."), (".*", ""), (".?", "_")):
        name = name.replace(part, filling)
    return name if compiled(pattern).fullmatch(name) else pattern


def sheets(layouts: LayoutSet) -> tuple[Sheet, ...]:
    """Every file of a set: those that must come first, then the others of the roster, then the rest."""
    named: dict[str, list[Layout]] = {}
    for layout in layouts.layouts:
        named.setdefault(spelled(layout.files[0]), []).append(layout)
    found = [_sheet(layouts, name, tuple(read)) for name, read in named.items()]
    found += [_joined(layouts, name) for name in _only_joined(layouts, named)]
    ranked = [s for s in found if s.elements]
    asked = [spelled(layouts.file_of(word)) for word in layouts.required]
    place = {name: n for n, name in reversed(list(enumerate(asked)))}
    return tuple(
        sorted(ranked, key=lambda s: (not s.required, s.service != "rostering", s.joined, place.get(s.name, len(asked))))
    )


def _sheet(layouts: LayoutSet, name: str, read: tuple[Layout, ...]) -> Sheet:
    fatal = any(fails_without(layouts, layout) for layout in read)
    wanted = [found for layout in read for found in _own_words(layouts, layout, not fatal or fails_without(layouts, layout))]
    wanted += _asked_by_joins(layouts, name)
    return Sheet(
        name=name,
        names=tuple(dict.fromkeys(p for layout in read for p in layout.files)),
        required=any(layouts.requires(layout) for layout in read) or name in map(spelled, layouts.needed_joins()),
        layouts=read,
        elements=_ordered(wanted),
        fatal=fatal,
        headerless=read[0].hints.header is False,
    )


def _joined(layouts: LayoutSet, name: str) -> Sheet:
    """A file that only serves to be joined."""
    joins = [j for w in layouts.layouts for j in w.joins if spelled(j.files[0]) == name]
    return Sheet(
        name=name,
        names=tuple(dict.fromkeys(p for j in joins for p in j.files)),
        required=name in map(spelled, layouts.needed_joins()),
        layouts=(),
        elements=_ordered(_asked_by_joins(layouts, name)),
        joined=True,
        headerless=joins[0].hints.header is False,
    )


def _only_joined(layouts: LayoutSet, named: dict[str, list[Layout]]) -> list[str]:
    return list(dict.fromkeys(n for w in layouts.layouts for j in w.joins if (n := spelled(j.files[0])) not in named))


def _ordered(wanted: Sequence[Element]) -> tuple[Element, ...]:
    """One element for each word, in the order of need."""
    merged: dict[str, Element] = {}
    for element in wanted:
        key = cleaned(element.word)
        merged[key] = _together(merged[key], element) if key in merged else element
    return tuple(sorted(merged.values(), key=lambda e: e.rank))


def _together(one: Element, other: Element) -> Element:
    return replace(
        one,
        also=tuple(dict.fromkeys([*one.also, *other.also])),
        uses=(
            *one.uses,
            *(u for u in other.uses if (u.layout.name, u.target) not in {(k.layout.name, k.target) for k in one.uses}),
        ),
        needed=one.needed or other.needed,
        filled=one.filled or other.filled,
        expected=one.expected or other.expected,
        place=one.place if one.place is not None else other.place,
        inferred=one.inferred or other.inferred,
    )


def fails_without(layouts: LayoutSet, layout: Layout) -> bool:
    """Whether a delivery fails where a file lacks what this layout needs, and not only this layout reads nothing of it."""
    return not layout.optional and (layouts.requires(layout) or layout.of.service == "rostering")


def _own_words(layouts: LayoutSet, layout: Layout, fatal: bool) -> Iterator[Element]:
    """The words of a layout's own file, in the order of its text; `fatal`: what it requires, the file must have."""
    for target, source in layout.map:
        must = fatal and target in layout.required
        facts = _facts(layouts, layout, target, source, must)
        if source.position is not None:
            word = _position_word(layout, source.position)
            yield replace(facts, word=word, place=source.position)
        elif source.formula is not None:
            for name in formulas.columns(source.formula):
                yield from _placed(layout, name, Element(name, (), facts.uses, must and name not in source.optional), alone=False)
        elif source.names:
            yield from _placed(layout, source.names[0], replace(facts, word=source.names[0], also=_others(source)), alone=True)
    if layout.keep is not None:
        for name in formulas.columns(layout.keep):
            yield from _placed(
                layout,
                name,
                Element(name, (), (Use(layout, "", None, False),), fatal and name not in layout.keep_optional),
                alone=False,
            )
    yield from _of_each(layout, layout.rows.each, fatal)
    for join in layout.joins:
        for here, _ in join.on:
            yield from _placed(
                layout, here, Element(here, (), (Use(layout, "", None, False),), fatal and not join.optional), alone=False
            )


def _facts(layouts: LayoutSet, layout: Layout, target: str, source: Source, must: bool) -> Element:
    field = next((f for f in layout.of.fields if f.name == target), None)
    version = DATASET if layout.of.dataset else layouts.version
    waived = f"{layout.table}.{target}" in layouts.waived
    always = field is not None and version in field.required and not waived and source.default is None
    return Element(
        word=target,
        also=(),
        uses=(Use(layout, target, source),),
        needed=must,
        filled=always and source.formula is None,
        expected=target in layout.expected,
    )


def _others(source: Source) -> tuple[str, ...]:
    """Other spellings that a reader would not take for the same word anyway."""
    seen = {cleaned(source.names[0])}
    return tuple(n for n in source.names[1:] if cleaned(n) not in seen and not seen.add(cleaned(n)))  # type: ignore[func-returns-value]


def _position_word(layout: Layout, position: int) -> str:
    named = layout.hints.columns
    return named[position - 1] if position <= len(named) else f"column {position}"


def _placed(layout: Layout, name: str, element: Element, *, alone: bool) -> Iterator[Element]:
    """An element under the word that stands in this file: a made column is one of the columns that it is made from."""
    before = name.partition(".")[0].casefold()
    if any(join.name.casefold() == before for join in layout.joins):
        return
    each = layout.rows.each
    if each is not None and before == each.name.casefold():
        yield from (replace(e, uses=element.uses) for e in _behind(each, name))
        return
    uses = element.uses if alone else tuple(replace(u, alone=False) for u in element.uses)
    at = _place_of(layout, name)
    yield replace(element, uses=uses, place=at, inferred=cleaned(name) in {cleaned(w) for w in layout.inferred})


def _place_of(layout: Layout, name: str) -> int | None:
    if layout.hints.header is not False:
        return None
    return next((n for n, word in enumerate(layout.hints.columns, 1) if cleaned(word) == cleaned(name)), None)


def _behind(each: Each, name: str) -> Iterator[Element]:
    """The file's columns from which a column of `each` is made."""
    if isinstance(each, Cells):
        yield from (Element(word, (), ()) for word in each.columns if name == each.name)
    elif isinstance(each, Items):
        yield from (Element(word, (), ()) for word in (each.column,) if name == each.name)
    else:
        members = {f"{each.name}.{member}": words for member, words in each.members}
        for word in members.get(name, ())[:1]:
            for number in each.numbers:
                others = tuple(w.replace("{n}", str(number)) for w in members[name][1:])
                yield Element(word.replace("{n}", str(number)), others, ())


def _of_each(layout: Layout, each: Each | None, fatal: bool) -> Iterator[Element]:
    """What `each` itself cannot do without."""
    if isinstance(each, Items):
        yield Element(each.column, (), (Use(layout, "", None, False),), fatal)
    elif isinstance(each, Groups | Cells):
        return


def _asked_by_joins(layouts: LayoutSet, name: str) -> list[Element]:
    """The words that layouts read of a joined file."""
    found: list[Element] = []
    for layout in layouts.layouts:
        for join in layout.joins:
            if spelled(join.files[0]) != name:
                continue
            use = (Use(layout, "", None, False),)
            needs = not join.optional and not layout.optional
            for _, there in join.on:
                found.append(Element(there, (), use, needed=needs))
            for word in (*join.order, *(formulas.columns(join.when) if join.when else ())):
                found.append(Element(word, (), use, needed=needs and word not in join.blank))
            for target, source in layout.map:
                must = needs and target in layout.required
                for word in source.names or (formulas.columns(source.formula) if source.formula else ()):
                    before, _, column = word.partition(".")
                    if before.casefold() == join.name.casefold() and column:
                        found.append(
                            Element(
                                column,
                                (),
                                (Use(layout, target, source, source.formula is None),),
                                must and word not in source.optional,
                            )
                        )
    return found


def _words_in_order(layout: Layout) -> Iterator[str]:
    """Header words in the order in which the layout's text names them."""
    listed = [w for _, s in layout.map for w in (s.names[:1] if s.names else formulas.columns(s.formula) if s.formula else ())]
    if dict(layout.map).keys() and all(s.names for _, s in layout.map):
        own = [f.name for f in layout.of.fields]
        listed = [s.names[0] for t, s in sorted(layout.map, key=lambda p: own.index(p[0]) if p[0] in own else len(own))]
    yield from listed


def extension(target: str) -> str | None:
    """The name of an extension column, None for a column of the table."""
    return target.removeprefix(EXTENSION) if target.startswith(EXTENSION) else None
