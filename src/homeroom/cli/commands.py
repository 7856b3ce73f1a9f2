"""The commands by name: where each lives and what it is for. Plain data, so that the first page of help costs nothing.

A name of two words in a group, as `key add`, is a command of a group inside it.
"""

from __future__ import annotations

ABOUT = """Homeroom, the rostering hub: receives a district's data, checks it, explains it, serves it.

`homeroom [--data DIR] COMMAND`. The data folder is made on first use (default: homeroom-data, or HOMEROOM_DATA)."""

COMMANDS: dict[str, tuple[str, str]] = {
    "import": ("homeroom.cli.imports:import_", "Take a folder, an archive or a file as a delivery and walk it."),
    "imports": ("homeroom.cli.imports:imports", "The log of a district's imports, or one report."),
    "pull": ("homeroom.cli.pulls:pull", "Fetch from a source's own server now, and import."),
    "refresh": ("homeroom.cli.refreshing:refresh", "One record from its system now; says which fields changed."),
    "write-back": ("homeroom.cli.writing_back:write_back", "Update or insert students in the district's own PowerSchool."),
    "write-backs": ("homeroom.cli.writing_back:write_backs", "What was written back, and what became of each record."),
    "plan": ("homeroom.cli.planned:plan", "Every change that a held import would make, as CSV."),
    "approve": ("homeroom.cli.imports:approve", "Let a held import go on."),
    "reject": ("homeroom.cli.imports:reject", "Turn a held import down."),
    "rollback": ("homeroom.cli.imports:rollback", "Make a new revision that equals an old one."),
    "roster": ("homeroom.cli.roster:roster", "What Homeroom holds of a district: counts, or the rows of a table."),
    "record": ("homeroom.cli.roster:record", "One record, where it came from and how it changed."),
    "lock": ("homeroom.cli.holding:lock", "Keep a field of a record, or the whole record, as it is; or correct it by hand."),
    "unlock": ("homeroom.cli.holding:unlock", "Let the source write a locked field again."),
    "locks": ("homeroom.cli.holding:locks", "What people hold of a district's records."),
    "archive": ("homeroom.cli.holding:archive", "Remove a record by hand."),
    "unarchive": ("homeroom.cli.holding:unarchive", "Bring back a record that was archived by hand."),
    "export": ("homeroom.cli.roster:export", "Write a OneRoster CSV package."),
    "contacts": (
        "homeroom.cli.contacts:contacts",
        "Who would become a guardian? The contact rules over files, with nothing written.",
    ),
    "take-over": (
        "homeroom.cli.taking_over:take_over",
        "Say that a record which Homeroom holds is what the SIS calls by another id; list and undo.",
    ),
    "guide": ("homeroom.cli.guides:guide", "Write the guide for a district's administrator, from the layouts that are enforced."),
    "plugin": ("homeroom.cli.plugins:plugin", "Write the plug-in that a district installs in PowerSchool."),
    "worksheet": (
        "homeroom.cli.worksheets:worksheet",
        "Ask a district for its own figures in a spreadsheet, and compare them with what arrived.",
    ),
    "generate": ("homeroom.cli.generate:generate", "Make up a district, the same each time."),
    "audit": ("homeroom.cli.audit:audit", "Who did what, when and why: show, search, export, check the chain."),
    "serve": ("homeroom.cli.serve:serve", "Run everything in one process."),
    "web": ("homeroom.cli.serve:web", "Run the HTTP doors only."),
    "sftp": ("homeroom.cli.serve:sftp", "Run the SFTP door only."),
    "worker": ("homeroom.cli.serve:worker", "Run a worker only."),
    "backup": ("homeroom.cli.backups:backup", "Write a sealed backup of the whole installation while it runs."),
    "restore": (
        "homeroom.cli.backups:restore",
        "Bring an installation back from a backup, on SQLite or PostgreSQL; or only check it.",
    ),
    "check": ("homeroom.cli.check:check", "Look at settings, keys, stores, clock and disk; say every problem at once."),
    "demo": ("homeroom.cli.demo:demo", "Show the main job from end to end with a made-up district."),
    "bench": ("homeroom.cli.bench:bench", "Measure the numbers of the design as ratios to a floor."),
}

