"""What a cell must look like, format by format, as SQL made from the catalogue.

Every column gets a `Cell`: a condition that is true for a value that is fine as it stands, an expression that gives the
healed value (NULL where the value cannot be read), and the codes under which repairs and faults are told. The condition is
cheap and is asked of every row; the healing runs only over columns in which some cell is not fine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from homeroom.checks.dates import CLEAN_DATE, fixed_date
from homeroom.checks.rules import ANY, Rules
from homeroom.roster.catalogue import CodeList, Field, Format, Table, catalogue
from homeroom.roster.names import ROUNDED_ID, quoted, text

LONGEST = 4_000
"""Characters that an ordinary cell may hold; a longer one is no roster value but a slipped column or a pasted page."""
LONGEST_ID = 255
"""Characters of a sourcedId (OneRoster: fewer than 256)."""

_CONTROL = "[\\x00-\\x1f\\x7f]"
_BREAK = "[\\t\\r\\n]+"
# What a spreadsheet would run (`=...`, `@name`, `+word`, `-word`; a sign before a number is none) and what a browser might.
_FORMULA = "^[=@]|^[+-] *[A-Za-z(@=]"
_MARKUP = "(?i)<\\s*/?\\s*(script|iframe|img|svg|object|style|a)\\b"
# UTF-8 that was read as Windows-1252 or Latin-1 and written again: the first byte of a letter shows as one of _BEGIN, the next as a
# sign that stands behind none of them in a word. Quotes, dashes and hard blanks may stand behind a word's last letter, so they count
# only between letters.
_BEGIN = "[\u00c2\u00c3\u00c4\u00c5\u00d0\u00d1]"
_PUNCTUATION = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0\u00bb"
_SIGNS = "".join(
    sign
    for b in range(0x80, 0xC0)
    for sign in sorted({chr(b), bytes([b]).decode("cp1252", "ignore")})
    if sign not in _PUNCTUATION
)
_MISREAD = f"{_BEGIN}([{_SIGNS}]|[{_PUNCTUATION}]\\pL)|\u00e2[{_SIGNS}][{_SIGNS}{_PUNCTUATION}]"
# What every such text has, and hardly any other. To compile all of _MISREAD for each column takes longer than to walk a small district.
_SUSPECT = (
    "[\u00c2\u00c3\u00c4\u00c5\u00d0\u00d1\u00e2]"
    "[\\x{80}-\\x{bf}\\x{152}\\x{153}\\x{160}\\x{161}\\x{178}\\x{17d}\\x{17e}\\x{192}\\x{2c6}-\\x{2dc}\\x{2013}-\\x{203a}\\x{20ac}-\\x{2122}]"
)
_GARBLED = ("text-garbled", f"regexp_matches(_healed, '{_MISREAD}')")
_TRUE = ("true", "1", "yes", "y", "t", "on")
_FALSE = ("false", "0", "no", "n", "f", "off")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one format asks of a cell, as SQL texts that speak of the column by its quoted name (dates also of `_file`).

    `fault` gives the code of an unreadable value; `always` are codes that refuse the row even where the column is
    optional. `notes` are (code, condition) pairs: the value stays and is told. `odd` are such pairs for values that
    are not clean, asked of the healed one as `_healed`. A healed value that is the value itself is no repair.
    """

    clean: str
    healed: str
    repair: str
    fault: str
    notes: tuple[tuple[str, str], ...] = ()
    always: tuple[str, ...] = ()
    odd: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One delivered column with its shape. `required`: a blank, or a value that cannot be read, refuses the row."""

    field: Field
    required: bool
    shape: Shape

    @property
    def name(self) -> str:
        """The column's name in the roster."""
        return self.field.name

    @property
    def column(self) -> str:
        """The quoted name."""
        return quoted(self.field.name)

    @property
    def unclean(self) -> str:
        """SQL: whether a value stands there that is not fine as it is."""
        return f"({self.column} IS NOT NULL AND NOT {self.shape.clean})"


def cells(table: Table, delivered: tuple[str, ...], rules: Rules) -> tuple[Cell, ...]:
    """The rules of the delivered model columns, in the catalogue's order. Columns that did not come have none."""
    return tuple(_cell(table, f, rules) for f in table.model if f.name in delivered)


