"""The English phrases that rooms put into declared sentences as values, found in the code: so that none is without its place in the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import homeroom

ROOT = Path(homeroom.__file__).parent
PLACES = {"why", "what", "trouble"}
TELLERS = {
    "reading/zips.py": {"told", "unsafe_name", "_special"},
    "reading/kinds.py": {"not_a_table", "not_a_text_table"},
    "systems/remote_sftp/connection.py": {"_words"},
    "layouts/schools/matching.py": {"_why"},
    "roster/datasets.py": {"_contradiction"},
    "layouts/assessing.py": {"_likeness"},
}
"""Functions whose answers are such phrases."""
RAISED = {"Unreachable", "TooManyRequests", "BrokenAnswer", "Rejected", "AccessClosed", "SignInRefused", "NotFound"}
"""What the client of PowerSchool raises: its first argument becomes such a phrase."""


def phrases() -> Iterator[tuple[str, str]]:
    """File and phrase; what stands in a place of it is the digit 7."""
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("cli/", "simulator/", "doors/", "desk/")):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for found in _of(node, name):
                yield name, found


def _of(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = (
            node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        )
        if called in {"Refused", "refuse"}:
            yield from (t for k in node.keywords if k.arg in PLACES for t in _text(k.value))
        if called in RAISED and name.startswith("systems/powerschool") and node.args:
            yield from _text(node.args[0])
        if called in {"_fault", "_faulted"}:
            yield from (t for each in node.args for t in _text(each) if " " in t)
    if isinstance(node, ast.FunctionDef) and node.name in TELLERS.get(name, ()):
        yield from (t for each in ast.walk(node) if isinstance(each, ast.Return) and each.value for t in _text(each.value))


def _text(value: ast.expr) -> list[str]:
    match value:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in value.values)]
        case ast.IfExp():
            return _text(value.body) + _text(value.orelse)
        case ast.BoolOp():
            return [t for each in value.values for t in _text(each)]
        case _:
            return []
