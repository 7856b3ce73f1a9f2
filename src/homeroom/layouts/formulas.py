"""Formulas: a small, whitelisted part of SQL's scalar expressions, so that a layout can compute a value without code.

First wall: the text is short and shallow, is parsed, and every node, function and type must stand in the lists here; what is
run is written anew from the checked tree, with quoted names. Second wall: the import's workbench is locked into its folder,
with bounded memory. A cell that a formula cannot compute (a text that is no number) becomes blank, it stops nothing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from homeroom.layouts.nearness import did_you_mean
from homeroom.roster.names import quoted
from homeroom.roster.words import Said, _, in_a_row, plain

# sqlglot would write a statement that it does not know into the log, and a formula may hold a child's name.
logging.getLogger("sqlglot").disabled = True

LONGEST = 2000
DEEPEST = 40
GROWTH = 64
"""How much longer than its cells a formula may make a text by replacing; longer ones could fill the memory."""
MOST_WORK = 120
"""What a formula may cost: a regular expression counts ten, any other function, operator or column one. The most that passes takes
some ten seconds of one processor for a million rows."""
LONGEST_PATTERN = 200

_PLAIN: tuple[type[exp.Expr], ...] = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.And, exp.Or, exp.Not,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between, exp.Is, exp.Like, exp.ILike,
    exp.DPipe, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Case, exp.If, exp.Cast, exp.TryCast, exp.DataType,
)  # fmt: skip
_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Coalesce, exp.Nullif, exp.Concat, exp.ConcatWs, exp.Substring, exp.Left,
    exp.Right, exp.Replace, exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace, exp.SplitPart, exp.Pad, exp.StrPosition,
    exp.StartsWith, exp.EndsWith, exp.Contains, exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Reverse, exp.Floor, exp.Ceil,
    exp.StrToTime, exp.TimeToStr,
)  # fmt: skip
FUNCTIONS = (
    "lower", "upper", "trim", "length", "coalesce", "nullif", "concat", "concat_ws", "substring", "left", "right", "replace",
    "regexp_matches", "regexp_extract", "regexp_replace", "split_part", "lpad", "rpad", "strpos", "starts_with", "ends_with",
    "contains", "greatest", "least", "abs", "round", "floor", "ceil", "reverse", "if", "cast", "strptime", "strftime", "ltrim", "rtrim",
    "ifnull",
)  # fmt: skip
"""The functions that may be written, as DuckDB spells them."""

_TYPES = ("VARCHAR", "INT", "BIGINT", "DOUBLE", "BOOLEAN", "DATE")
_READ_AS = {"TEXT": "VARCHAR"}
"""The parser reads `varchar` as TEXT."""
_REGEX = (exp.RegexpLike, exp.RegexpExtract, exp.RegexpReplace)
_WHITE = frozenset(c.__name__ for c in (*_PLAIN, *_FUNCTIONS))


class FormulaFault(Exception):
    """A formula that may not or cannot run. `todo` says what to write instead."""

    def __init__(self, said: Said, todo: Said | None = None) -> None:
        self.said = said
        known = _("Use columns, comparisons, CASE and these functions: {functions}.", functions=in_a_row(FUNCTIONS))
        self.todo = todo or known
        super().__init__(plain(said))

    @property
    def remedy(self) -> str:
        """What to write instead, in English."""
        return plain(self.todo)


@lru_cache(maxsize=4096)  # the shipped sets have some hundred formulas, asked for with every file
def columns(formula: str) -> tuple[str, ...]:
    """The columns that a formula names, each once, in the order of the text. Raises FormulaFault for one that may not run."""
    return tuple(dict.fromkeys(c.name for c in _tree(formula).find_all(exp.Column, bfs=False)))


@cache
def _probe() -> duckdb.DuckDBPyConnection:
    """An empty, locked database in which formulas are judged: to open one takes longer than to judge a dozen."""
    return duckdb.connect(config={"enable_external_access": "false"})


@lru_cache(maxsize=4096)
def check(formula: str, *, condition: bool = False) -> tuple[str, ...]:
    """Judge a formula completely, types included, without any data; returns its columns. Raises FormulaFault.

    `condition`: the formula must say yes or no (a `keep` filter).
    """
    named = columns(formula)
    given = ", ".join(f"NULL::VARCHAR AS {quoted(n)}" for n in named) or "1 AS one"
    sql = f"SELECT typeof({_render(formula, {n.casefold(): quoted(n) for n in named})}) FROM (SELECT {given})"
    try:
        with _probe().cursor() as probe:
            found = probe.execute(sql).fetchone()
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        raise FormulaFault(
            _("The formula does not fit together: {trouble}.", trouble=first),
            _("Columns are text: cast them to compare numbers."),
        ) from error
    if condition and found != ("BOOLEAN",):
        raise FormulaFault(_("The formula does not say yes or no."), _("Write a comparison, such as enroll_status = '0'."))
    return named


def compile(formula: str, columns: Mapping[str, str]) -> str:
    """A formula as SQL text over `columns` (name -> SQL expression; names are compared without case). NULL where it fails.

    Raises FormulaFault, also for a column that is not in `columns`.
    """
    return f"TRY(CAST({_render(formula, {k.casefold(): v for k, v in columns.items()})} AS VARCHAR))"


def compile_condition(formula: str, columns: Mapping[str, str]) -> str:
    """A `keep` filter as SQL; a row for which it cannot be computed is not kept."""
    return f"coalesce(TRY({_render(formula, {k.casefold(): v for k, v in columns.items()})}), false)"


def _render(formula: str, known: Mapping[str, str]) -> str:
    """Write the checked tree anew, each column replaced by its expression and every cast by one that yields NULL on failure."""
    for name in (named := columns(formula)):
        if name.casefold() not in known:
            raise FormulaFault(_("There is no column {name}.", name=name), did_you_mean(name, known))
    return _written(formula, tuple((name.casefold(), known[name.casefold()]) for name in named))


@lru_cache(
    maxsize=4096
)  # the files of a system have the same columns night after night, and one record's files have them all day
def _written(formula: str, given: tuple[tuple[str, str], ...]) -> str:
    known = dict(given)

    def cell(node: exp.Expr) -> exp.Expr:
        return exp.Paren(this=exp.Var(this=known[node.name.casefold()])) if isinstance(node, exp.Column) else node

    def gentle(node: exp.Expr) -> exp.Expr:
        if type(node) is exp.StrToTime:
            return exp.Anonymous(this="try_strptime", expressions=[node.this, node.args["format"]])
        return exp.TryCast(this=node.this, to=node.args["to"]) if type(node) is exp.Cast else node

    try:
        return str(_tree(formula).transform(cell).transform(gentle).sql(dialect="duckdb"))
    except RecursionError as error:
        raise FormulaFault(_("The formula is nested too deeply."), _("Split it or make it simpler.")) from error


@cache
def _tree(formula: str) -> exp.Expr:
    """Parse a formula and let it pass only if all of it is on the lists. Raises FormulaFault."""
    _measure(formula)
    try:
        found = [s for s in sqlglot.parse(formula, dialect="duckdb") if s is not None]
        if len(found) != 1:
            raise FormulaFault(_("A formula is one expression."))
        tree = found[0]
        for node in tree.walk():
            _judge(node)
    except SqlglotError as error:
        raise FormulaFault(_("The formula cannot be read: {trouble}", trouble=str(error).splitlines()[0])) from error
    except RecursionError as error:
        raise FormulaFault(_("The formula is nested too deeply."), _("Split it or make it simpler.")) from error
    _weigh(tree)
    return tree


def _measure(formula: str) -> None:
    """Refuse by length and depth before any parser sees the text."""
    if not formula.strip() or len(formula) > LONGEST or "\0" in formula:
        raise FormulaFault(_("A formula has 1 to {count} characters.", count=LONGEST), _("Split it, or make it simpler."))
    depth = deepest = 0
    for sign in re.sub(r"'[^']*'", "", formula):
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    if deepest > DEEPEST or len(re.findall(r"\b(?:not|case)\b|-(?=\s*-)", formula, re.IGNORECASE)) > DEEPEST:
        raise FormulaFault(_("The formula is nested too deeply."), _("Split it or make it simpler."))


def _judge(node: exp.Expr) -> None:
    """Let one node pass, or raise FormulaFault."""
    kind = type(node).__name__
    if kind not in _WHITE:
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else kind
        raise FormulaFault(_("{name} may not be used in a formula.", name=str(name).lower()))
    if node.comments:
        raise FormulaFault(_("A formula has no comments."), _("Put notes into the layout's `notes`."))
    if isinstance(node, exp.Column) and len(node.parts) != 1:
        raise FormulaFault(
            _("{name} is not a column's plain name.", name=node.sql()),
            _('Write names with blanks or points in double quotes: "first name".'),
        )
    if isinstance(node, exp.Identifier) and not isinstance(node.parent, exp.Column):
        raise FormulaFault(_("{name} stands where no name may stand.", name=node.name))
    if isinstance(node, exp.DataType) and (
        _READ_AS.get(node.this.name, node.this.name) not in _TYPES or node.expressions or node.args.get("nested")
    ):
        raise FormulaFault(
            _("A value cannot be cast to {type}.", type=node.sql()), _("Types are: {types}.", types=in_a_row(_TYPES))
        )
    if isinstance(node, exp.In) and any(node.args.get(k) for k in ("query", "unnest", "field", "is_global")):
        raise FormulaFault(_("`in` takes a list of values in brackets."))
    for key, value in node.args.items():
        if value and not isinstance(value, (exp.Expr, list, str, bool)) and key != "this":
            raise FormulaFault(_("{kind} is written in a way that a formula does not know.", kind=kind.lower()))


def _parts(tree: exp.Expr, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
    return (n for n in tree.walk() if isinstance(n, kinds))


def _weigh(tree: exp.Expr) -> None:
    """Refuse what could cost without bound: patterns made of data, much work for one row, texts that grow and grow."""
    for node in _parts(tree, *_REGEX):
        pattern = node.args.get("expression")
        if not isinstance(pattern, exp.Literal) or len(pattern.name) > LONGEST_PATTERN:
            remedy = _("Write it out in single quotes, with at most {count} characters.", count=LONGEST_PATTERN)
            raise FormulaFault(_("A regular expression must be written out as a text."), remedy)
    for node in _parts(tree, exp.StrToTime, exp.TimeToStr):
        if not isinstance(node.args.get("format"), exp.Literal):
            raise FormulaFault(
                _("The form of a day must be written out as a text."),
                _("Write it as in {example}.", example="strptime(day, '%m/%d/%Y')"),
            )
    work = sum(10 if isinstance(n, _REGEX) else 1 for n in tree.walk() if not isinstance(n, _FREE))
    if work > MOST_WORK:
        raise FormulaFault(_("The formula does too much for one value."), _("Use fewer functions, or fewer regular expressions."))
    _bound_growth(tree)


_FREE = (exp.Literal, exp.Identifier, exp.DataType, exp.Paren, exp.Null, exp.Boolean)


def _bound_growth(tree: exp.Expr) -> None:
    """Refuse what could make a text grow without bound: replacing over and over, filling up to a huge width."""
    growth = 1
    for node in _parts(tree, exp.Replace, exp.RegexpReplace):
        search, put = node.args.get("expression"), node.args.get("replacement")
        if not isinstance(search, exp.Literal) or not (put is None or isinstance(put, exp.Literal)):
            raise FormulaFault(_("What is searched and what is put in its place must be written out as texts."))
        shortest = len(search.name) if isinstance(node, exp.Replace) else 1
        growth *= max(1, -(-(len(put.name) if put else 0) // max(1, shortest)) + isinstance(node, exp.RegexpReplace))
    for node in _parts(tree, exp.Pad):
        width = node.args.get("expression")
        if not isinstance(width, exp.Literal) or not width.name.isdigit() or int(width.name) > 255:
            raise FormulaFault(_("lpad and rpad take a width of at most 255, written as a number."))
    copies = sum(1 for _ in _parts(tree, exp.Column))
    if growth > GROWTH or growth * copies > 4 * GROWTH:
        raise FormulaFault(_("The formula makes texts too long by replacing."), _("Use fewer or shorter replacements."))