def _cell(table: Table, field: Field, rules: Rules) -> Cell:
    if field.name == "sourcedId":
        return Cell(field, True, (_made_key if table.dataset else _key)(quoted(field.name)))
    name = f"{table.name}.{field.name}"
    required = name in rules.required or (rules.version in field.required and name not in rules.waived)
    return Cell(field, required, _SHAPES[field.format](quoted(field.name), table, field, rules))


def _key(c: str) -> Shape:
    """A sourcedId: never healed. Odd characters are told, what cannot be an id refuses the row."""
    scientific = f"regexp_full_match({c}, {text(ROUNDED_ID)})"
    unusable = f"length({c}) > {LONGEST_ID} OR regexp_matches({c}, '{_CONTROL}')"
    return Shape(
        # the length apart: a pattern that counts to it takes a millisecond to compile, and the signs are of one byte each
        clean=f"(strlen({c}) <= {LONGEST_ID} AND regexp_full_match({c}, '[0-9A-Za-z.\\-_/@]+'))",
        healed=f"CASE WHEN {scientific} OR {unusable} THEN NULL ELSE {c} END",
        repair="id-characters",
        fault=f"CASE WHEN {scientific} THEN 'id-scientific' ELSE 'id-unusable' END",
        odd=(("id-characters", "TRUE"),),
    )


def _made_key(c: str) -> Shape:
    """The sourcedId of a dataset's row. Layouts make it of several columns, and no OneRoster door shows it: any signs will do."""
    told = _key(c)
    unusable = f"regexp_full_match({c}, {text(ROUNDED_ID)}) OR length({c}) > {LONGEST_ID} OR regexp_matches({c}, '{_CONTROL}')"
    return replace(told, clean=f"NOT ({unusable})", odd=())


def _reference(c: str, *_: object) -> Shape:
    """One id of another row: compared exactly, so that knowing it is the whole check."""
    return Shape(clean="TRUE", healed=c, repair="list-spacing", fault="'reference-unknown'")


def _string(c: str, *_: object) -> Shape:
    """Plain text. One match finds what needs a second look: control characters, a formula or markup, letters that may be garbled."""
    mended = f"nullif(trim(regexp_replace(regexp_replace({c}, '{_BREAK}', ' ', 'g'), '{_CONTROL}', '', 'g')), '')"
    odd = f"{_CONTROL}|<|{_FORMULA}"
    return Shape(
        clean=f"(strlen({c}) <= {LONGEST} AND NOT regexp_matches({c}, '{odd}|{_SUSPECT}'))",
        healed=f"CASE WHEN length({c}) > {LONGEST} THEN NULL WHEN regexp_matches({c}, '{odd}') THEN {mended} ELSE {c} END",
        repair="control-characters",
        fault=f"CASE WHEN length({c}) > {LONGEST} THEN 'value-too-long' ELSE 'control-characters' END",
        always=("value-too-long",),
        odd=(("formula-content", f"regexp_matches(_healed, '{_FORMULA}|{_MARKUP}')"), _GARBLED),
    )


def _trimmed_list(c: str, item: str = "trim(x)") -> str:
    items = f"list_filter(list_transform(string_split({c}, ','), lambda x: {item}), lambda x: x <> '')"
    return f"nullif(array_to_string({items}, ','), '')"


_LIST_SPACING = "'(^|,)\\s|\\s(,|$)|(^|,)(,|$)'"


def _list_string(c: str, table: Table, field: Field, rules: Rules) -> Shape:
    codes = catalogue().code_list(field, rules.version)
    if codes is None:
        untidy = f"{_CONTROL}|(^|,)\\s|\\s(,|$)|(^|,)(,|$)"
        healed = f"CASE WHEN regexp_matches({c}, '{untidy}') THEN {_trimmed_list(c, _item_text())} ELSE {c} END"
        clean = f"NOT regexp_matches({c}, '{untidy}|{_SUSPECT}')"
        return Shape(clean, healed, "list-spacing", "'list-malformed'", odd=(_GARBLED,))
    # Several words in one cell are common (grades of a class), so they are told by one match, not item by item.
    word = f"({'|'.join(re.escape(v) for v in codes.values)})"
    listed = f"'{word}(,{word})*'"
    healed = _trimmed_list(c, f"coalesce({_cased('x', codes)}, {_item_text()})")
    clean = f"CASE WHEN {c} IN ({_words(codes.values)}) THEN TRUE ELSE regexp_full_match({c}, {listed}) END"
    odd = ("code-open", f"NOT regexp_full_match(_healed, {listed})")
    return Shape(clean, healed, "code-case", "'list-malformed'", odd=(odd,))


