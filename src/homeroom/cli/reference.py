"""The reference pages of commands and settings, made from the command line itself and from the settings' own declarations:
those of the installation and those of a source.

`python -m homeroom.cli.reference docs/reference` writes them; `pages` gives their text, which a test compares with what is
committed.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Literal, get_args, get_origin

from cyclopts import App
from cyclopts.argument import Argument

from homeroom.cli.app import ALONE, build
from homeroom.cli.commands import COMMANDS, GROUPS
from homeroom.roster.words import plain
from homeroom.settings import Settings
from homeroom.sync.source_settings import SETTINGS, WHEN, Group, Setting, spelled

MADE = "<!-- Made by `make docs` from the command line itself. Do not edit by hand. -->\n"

STATUSES = {
    0: ("success", "all commands: done"),
    1: ("failed", "nothing was changed; the reason says why. `check`: something is not as it should be"),
    2: ("wrong use", "an unknown command, option or name, or a setting that cannot be used"),
    3: (
        "success with row issues",
        "`import`, `approve`: the good rows were taken, others were refused. `worksheet --compare`: figures differ",
    ),
    4: ("waiting for approval", "`import`, `approve`: too much would change at once; a dry run that would wait says the same"),
}

ABOUT = """
`homeroom [--data DIR] COMMAND`. `--data` names the data folder and may stand before or after the command; without it
[`HOMEROOM_DATA`](settings.md) counts. `homeroom --version` tells the version, `--help` after any command explains it.

With `--json` a command prints one JSON document on standard output and nothing else there. Progress and logs go to standard
error.
"""


ABOUT_SOURCES = """
Every source has these settings. `homeroom source show pinewood 1` shows what counts for source 1 of the district pinewood, and
whether it was set; `homeroom source set pinewood 1 NAME=VALUE` changes one or several, all or none of them. `NAME=` puts the
default back. A list is written with commas between its items. An object is written as JSON, or one entry at a time as
`NAME.ENTRY=VALUE`: `homeroom source set pinewood 1 date_forms.demographics.birthDate=MM/DD/YYYY`. `homeroom source add` takes any of
them with `--set`. The audit trail keeps who changed what, and when.

A changed setting never touches the roster by itself: it counts from the moment named below, and an import that would change too
much because of it is held like any other.
"""


def pages() -> dict[str, str]:
    """The generated pages by their names below `docs/reference`."""
    return {
        "commands.md": _page(_commands()),
        "settings.md": _page(_settings()),
        "source-settings.md": _page(_source_settings()),
    }


def write(folder: Path) -> int:
    """Write the pages; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(pages())


def paths() -> list[tuple[str, ...]]:
    """Every command that there is, as its words: `("import",)`, `("district", "add")`, `("layouts",)`."""
    return [(name,) for name in (*COMMANDS, *ALONE)] + [
        (group, *sub.split()) for group, (_, subs) in GROUPS.items() for sub in subs
    ]


def _commands() -> Iterator[str]:
    app = build()
    yield from ["# Commands", "", ABOUT.strip(), "", "| command | does |", "|---|---|"]
    for path in sorted(paths()):
        yield f"| [`homeroom {' '.join(path)}`](#homeroom-{'-'.join(path)}) | {_of(app, path).help} |"
    for path in sorted(paths()):
        yield from _command(path, _of(app, path))
    yield from ["", "## Exit statuses", "", "| status | means | when |", "|---|---|---|"]
    yield from [f"| {number} | {name} | {when} |" for number, (name, when) in STATUSES.items()]


def arguments(path: tuple[str, ...]) -> list[Argument]:
    """What a command takes, in its own order."""
    root = build()
    found = _of(root, path).assemble_argument_collection(default_parameter=root.default_parameter, parse_docstring=True)
    return [argument for argument in found if argument.show]


def _of(app: App, path: tuple[str, ...]) -> App:
    for word in path:
        app = app[word]
    return app


