"""Every act that is written into the audit has words that a school secretary understands."""

from __future__ import annotations

import ast
from pathlib import Path

import homeroom
from homeroom.doors.console.pages.access import ACTS

SOURCE = Path(homeroom.__file__).parent


def written() -> set[str]:
    """The acts that stand as words where a row is made; those that are handed on are among the words of who hands them."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "AuditRow" and len(node.args) > 2:
                found |= {
                    part.value
                    for part in ast.walk(node.args[2])
                    if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return found


def test_every_act_has_words() -> None:
    found = written()
    assert len(found) > 40
    assert sorted(found - set(ACTS)) == []