def _item_text() -> str:
    return f"trim(regexp_replace(x, '{_CONTROL}', ' ', 'g'))"


def _list_reference(c: str, *_: object) -> Shape:
    return Shape(f"NOT regexp_matches({c}, {_LIST_SPACING})", _trimmed_list(c), "list-spacing", "'list-malformed'")


def _words(values: tuple[str, ...]) -> str:
    return ", ".join(text(v) for v in values)


def _cased(c: str, codes: CodeList) -> str:
    """SQL: the list's own spelling of a word written in another case or by its former name; NULL if unknown."""
    spelled = {v.lower(): v for v in codes.values} | {k.lower(): v for k, v in codes.formerly.items()}
    return _mapped(c, spelled)


def _mapped(c: str, words: Mapping[str, str]) -> str:
    """SQL: a word by its lower case form; NULL if it is not among `words`.

    A map, since DuckDB 2.0 fails to bind a CASE over a column that holds one single value ("BindBuiltinScalarFunction").
    """
    pairs = ", ".join(f"{text(k)}: {text(v)}" for k, v in words.items())
    return f"map {{{pairs}}}[lower(trim({c}))]"


def _enum(c: str, table: Table, field: Field, rules: Rules) -> Shape:
    codes = catalogue().code_list(field, rules.version)
    assert codes is not None, f"{table.name}.{field.name} has no code list"
    clean, healed = f"{c} IN ({_words(codes.values)})", _cased(c, codes)
    if codes.extensible and rules.version == "1.2":
        clean = f"({clean} OR {_extended(c)})"
    kept = rules.keep_unknown.get(codes.name, frozenset())
    if codes.open or ANY in kept:
        healed = f"coalesce({healed}, {c})"
    elif kept:
        healed = f"coalesce({healed}, CASE WHEN {c} IN ({_words(tuple(sorted(kept)))}) THEN {c} END)"
    odd = ("code-open", f"_healed NOT IN ({_words(codes.values)})")
    return Shape(clean, healed, "code-case", "'code-unknown'", odd=(odd,))


def _extended(word: str) -> str:
    return f"regexp_full_match({word}, 'ext:[^\\s,]+')"


def _list_enum(c: str, table: Table, field: Field, rules: Rules) -> Shape:
    codes = catalogue().code_list(field, rules.version)
    assert codes is not None, f"{table.name}.{field.name} has no code list"
    item = _cased("x", codes)
    if codes.extensible and rules.version == "1.2":
        item = f"CASE WHEN {_extended('trim(x)')} THEN trim(x) ELSE {item} END"
    every = f"list_filter(string_split({c}, ','), lambda x: {item} IS NULL) = []"
    healed = f"CASE WHEN {every} THEN {_trimmed_list(c, item)} END"
    return Shape(f"coalesce({healed} = {c}, FALSE)", healed, "code-case", "'code-unknown'")


def _boolean(c: str, *_: object) -> Shape:
    words = dict.fromkeys(_TRUE, "true") | dict.fromkeys(_FALSE, "false")
    return Shape(f"{c} IN ('true', 'false')", _mapped(c, words), "boolean-form", "'boolean-unreadable'")


def _integer(c: str, *_: object) -> Shape:
    whole = f"regexp_extract(trim({c}), '^([+-]?[0-9]{{1,18}})([.]0*)?$', 1)"
    return Shape(
        f"coalesce(CAST(TRY_CAST({c} AS BIGINT) AS VARCHAR) = {c}, FALSE)",
        f"CAST(TRY_CAST(nullif({whole}, '') AS BIGINT) AS VARCHAR)",
        "number-form",
        "'number-unreadable'",
    )


def _float(c: str, *_: object) -> Shape:
    plain = f"regexp_full_match({c}, '-?[0-9]{{1,15}}([.][0-9]+)?')"
    loose = f"regexp_full_match(trim({c}), '[+-]?([0-9]{{1,15}}[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{{1,2}})?')"
    return Shape(
        plain, f"CASE WHEN {loose} THEN CAST(TRY_CAST(trim({c}) AS DOUBLE) AS VARCHAR) END", "number-form", "'number-unreadable'"
    )


