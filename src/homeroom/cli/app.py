"""The command line as cyclopts sees it; each command lives in a module of its own that is imported only when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from cyclopts import App, Parameter

from homeroom import __version__
from homeroom.cli.commands import ABOUT, COMMANDS, GROUPS, INSIDE


def _layouts(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """List the layout sets.

    Parameters
    ----------
    as_json
        Print one JSON document.
    """
    from homeroom.cli.layouts import list_

    return list_(as_json=as_json)


ALONE = {"layouts": _layouts}
"""What a group does without a command."""


def _group(name: str, about: str) -> App:
    return App(name=name, help=about, help_format="plaintext", help_formatter="plain", result_action="return_value")


def build(begins: Sequence[str] | None = None) -> App:
    """The command line, with every command lazily imported. Where it is known how a call `begins`, other groups stay without commands."""
    plain = Parameter(negative=())  # no --no-dry-run, no --empty-scope beside what is documented
    app = App(
        name="homeroom",
        default_parameter=plain,
        help=ABOUT,
        help_format="plaintext",
        help_formatter="plain",
        version=__version__,
        result_action="return_value",
    )
    for name, (target, about) in COMMANDS.items():
        app.command(target, name=name, help=about)
    for name, (about, commands) in GROUPS.items():
        group = _group(name, about)
        app.command(group)
        if begins is not None and name not in begins[:1]:
            continue
        inner: dict[str, App] = {}
        for sub, (target, says) in commands.items():
            *outer, word = sub.split()
            for each in outer:
                if each not in inner:
                    inner[each] = _group(each, INSIDE[f"{name} {each}"])
                    group.command(inner[each])
            (inner[outer[0]] if outer else group).command(target, name=word, help=says)
        if name in ALONE:
            group.default(ALONE[name])
    return app