GROUPS: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "district": (
        "Districts: add one, list them, name one anew, delete one, say how long removed records are kept.",
        {
            "add": ("homeroom.cli.districts:add", "Add a district."),
            "list": ("homeroom.cli.districts:list_", "List the districts."),
            "rename": ("homeroom.cli.districts:rename", "Give a district another name."),
            "keep": ("homeroom.cli.districts:keep", "Say or show how long a district keeps removed records."),
            "delete": ("homeroom.cli.deleting:delete", "Shut a district, to be deleted in 7 days."),
            "undelete": ("homeroom.cli.deleting:undelete", "Keep a district that waits to be deleted."),
            "erase": ("homeroom.cli.deleting:erase", "Remove a district whose 7 days are over, now."),
        },
    ),
    "source": (
        "Sources: the ways in which a district's data arrives.",
        {
            "add": ("homeroom.cli.sources:add", "Add a source; prints its password once."),
            "list": ("homeroom.cli.sources:list_", "List a district's sources."),
            "show": ("homeroom.cli.sources:show", "Show a source's settings."),
            "set": ("homeroom.cli.sources:set_", "Change settings of a source."),
            "archive": ("homeroom.cli.archiving:archive", "End a source for good; its history is kept."),
            "take-back": ("homeroom.cli.archiving:take_back", "Bring an archived source back."),
            "secret": ("homeroom.cli.pulls:secret", "Give a source the password or key with which it logs in elsewhere."),
            "test": ("homeroom.cli.pulls:try_out", "Connect to a source's server, and show what it would fetch."),
            "notices": ("homeroom.cli.notices:notices", "Make the address for notices of change; prints it once."),
            "subscribe": ("homeroom.cli.notices:subscribe", "Let PowerSchool tell of changes, or no more."),
            "limits": ("homeroom.cli.sources:limits", "Show or set the limits of a source."),
            "rotate": ("homeroom.cli.accounts:rotate", "Give an SFTP source a new password; prints it once."),
            "key add": ("homeroom.cli.accounts:key_add", "Let a public key log in at an SFTP source."),
            "key list": ("homeroom.cli.accounts:key_list", "List the public keys of an SFTP source."),
            "key remove": ("homeroom.cli.accounts:key_remove", "Keep a public key out of an SFTP source."),
        },
    ),
    "school": (
        "A district's own schools, and which schools of the SIS they are.",
        {
            "add": ("homeroom.cli.schools:add", "Declare a school of the district."),
            "match": ("homeroom.cli.schools:match", "Say which school of the SIS an own school is."),
            "list": ("homeroom.cli.schools:list_", "List what is matched, unmatched, and known only to the SIS."),
            "remove": ("homeroom.cli.schools:remove", "Take an own school back."),
        },
    ),
    "layouts": (
        "Layout sets: list, show, check, propose, preview, save and compare them.",
        {
            "list": ("homeroom.cli.layouts:list_", "List the layout sets."),
            "show": ("homeroom.cli.layouts:show", "Show a layout set or a layout as its text."),
            "check": ("homeroom.cli.layout_tools:check", "Tell every mistake of layouts, and how they fit a delivered file."),
            "propose": ("homeroom.cli.layout_tools:propose", "Propose layouts for files that no layout knows, with reasons."),
            "preview": ("homeroom.cli.layout_tools:preview", "Show what layouts make of a stored delivery, before and after."),
            "save": ("homeroom.cli.own_layouts:save", "Save a folder of layouts as the next version of a district's own set."),
            "versions": ("homeroom.cli.own_layouts:versions", "List the saved versions of a district's own sets."),
            "restore": ("homeroom.cli.own_layouts:restore", "Make an old version of a district's own set the newest again."),
            "diff": ("homeroom.cli.own_layouts:diff", "Show what changed between two layout sets or versions."),
        },
    ),
    "simulate": (
        "Pretend systems, to prove an integration against.",
        {
            "powerschool": ("homeroom.cli.simulate:powerschool", "Run a pretend PowerSchool of a made-up district."),
        },
    ),
    "person": (
        "Those who may sign in to the console.",
        {
            "add": ("homeroom.cli.people:add", "Invite somebody; prints the link by which they come in."),
            "list": ("homeroom.cli.people:list_", "List those who may sign in."),
            "link": ("homeroom.cli.people:link", "Make a new link for somebody who lost the password."),
            "forget-code": ("homeroom.cli.people:forget_code", "Take the code generator of somebody away who lost it."),
            "disable": ("homeroom.cli.people:disable", "Shut somebody out at once."),
            "enable": ("homeroom.cli.people:enable", "Let somebody in again."),
        },
    ),
    "app": (
        "Applications that read the roster.",
        {
            "add": ("homeroom.cli.apps:add", "Add an application; prints its secret once."),
            "list": ("homeroom.cli.apps:list_", "List the applications."),
            "revoke": ("homeroom.cli.apps:revoke", "Shut an application out, its tokens too."),
        },
    ),
}


INSIDE = {"source key": "The public keys that may log in at an SFTP source."}
"""What the groups inside a group are for."""


def front_page() -> str:
    """What `homeroom --help` shows: every command in a line."""
    rows = [(name, about) for name, (_, about) in COMMANDS.items()]
    rows += [(f"{group} {sub}", about) for group, (_, commands) in GROUPS.items() for sub, (_, about) in commands.items()]
    width = max(len(name) for name, _ in rows)
    lines = [ABOUT, "", "Commands:", *(f"  {name.ljust(width)}  {about}" for name, about in rows), ""]
    return "\n".join([*lines, "homeroom COMMAND --help tells a command's arguments. --version tells the version."])