def _year(c: str, *_: object) -> Shape:
    """A school year is named by the year in which it ends (OneRoster, academicSessions.schoolYear): 2026-2027 and 26-27 are 2027."""
    short = f"regexp_extract({c}, '^\\s*([0-9]{{2}})\\s*[-/]\\s*[0-9]{{2}}\\s*$', 1)"
    next_year = f"TRY_CAST(nullif({short}, '') AS INTEGER) + 1"
    both = f"right('0' || CAST({next_year} AS VARCHAR), 2) = regexp_extract({c}, '([0-9]{{2}})\\s*$', 1)"
    first = f"TRY_CAST(regexp_extract({c}, '^\\s*((19|20|21)[0-9]{{2}})', 1) AS INTEGER)"
    last = f"regexp_extract({c}, '^\\s*[0-9]{{4}}\\s*[-/]\\s*([0-9]{{4}}|[0-9]{{2}})\\s*$', 1)"
    ended = f"{last} IN (CAST({first} + 1 AS VARCHAR), right(CAST({first} + 1 AS VARCHAR), 2))"
    alone = f"regexp_full_match({c}, '\\s*(19|20|21)[0-9]{{2}}([.]0+)?\\s*')"
    return Shape(
        f"regexp_full_match({c}, '(19|20|21)[0-9]{{2}}')",
        f"CASE WHEN {alone} THEN CAST({first} AS VARCHAR) WHEN {ended} THEN CAST({first} + 1 AS VARCHAR) "
        f"WHEN {both} THEN CAST(2000 + {next_year} AS VARCHAR) END",
        "year-form",
        "'year-unreadable'",
    )


def _date(c: str, table: Table, field: Field, rules: Rules) -> Shape:
    form = rules.date_form(table.name, field.name)
    unlikely = f"({c} < '1900' OR ({c} > '2101' AND {c} < '9999')) AND {CLEAN_DATE.format(c=c)}"
    return Shape(
        CLEAN_DATE.format(c=c), fixed_date(c, form), "date-form", "'date-unreadable'", notes=(("date-unlikely", unlikely),)
    )


def _datetime(c: str, *_: object) -> Shape:
    stamp = f"regexp_full_match({c}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}([.][0-9]+)?Z')"
    made = f"strftime(TRY_CAST({c} AS TIMESTAMPTZ) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')"
    return Shape(f"({stamp} AND TRY_CAST({c} AS TIMESTAMPTZ) IS NOT NULL)", made, "date-form", "'date-unreadable'")


def _pairs(c: str, inner: str) -> Shape:
    """Items of the form {left:right}; forgotten braces are put back."""
    item = f"\\s*\\{{{inner}\\}}\\s*"
    bare = f"\\s*{inner}\\s*"
    tight = _trimmed_list(c)
    braced = f"'{{' || array_to_string(list_transform(string_split({c}, ','), lambda x: trim(x)), '}},{{') || '}}'"
    return Shape(
        f"regexp_full_match({c}, '\\{{{inner}\\}}(,\\{{{inner}\\}})*')",
        (
            f"CASE WHEN regexp_full_match({c}, '{item}(,{item})*') THEN {tight} "
            f"WHEN regexp_full_match({c}, '{bare}(,{bare})*') THEN {braced} END"
        ),
        "list-spacing",
        "'list-malformed'",
    )


def _typed_ids(c: str, *_: object) -> Shape:
    return _pairs(c, "[^{}:,\\s][^{}:,]*:[^{},]+")


_SHAPES: Mapping[Format, Callable[[str, Table, Field, Rules], Shape]] = {
    Format.GUID: _reference,
    Format.GUID_REF: _reference,
    Format.LIST_GUID_REF: _list_reference,
    Format.ID: _string,
    Format.STRING: _string,
    Format.LIST_STRING: _list_string,
    Format.ENUM: _enum,
    Format.LIST_ENUM: _list_enum,
    Format.BOOLEAN: _boolean,
    Format.INTEGER: _integer,
    Format.FLOAT: _float,
    Format.DATE: _date,
    Format.DATETIME: _datetime,
    Format.YEAR: _year,
    Format.LIST_TYPED_ID: _typed_ids,
    Format.LIST_MAPPING: _typed_ids,
}
