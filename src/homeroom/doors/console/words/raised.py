"""Sentences of the rooms that the console shows something of, found in their code: what a fault is raised with, and what `_` and
`ngettext` of `homeroom.roster.words` mark.

Each is a literal, with a value for each of its places. What is not so stands in no catalogue, or cannot be said: it is told as `Amiss`.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from homeroom.roster.words import wordless

HOUSE = Path(__file__).resolve().parents[3]
OUTSIDE = (
    "cli",
    "simulator",
    "serve.py",
    "settings.py",
    *(f"doors/{door}" for door in ("api", "machines", "notices", "rest", "sftp")),
)
"""What speaks to others than the console's readers."""
WORDS = "homeroom.roster.words"
_LEAVES = (ast.Constant, ast.expr_context, ast.operator)
"""Parts of a tree without any parts."""
LEFT_OPEN = {"setting"}
"""Places that are filled where a sentence is shown: a setting is called otherwise on a page than on the command line."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its form for many, in a file of the house."""

    file: str
    line: int
    text: str
    plural: str | None = None


@dataclass(frozen=True, slots=True)
class Amiss:
    """A place where a text cannot be translated, and why."""

    file: str
    line: int
    code: str
    why: str


def found(house: Path = HOUSE) -> tuple[list[Sentence], list[Amiss]]:
    """All sentences of the rooms, and all places where one is none."""
    paths = {path.relative_to(house).as_posix(): path for path in sorted(house.rglob("*.py"))}
    inside = {name: path for name, path in paths.items() if not name.startswith(OUTSIDE)}
    files = {name: _looked_through(ast.parse(path.read_text(encoding="utf-8"))) for name, path in inside.items()}
    faults = _faults([each for file in files.values() for each in file.classes])
    sentences: list[Sentence] = []
    amiss: list[Amiss] = []
    for name, file in files.items():
        for one in _of_file(name, file, faults):
            if isinstance(one, Sentence):
                sentences.append(one)
            else:
                amiss.append(one)
    return sentences, amiss


@dataclass(slots=True)
class _File:
    """What is looked at of a file, in its order: the calls with the class in which each stands, the classes, and what is imported."""

    calls: list[tuple[ast.Call, str | None]] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    imports: list[ast.ImportFrom] = field(default_factory=list)


def _looked_through(tree: ast.Module) -> _File:
    """Go once through a file: its tree has a hundred times as many parts as it has calls."""
    seen = _File()
    waiting: list[tuple[ast.AST, str | None]] = [(tree, None)]
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.Call):
            seen.calls.append((node, inside))
        elif isinstance(node, ast.ClassDef):
            seen.classes.append(node)
            inside = node.name
        elif isinstance(node, ast.ImportFrom):
            seen.imports.append(node)
        for name in reversed(node._fields):
            part = getattr(node, name, None)
            if isinstance(part, list):
                waiting += [(each, inside) for each in reversed(part) if isinstance(each, ast.AST)]
            elif isinstance(part, ast.AST) and not isinstance(part, _LEAVES):
                waiting.append((part, inside))
    return seen


def _faults(classes: Sequence[ast.ClassDef]) -> Mapping[str, bool]:
    """The classes of faults, each with whether it is made with a sentence, or has one of its own."""
    known = {"Fault": True}
    while more := [c for c in classes if c.name not in known and any(_called(base) in known for base in c.bases)]:
        for each in more:
            parent = next(known[name] for base in each.bases if (name := _called(base)) in known)
            own = next((f for f in each.body if isinstance(f, ast.FunctionDef) and f.name == "__init__"), None)
            known[each.name] = parent if own is None else _first(own) == "text"
    return known


def _first(made: ast.FunctionDef) -> str:
    named = [*made.args.posonlyargs, *made.args.args]
    return named[1].arg if len(named) > 1 else ""


def _called(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _of_file(file: str, seen: _File, faults: Mapping[str, bool]) -> Iterator[Sentence | Amiss]:
    imported = {alias.asname or alias.name for node in seen.imports if node.module == WORDS for alias in node.names}
    marks = imported & {"_", "ngettext", "Said"}
    for node, inside in seen.calls:
        name = _called(node.func)
        if name == "Said" and name in marks:
            yield from _made(file, node)
        elif name in marks and isinstance(node.func, ast.Name):
            yield from _marked(file, node, 2 if name == "ngettext" else 1, marks)
        elif faults.get(name) or (inside in faults and ast.unparse(node.func) == "super().__init__" and not _handed_on(node)):
            yield from _raised(file, node, marks)


def _handed_on(call: ast.Call) -> bool:
    """Whether a fault's class hands the sentence on that it was made with."""
    return bool(call.args) and isinstance(call.args[0], ast.Name) and call.args[0].id == "text"


def _raised(file: str, call: ast.Call, marks: set[str]) -> Iterator[Sentence | Amiss]:
    if not call.args:
        return
    if isinstance(call.args[0], ast.Call) and _called(call.args[0].func) in marks:
        return  # a sentence that counts: it is looked at as what it is
    yield from _marked(file, call, 1, marks)


def _marked(file: str, call: ast.Call, forms: int, marks: set[str]) -> Iterator[Sentence | Amiss]:
    texts = [each.value for each in call.args[:forms] if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if len(texts) != forms:
        yield Amiss(file, call.lineno, ast.unparse(call.args[0] if call.args else call), "is no literal sentence")
        return
    given = {key.arg for key in call.keywords} | ({"count"} if forms > 1 else set()) | LEFT_OPEN
    values = [key.value for key in call.keywords if key.arg not in ("command", "passing")]
    if None not in given and (values or forms > 1):  # without values braces are braces
        for place in sorted(set().union(*map(_places, texts)) - given):
            yield Amiss(file, call.lineno, texts[0], f"has no value for {{{place}}}")
    for value in values:
        if _half(value):
            yield Amiss(file, call.lineno, ast.unparse(value), "puts untranslated words into a sentence")
    if not all(map(wordless, texts)):
        yield Sentence(file, call.lineno, texts[0], texts[1] if forms > 1 else None)


def _places(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _half(value: ast.expr) -> bool:
    """Whether a value is made of words that stand in the code."""
    if isinstance(value, ast.IfExp):
        return _half(value.body) or _half(value.orelse) or any(map(_said, (value.body, value.orelse)))
    if isinstance(value, ast.BinOp):
        return _half(value.left) or _half(value.right)
    if isinstance(value, ast.JoinedStr):
        return any(_said(part) for part in value.values)
    return isinstance(value, ast.Constant) and re.search(r"[^\W\d_]{2} [^\W\d_]{2}", str(value.value)) is not None


def _said(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and re.search(r"[^\W\d_]{2}", part.value) is not None


def _made(file: str, call: ast.Call) -> Iterator[Amiss]:
    """A sentence that is put together without a mark: only of places alone, or of a text that a table declares."""
    text = call.args[0] if call.args else call
    if not isinstance(text, ast.Constant):
        yield Amiss(file, call.lineno, ast.unparse(text), "is a computed text")
    elif isinstance(text.value, str) and not wordless(text.value):
        yield Amiss(file, call.lineno, text.value, "is not marked by `_`")
