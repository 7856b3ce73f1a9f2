"""The list of commands. Each lives in a module of its own that is imported only when it is called."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from homeroom import __version__

ABOUT = """Homeroom, the rostering hub: receives a district's data, checks it, explains it, serves it.

`homeroom [--data DIR] COMMAND`. The data folder is made on first use (default: homeroom-data, or HOMEROOM_DATA)."""

COMMANDS: dict[str, tuple[str, str]] = {
    "import": ("homeroom.cli.imports:import_", "Take a folder, an archive or a file as a delivery and walk it."),
    "imports": ("homeroom.cli.imports:imports", "The log of a district's imports, or one report."),
    "approve": ("homeroom.cli.imports:approve", "Let a held import go on."),
    "reject": ("homeroom.cli.imports:reject", "Turn a held import down."),
    "rollback": ("homeroom.cli.imports:rollback", "Make a new revision that equals an old one."),
    "roster": ("homeroom.cli.roster:roster", "What Homeroom holds of a district: counts, or the rows of a table."),
    "record": ("homeroom.cli.roster:record", "One record, where it came from and how it changed."),
    "export": ("homeroom.cli.roster:export", "Write a OneRoster CSV package."),
    "generate": ("homeroom.cli.generate:generate", "Make up a district, the same each time."),
    "serve": ("homeroom.cli.serve:serve", "Run everything in one process."),
    "web": ("homeroom.cli.serve:web", "Run the HTTP doors only."),
    "sftp": ("homeroom.cli.serve:sftp", "Run the SFTP door only."),
    "worker": ("homeroom.cli.serve:worker", "Run a worker only."),
    "check": ("homeroom.cli.check:check", "Look at settings, keys, stores, clock and disk; say every problem at once."),
    "demo": ("homeroom.cli.demo:demo", "Show the main job from end to end with a made-up district."),
    "bench": ("homeroom.cli.bench:bench", "Measure the numbers of the design as ratios to a floor."),
}

GROUPS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "district": (
        "Districts: add one, list them.",
        {
            "add": ("homeroom.cli.districts:add", "Add a district."),
            "list": ("homeroom.cli.districts:list_", "List the districts."),
        },
    ),
    "source": (
        "Sources: the ways in which a district's data arrives.",
        {
            "add": ("homeroom.cli.sources:add", "Add a source; prints its password once."),
            "list": ("homeroom.cli.sources:list_", "List a district's sources."),
            "limits": ("homeroom.cli.sources:limits", "Show or set the limits of a source."),
        },
    ),
    "layouts": (
        "Layout sets: list them, show one.",
        {
            "list": ("homeroom.cli.layouts:list_", "List the layout sets."),
            "show": ("homeroom.cli.layouts:show", "Show a layout set or a layout as its text."),
        },
    ),
    "app": (
        "Applications that read the roster.",
        {
            "add": ("homeroom.cli.apps:add", "Add an application; prints its secret once."),
            "list": ("homeroom.cli.apps:list_", "List the applications."),
        },
    ),
}


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


def build() -> App:
    """The command line, with every command lazily imported."""
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
        group = App(name=name, help=about, help_format="plaintext", help_formatter="plain", result_action="return_value")
        for sub, (target, says) in commands.items():
            group.command(target, name=sub, help=says)
        if name in ALONE:
            group.default(ALONE[name])
        app.command(group)
    return app