def _command(path: tuple[str, ...], app: App) -> Iterator[str]:
    usage, rows = [], []
    for argument in arguments(path):
        option = argument.name.startswith("--")
        taken = "" if argument.hint is bool else f" {_value(argument.name)}"
        several = " ..." if _is_many(argument) else ""
        said = (f"{argument.name}{taken}" if option else argument.name) + several
        usage.append(said if argument.required else f"[{said}]")
        rows.append(
            f"| `{said}` | {argument.parameter.help or ''}{_choices(argument.hint)}{_default(argument.field_info.default)} |"
        )
    yield from ["", f"## homeroom {' '.join(path)}", "", str(app.help), ""]
    yield from ["```", " ".join(["homeroom", *path, *usage]), "```"]
    if rows:
        yield from ["", "| argument | meaning |", "|---|---|", *rows]


def _is_many(argument: Argument) -> bool:
    """Whether it may be given several times: `--scope`, or all the names at the end."""
    return argument.field_info.kind is inspect.Parameter.VAR_POSITIONAL or get_origin(argument.hint) is tuple


def _value(name: str) -> str:
    return name.removeprefix("--").replace("-", "_").upper()


def _choices(hint: object) -> str:
    words = [w for w in _literals(hint) if w is not None]
    return f" One of: {', '.join(f'`{w}`' for w in words)}." if words else ""


def _literals(hint: object) -> Iterator[object]:
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    else:
        for inner in get_args(hint):
            yield from _literals(inner)


def _default(value: object) -> str:
    return f" Default: `{value}`." if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _settings() -> Iterator[str]:
    yield from ["# Settings", ""]
    yield "Environment variables, read once at the start of a command or a server. Wrong values are all told at once (exit status 2)."
    yield from ["", "| variable | meaning | default |", "|---|---|---|"]
    for setting in fields(Settings):
        yield f"| `HOMEROOM_{setting.name.upper()}` | {setting.metadata['says']} | {_standard(setting)} |"
    yield from ["", "`homeroom check` looks at everything that these name, and says every problem at once."]


def _source_settings() -> Iterator[str]:
    yield from ["# Settings of a source", "", ABOUT_SOURCES.strip()]
    for group in get_args(Group):
        yield from ["", f"## {group}"]
        for setting in (s for s in SETTINGS if s.group == group):
            yield from _source_setting(setting)


def _source_setting(setting: Setting) -> Iterator[str]:
    yield from ["", f"### {setting.name}", "", f"{setting.meaning} {setting.effect}", "", "| | |", "|---|---|"]
    unit = f", in {setting.unit}" if setting.unit else ""
    yield f"| written as | {plain(setting.kind.says)}{unit} |"
    default = setting.fallback or f"`{spelled(setting, setting.default)}`" + (f" {setting.unit}" if setting.unit else "")
    yield f"| default | {default} |"
    yield f"| counts | {WHEN[setting.acts]} |"
    if setting.kinds:
        yield f"| for sources of kind | {', '.join(f'`{kind}`' for kind in setting.kinds)} |"
    example = setting.example if re.fullmatch(r"[\w:.,/-]+", setting.example) else _in_a_shell(setting.example)
    yield f"| example | `homeroom source set pinewood 1 {setting.name}={example}` |"


def _in_a_shell(text: str) -> str:
    """Between the quotes that the text itself does not hold, so that it can be typed as it stands."""
    return f'"{text}"' if "'" in text else f"'{text}'"


def _standard(setting: Field[object]) -> str:
    if "default" in setting.metadata:
        return str(setting.metadata["default"])
    if setting.default in (None, MISSING):
        return ""
    return f"`{setting.default:g}`" if isinstance(setting.default, float) else f"`{setting.default}`"


def _page(lines: Iterator[str]) -> str:
    return "\n".join([MADE, *lines]).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """Write the pages into the folder named on the command line; 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m homeroom.cli.reference FOLDER\n")
        return 2
    sys.stderr.write(f"{write(Path(arguments[0]))} pages\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
