"""The part of a guide about the files: how they may be written, and each of them with its columns and example rows."""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.guide import wording
from homeroom.guide.elements import Element, Sheet, Use, extension, sheets, spelled
from homeroom.guide.examples import example
from homeroom.guide.markdown import block, code, codes, plain, table
from homeroom.guide.occasion import Occasion, Reading
from homeroom.guide.steps import Steps
from homeroom.layouts import formulas
from homeroom.layouts.making import known
from homeroom.layouts.sets import LayoutSet
from homeroom.roster import meanings
from homeroom.roster.catalogue import CodeList, catalogue
from homeroom.roster.contacts import CONTACTS

DELIMITERS = {",": "comma", "\t": "tab", "|": "pipe", ";": "semicolon"}


def parts(layouts: LayoutSet, steps: Steps, occasion: Occasion) -> Iterator[str]:
    """The lines of this part."""
    found = sheets(layouts)
    full = [s for s in found if s.service == "rostering" or s.required] or list(found)
    rest = [s for s in found if s not in full]
    yield from ["## The files", ""]
    yield from _overview(layouts, found)
    yield from _writing(layouts, found, occasion.reading)
    for sheet in full:
        yield from _file(sheet, layouts, found, steps, occasion.reading)
    if rest:
        yield from _also(rest)
    yield from _code_lists(layouts, full)


def _overview(layouts: LayoutSet, found: tuple[Sheet, ...]) -> Iterator[str]:
    must = [s for s in found if s.required]
    if must:
        yield f"These files belong together, and all of them must come each time: {codes(s.name for s in must)}."
        if len(must) < len(found):
            yield f"These may come too: {codes(s.name for s in found if not s.required)}."
    elif layouts.manifest:
        yield (
            "With a `manifest.csv` among them, the files that it promises must all come, and it says of each whether it is whole (`bulk`) or "
            "holds changes only (`delta`). Without one, every file that comes counts as whole."
        )
    yield ""
    yield (
        "A file always lists **everybody and everything** of its kind, not only what is new. What a file no longer lists is taken for gone. A file "
        "that does not come says nothing, and nothing is removed because of it."
    )
    yield ""
    if layouts.makes:
        yield "What your system does not send this way, Homeroom makes from what it does send:"
        yield ""
        yield from [f"- {plain(known(name).meaning)}" for name in layouts.makes]
        yield ""


def _writing(layouts: LayoutSet, found: tuple[Sheet, ...], reading: Reading) -> Iterator[str]:
    """How the files may be written."""
    stripped = reading.strip_prefix and all(w.hints.strip_prefix for w in layouts.layouts)
    delimiters = {w.hints.delimiter for w in layouts.layouts if w.hints.delimiter}
    yield from ["### How they are written", ""]
    rows = [
        (
            "File names",
            "As given below; capital letters do not matter. A date before or after the name is read where this guide says so.",
        ),
        ("One by one, or together", "Loose files, or all of them in one ZIP. A single file may be compressed with gzip."),
        ("Characters", _encoding(layouts, reading)),
        ("Between cells", _delimiter(reading, delimiters)),
        ("Quotes", _quotes(reading)),
        ("Line ends", "CR, LF or CRLF; all are read."),
        ("Header line", _header(found)),
        (
            "Words in the header",
            "Exactly as below. Capital letters, blanks and underscores do not matter, nor does the order of the columns.",
        ),
        ("Prefixed words", _prefixed(stripped)),
        ("More columns", "May stay. They are listed in the report and never stored."),
        ("Ids", "Are text: leading zeros stay and count. `0100` and `100` are two different schools."),
        ("Blank cells", "Leave them empty. Do not write `NULL`, `n/a` or `-`."),
    ]
    yield from table(("What", "How"), rows)


def _encoding(layouts: LayoutSet, reading: Reading) -> str:
    fixed = reading.encoding or next((w.hints.encoding for w in layouts.layouts if w.hints.encoding), None)
    if fixed:
        return f"{code(fixed)}, as agreed for this source."
    return "UTF-8, with or without a byte order mark. UTF-16 and Windows-1252 are recognised too, but the second is a guess that the report mentions."


def _delimiter(reading: Reading, named: set[str]) -> str:
    if reading.delimiter:
        return f"{_called(reading.delimiter)}, as agreed for this source."
    if named:
        return " or ".join(sorted(map(_called, named))) + "."
    return "Comma; tab, pipe and semicolon are recognised too."


def _called(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, delimiter)


def _quotes(reading: Reading) -> str:
    if reading.quoted is False:
        return "Off, as agreed for this source: a quote character is text."
    return (
        "On, if you can choose: a cell with a comma in it, such as a list of guardians, then needs no guessing. Without quotes such a list is put back "
        "together where only one way is possible, and the row is refused where there are two."
    )


def _header(found: tuple[Sheet, ...]) -> str:
    bare = [s.name for s in found if s.headerless]
    if not bare:
        return "The first line of every file."
    if len(bare) == len(found):
        return "None: the first line is data."
    return f"The first line of every file, except {codes(bare)}, which has none."


def _prefixed(stripped: bool) -> str:
    if stripped:
        return "Accepted: the name of a table before a word, such as `USERS.` or `CC.`, is taken off."
    return "Not accepted: a word must stand without the name of a table before it."


