"""Oracle SQL of PowerQueries, run on SQLite: what differs is rewritten, what only Oracle has is a function (`functions`).

Dates are ISO text in the tables, so `SYSDATE` is the pretend server's day as text. An empty text is no NULL here, in Oracle it is;
`||` with a NULL gives the other side, as in Oracle.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

RESTRICTED = r"<@restricted_table[^>]*/>"


class NotOracle(ValueError):
    """SQL that could not be read; the text says where."""


def _parsed(sql: str) -> exp.Expr:
    """The query read; a selection's filter is no filter for who comes in by OAuth."""
    try:
        return parse_one(re.sub(RESTRICTED, "1=1", sql), read="oracle")
    except SqlglotError as wrong:
        raise NotOracle(str(wrong).split("\n")[0]) from None


def sqlite(sql: str) -> str:
    """A query in SQLite's dialect. Raises NotOracle."""
    tree = _parsed(sql)
    for node in reversed(list(tree.walk())):  # inner parts first: an outer rule looks at what an inner one made
        rule = RULES.get(type(node))
        if rule is not None:
            new = rule(node)
            if new is not node:
                node.replace(new)
    return tree.sql("sqlite")


def columns(sql: str) -> int:
    """How many columns a query selects. Raises NotOracle."""
    tree = _parsed(sql)
    if not isinstance(tree, exp.Query):
        raise NotOracle("it is no SELECT.")
    return len(tree.selects)


def _call(name: str, *arguments: exp.Expr | None) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[a for a in arguments if a is not None])


def _today(node: exp.Expr) -> exp.Expr:
    return _call("oracle_today")


def _sum(node: exp.Expr) -> exp.Expr:
    """A day and a number of days; other sums stay."""
    days, other = node.this, node.expression
    if not _is_day(days):
        return node
    return _call("oracle_days", days, exp.Neg(this=other) if isinstance(node, exp.Sub) else other)


def _is_day(node: exp.Expr) -> bool:
    return isinstance(node, exp.CurrentTimestamp | exp.CurrentDate) or (
        isinstance(node, exp.Anonymous) and str(node.this).lower() in ("oracle_today", "oracle_days")
    )


def _text(node: exp.Expr) -> exp.Expr:
    picture = node.args.get("format")
    if picture is None:
        return exp.Cast(this=node.this, to=exp.DataType.build("text"))
    if str(picture.this).upper() == "YYYY-MM-DD":
        return _call("substr", node.this, exp.Literal.number(1), exp.Literal.number(10))
    return _call("oracle_text", node.this, picture)


def _padded(node: exp.Expr) -> exp.Expr:
    name = "oracle_lpad" if node.args.get("is_left") else "oracle_rpad"
    return _call(name, node.this, node.expression, node.args.get("fill_pattern") or exp.Literal.string(" "))


def _joined(node: exp.Expr) -> exp.Expr:
    """`a || b` where a NULL is nothing."""

    def side(part: exp.Expr) -> exp.Expr:
        return part if isinstance(part, exp.Literal) else exp.Coalesce(this=part, expressions=[exp.Literal.string("")])

    whole = exp.DPipe(this=exp.Paren(this=side(node.this)), expression=exp.Paren(this=side(node.expression)))
    return _call("nullif", exp.Paren(this=whole), exp.Literal.string(""))


def _listed(node: exp.Expr) -> exp.Expr:
    """LISTAGG with its own order; without one the values come as they fall."""
    inner, key, down = node.this, exp.null(), 0
    if isinstance(inner, exp.Order):
        key, down = inner.expressions[0].this, int(bool(inner.expressions[0].args.get("desc")))
        inner = inner.this
    return _call("oracle_listagg", inner, node.args.get("separator") or exp.Literal.string(""), key, exp.Literal.number(down))


def _second(node: exp.Expr) -> exp.Expr:
    return exp.Case(
        ifs=[exp.If(this=exp.Not(this=exp.Is(this=node.this, expression=exp.null())), true=node.args["true"])],
        default=node.args.get("false"),
    )


RULES: dict[type, Callable[[exp.Expr], exp.Expr]] = {
    exp.CurrentTimestamp: _today,
    exp.CurrentDate: _today,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.ToChar: _text,
    exp.Pad: _padded,
    exp.DPipe: _joined,
    exp.GroupConcat: _listed,
    exp.Nvl2: _second,
}