def _file(sheet: Sheet, layouts: LayoutSet, found: tuple[Sheet, ...], steps: Steps, reading: Reading) -> Iterator[str]:
    yield from [f"### {plain(sheet.name)}", ""]
    yield f"{'**Must come each time.**' if sheet.required else 'May come.'} {_holds(sheet)}"
    yield ""
    if len(sheet.names) > 1:
        yield f"Names that are read: {codes(dict.fromkeys(map(spelled, sheet.names)))}." + (
            " `{date}` stands for a date such as `20261121`." if any("{date}" in n for n in sheet.names) else ""
        )
        yield ""
    for layout in sheet.layouts:
        if layout.notes:
            yield from [plain(layout.notes), ""]
    rows = [_column(e, sheet, layouts, found, reading) for e in sheet.elements]
    first = "Place and word" if sheet.headerless else "Header word"
    yield from table((first, "Needed", "What it is, and how it is written", "What is kept"), rows)
    yield _need(sheet)
    yield ""
    if any(e.inferred for e in sheet.elements):
        yield (
            "Words with *assumed* are our proposal: the system's own papers do not name them. Look whether your export calls them so, and tell us if "
            "it does not."
        )
        yield ""
    yield from [*_unique(sheet), ""]
    # A set without a guide of its own has no tested rows, and an example that is wrong is worse than none.
    text = example(layouts, sheet, steps.examples, reading.date_forms.get("*")) if steps.written else ""
    if text:
        yield "Example rows (invented people):"
        yield ""
        yield from block(text, "csv")


def _holds(sheet: Sheet) -> str:
    tables = dict.fromkeys(w.table for w in sheet.layouts)
    about = [_about(t) for t in tables]
    return " ".join(plain(a) for a in about if a) or "It is read beside another file."


def _about(name: str) -> str:
    if name == CONTACTS:
        return "Pairs of a student and a contact."
    return meanings.of_table(name) if name in catalogue().tables else ""


def _column(
    element: Element, sheet: Sheet, layouts: LayoutSet, found: tuple[Sheet, ...], reading: Reading
) -> tuple[str, str, str, str]:
    word = code(element.word)
    if element.place is not None:
        word = f"{element.place}. {word}"
    if element.also:
        word += f" (or {codes(element.also)})"
    if element.inferred:
        word += " *assumed*"
    told = " ".join(s for s in (plain_meaning(element), wording.form(element, layouts, found, reading)) if s)
    return word, needed(element, reading), told, _kept(element)


def plain_meaning(element: Element) -> str:
    """What the column is; what our own data says is plain text, what we build holds code."""
    told = wording.meaning(element)
    return told if "`" in told else plain(told)


def needed(element: Element, reading: Reading) -> str:
    """How badly a column is needed, in a word or two."""
    names = {f"{u.layout.table}.{u.target}" for u in element.uses if u.alone}
    filled = (element.filled and not names & reading.waived) or bool(names & reading.required)
    if element.needed:
        return "**Yes**, in every row" if filled else "**Yes**"
    if element.expected:
        return "Expected, in every row" if filled else "Expected"
    return "In every row, if the column is there" if filled else "No"


def _kept(element: Element) -> str:
    """Where the values of a column stay; a value that goes into a worked-out column is kept as a part of that."""
    kept = []
    for use in element.uses:
        if use.target:
            said = code(_column_name(use)) + (" (personal)" if use.personal else "")
            kept.append(said if use.alone else f"in {said}")
    return ", ".join(dict.fromkeys(kept)) or "Not kept"


def _column_name(use: Use) -> str:
    name = extension(use.target)
    if name is not None:
        return f"{use.layout.table}.metadata.{name}"
    return f"{use.layout.table}.{use.target}"


def _need(sheet: Sheet) -> str:
    outcome = (
        "the delivery is refused as a whole and the last good roster stays"
        if sheet.fatal
        else "this file is left aside and the others are read"
    )
    expected = any(e.rank == 1 for e in sheet.elements)
    said = f"*Yes*: without this column {outcome}."
    if expected:
        said += " *Expected*: the standard asks for it; send it."
    return said + " *In every row*: a row where it is blank is refused, and the others are taken."


def _unique(sheet: Sheet) -> Iterator[str]:
    """What identifies a row, and what is repeated."""
    for layout in sheet.layouts:
        source = layout.source("sourcedId")
        if source is None:
            continue
        what = layout.of.singular
        if source.formula:
            words = [w for w in formulas.columns(source.formula) if w not in source.optional]
            if words:
                yield f"One {plain(what)} is told from another by {codes(words)} together. Rows that say the same twice are taken once."
        elif source.names or source.position:
            word = (
                source.names[0]
                if source.names
                else next((e.word for e in sheet.elements if e.place == source.position), "the key")
            )
            if layout.rows.once != "no" or layout.rows.each is not None:
                yield f"{code(word)} tells one {plain(what)} from another."
            else:
                yield (
                    f"{code(word)} is unique: one row for each {plain(what)}, the same value every night and never given to another. Two rows "
                    "with the same value that differ are both refused."
                )


def _also(rest: list[Sheet]) -> Iterator[str]:
    yield from ["### Files that may come too", ""]
    yield "Nothing is missing without them. Their exact headers:"
    yield ""
    for sheet in rest:
        must = [e.word for e in sheet.elements if e.needed or (e.expected and e.filled)]
        yield f"- {code(sheet.name)}: {_holds(sheet)} Columns: {codes(sheet.header)}." + (
            f" Needed: {codes(must)}." if must else ""
        )
    yield ""


def _code_lists(layouts: LayoutSet, full: list[Sheet]) -> Iterator[str]:
    lists: dict[str, CodeList] = {}
    for sheet in full:
        for element in sheet.elements:
            use = element.chief
            found = (
                wording.code_list(use, layouts.version) if use and use.alone and use.source and not use.source.values else None
            )
            if found is not None and len(found.values) > wording.MOST_WORDS:
                lists[found.name] = found
    if not lists:
        return
    yield from ["### Code lists", ""]
    yield from table(("List", "Words"), [(plain(name), codes(found.values)) for name, found in lists.items()])
