"""The configuration guide: what a district's administrator is given, once, to send the right files for good.

Made from the layout set that is enforced, from the set's own steps (`guide.toml`), and from the district's source. No secret stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeroom.guide import filepart
from homeroom.guide.elements import spelled
from homeroom.guide.markdown import anchor, code, codes, plain, table
from homeroom.guide.occasion import Connection, Occasion
from homeroom.guide.steps import Steps
from homeroom.layouts.contacts.rules import ContactRules
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.contacts import CONTACTS

SENDER = "the person who gave you this guide"


def title(layouts: LayoutSet, steps: Steps, occasion: Occasion) -> str:
    """What the guide is called."""
    called = steps.title or layouts.title
    return f"{occasion.district}: {called}" if occasion.district else called


def text(layouts: LayoutSet, steps: Steps, occasion: Occasion) -> str:
    """The guide as Markdown."""
    sections = [
        *_who(steps, occasion),
        *_timeline(occasion),
        *_connection(occasion),
        *_doing(steps, occasion),
        *filepart.parts(layouts, steps, occasion),
        *_guardians(layouts),
        *_stored(occasion),
        *_wrong(layouts, occasion),
        *_asking(occasion),
    ]
    headings = [line.removeprefix("## ") for line in sections if line.startswith("## ")]
    contents = [f"{n}. [{h}](#{anchor(h)})" for n, h in enumerate(headings, 1)]
    opening = [
        f"# {plain(title(layouts, steps, occasion))}",
        "",
        *_opening(layouts, steps, occasion),
        "**In this guide**",
        "",
        *contents,
        "",
    ]
    return "\n".join([*opening, *sections]).rstrip() + "\n"


def _opening(layouts: LayoutSet, steps: Steps, occasion: Occasion) -> Iterator[str]:
    whose = plain(occasion.district) if occasion.district else "a district"
    system = plain(steps.system) if steps.system else "your student information system"
    yield (
        f"This guide is for the person who looks after {system} at {whose}. It says how your schools, people and classes reach the "
        "applications that work with them: your system writes a few files every night, and Homeroom, the program at the other end, receives and "
        "checks them and hands on only what your district has agreed to. You set this up once."
    )
    yield ""
    if steps.intro:
        yield from [steps.intro, ""]
    yield from table(
        ("At a glance", "In your case" if occasion.district else "In general"),
        [(label, said) for label, said in _glance(layouts, steps, occasion) if said],
    )


def _glance(layouts: LayoutSet, steps: Steps, occasion: Occasion) -> Iterator[tuple[str, str]]:
    required = [spelled(layouts.file_of(word)) for word in layouts.required]
    yield "What to send", codes(required) if required else "the files [below](#the-files)"
    yield "How often", plain(steps.cadence or "every night, weekends too, so that Monday morning is fresh")
    yield "By when", _deadline(steps, occasion)
    if occasion.connection is not None:
        door = occasion.connection
        yield "Where to", f"SFTP, host {code(door.host)}, port {_port(door)}, user {code(door.username)}"
    elif occasion.road == "upload":
        yield "Where to", "handed over by a person; nothing is sent by itself"
    yield "Who does it", plain(steps.who)
    yield "Whom to ask", plain(occasion.ask or SENDER)
    yield "Layout set", code(layouts.name if layouts.number is None else f"{layouts.name}, version {layouts.number}")
    yield "Made on", code(occasion.today.isoformat())


def _deadline(steps: Steps, occasion: Occasion) -> str:
    if occasion.start is not None:
        zone = f", {plain(_zone(occasion))}" if occasion.timezone else ""
        return f"**{plain(occasion.start)}** in your district's own time{zone}: all files must be there by then"
    return plain(steps.deadline or "outside school hours, for instance 03:00; the files are read as soon as all are there")


def _zone(occasion: Occasion) -> str:
    return (occasion.timezone or "").replace("_", " ")


RESPONSIBILITIES = (
    (
        "Keep the data right",
        "district",
        "People, classes and schedules are corrected in your system, nowhere else. It is the one source of truth.",
    ),
    ("Export", "district", "Your system writes the files. We help with the first ones."),
    ("Send", "district", "Your system sends them, by itself, on schedule."),
    ("Receive", "us", "We keep the server, your folder and your account."),
    (
        "Check and store, encrypted",
        "us",
        "The files are encrypted as they are taken, checked row by row, and kept for a limited time.",
    ),
    ("Use", "us", "Applications read what your district has agreed to share, and no more."),
)
"""Six responsibilities in the order in which the data walks: what, whose, in a sentence."""


def _who(steps: Steps, occasion: Occasion) -> Iterator[str]:
    district = plain(occasion.district) if occasion.district else "The district"
    yield from ["## Who does what", ""]
    named = {"district": f"{district}" + (f" ({plain(steps.who)})" if steps.who else ""), "us": "We, who run Homeroom"}
    rows = [(f"{n}. {what}", named[whose], told) for n, (what, whose, told) in enumerate(RESPONSIBILITIES, 1)]
    yield from table(("Step", "Who", "What it means"), rows)


def _timeline(occasion: Occasion) -> Iterator[str]:
    sftp = occasion.road in (None, "sftp")
    yield from ["## Timeline", "", "About two weeks from this guide to the first night by itself.", ""]
    rows = [
        ("Day 1", "A call of 15 to 30 minutes, if you want one.", "both"),
        (
            "Within 48 hours",
            "The connection is set up and tested." if sftp else "You know how you will hand over the files.",
            "district",
        ),
        (
            "Week 1",
            "The exports are set up; the first files are sent by hand; the worksheet with your own figures is filled in.",
            "district",
        ),
        ("Week 2", "What arrived is compared with the worksheet; we tell you what to correct.", "us"),
        ("Week 2", "Corrections are made; the nightly schedule is switched on.", "district"),
        ("Three days before the start", "A last look at the figures together. The start moves if they do not agree.", "both"),
    ]
    names = {"both": "both", "district": plain(occasion.district or "the district"), "us": "we"}
    yield from table(("When", "What", "Who"), [(when, what, names[who]) for when, what, who in rows])


def _connection(occasion: Occasion) -> Iterator[str]:
    if occasion.road not in (None, "sftp"):
        return
    yield from ["## The connection", ""]
    door = occasion.connection
    if door is None:
        yield "You are given a host, a port, a user name, a password and the fingerprint of the server's key. The password comes by another road than the rest."
        yield ""
        return
    yield from table(("Field", "Value"), _fields(door))
    yield (
        "When you test the connection, your system shows the fingerprint of the server's key. **Compare it with the table before you accept it.** If "
        "none of them is the same, stop and ask."
    )
    yield ""
    yield (
        "Your account sees one folder, its own. It may upload, rename and overwrite there. Files disappear from it when they are taken; that is as "
        "it should be."
    )
    yield ""


def _port(door: Connection) -> str:
    return code(str(door.port)) if door.port is not None else "not known yet; you are told it before you begin"


def _fields(door: Connection) -> Iterator[tuple[str, str]]:
    yield "Protocol", "SFTP (over SSH; not FTP, not FTPS)"
    yield "Host", code(door.host)
    yield "Port", _port(door)
    yield "User name", code(door.username)
    ways = ["the password, which you are given separately, once"] if door.by_password else []
    ways += ["your public key, which is registered"] if door.by_key else []
    yield "Sign in with", " or ".join(ways)
    for kind, print_ in door.fingerprints:
        yield f"Fingerprint ({plain(kind)})", code(print_)
    yield "Folder", "`/` (leave the path empty)"
    yield "Insecure ciphers", "off; they are not needed"
    yield "Allow upload", "on"
    yield "Allow download", "on, if your system offers the connection only then; there is nothing to download"


def _doing(steps: Steps, occasion: Occasion) -> Iterator[str]:
    if not steps.steps:
        return
    yield from [f"## Step by step in {plain(steps.system)}" if steps.system else "## Step by step", ""]
    for number, step in enumerate(steps.steps, 1):
        yield from [f"### Step {number}: {plain(step.title)}", ""]
        if step.menu:
            yield from ["Go to **" + " › ".join(map(plain, step.menu)) + "**.", ""]
        if step.text:
            yield from [step.text, ""]


def _guardians(layouts: LayoutSet) -> Iterator[str]:
    people = [w for w in layouts.layouts if w.table == "users" and w.source("agentSourcedIds")]
    pairs = any(w.table == CONTACTS for w in layouts.layouts)
    if not people and not pairs:
        return
    yield from ["## Who becomes a guardian", ""]
    rules = layouts.contacts
    if rules.guardians == "not-managed":
        yield from ["Guardians are not taken from these files.", ""]
        return
    if pairs:
        yield "Each contact of a student is judged by these rules, from top to bottom; the first that fits decides:"
        yield ""
        rows = [
            (str(n), plain(r.meaning or r.name), "left out" if r.role == "none" else plain(_as(r.role)))
            for n, r in enumerate(rules.rules, 1)
        ]
        yield from table(("Rule", "When", "The contact becomes"), [*rows, ("otherwise", "None of these fits", "left out")])
    else:
        yield f"People with one of the roles {codes(rules.roles)} are guardians of the students whose list of guardians names them."
        yield ""
    yield from [*_conditions(rules, pairs or rules.users_file == "by-rules"), ""]


def _as(role: str) -> str:
    return "what the export says" if role == "as-given" else role


def _conditions(rules: ContactRules, judged: bool) -> Iterator[str]:
    if judged:
        if rules.needs:
            yield f"- A guardian needs at least one of these that can be used: {codes(rules.needs)}."
        yield f"- A student has at most {rules.limit} guardians; the first by priority are taken."
        yield "- A contact whose custody is marked as restricted or without rights never becomes a guardian."
        if rules.types:
            yield f"- Only contacts of these kinds are taken: {codes(rules.types)}."
        if rules.never_types:
            yield f"- Contacts of these kinds are never taken: {codes(rules.never_types)}."
    yield "- Two people may share an e-mail address or a phone. They stay two people, and the report marks it."


def _stored(occasion: Occasion) -> Iterator[str]:
    keeping = occasion.keeping
    yield from ["## What is kept, and what never is", ""]
    yield "The tables above say of every column what is kept of it, and which of it is about a person. Beyond that:"
    yield ""
    yield from table(
        ("What", "Kept"),
        [
            ("Columns that this guide does not name", "never; their names alone stand in the report"),
            ("Passwords", "never, not even if a file holds them"),
            ("Your files as they came", f"encrypted, {_days(keeping.raw)}"),
            ("The roster: people, classes, enrollments", "as long as your files list them"),
            ("What your files no longer list", f"marked as removed at once, {_days(keeping.removed, 'and purged after')}"),
            ("Findings about single rows, with the value that was wrong", _days(keeping.issues)),
        ],
    )


def _days(days: int, before: str = "for") -> str:
    return f"{before} {days:,} days" if days else "until your district asks for it to be purged"


def _wrong(layouts: LayoutSet, occasion: Occasion) -> Iterator[str]:
    allowed = occasion.limits
    yield from ["## When something is wrong", ""]
    yield "Nothing is ever half taken: a delivery is imported as a whole or not at all, and the applications go on with the last good roster."
    yield ""
    waits = "it fails" if allowed.policy == "fail" else "it waits until one of us has looked at it and, if need be, asked you"
    large = (
        f"More than {allowed.remove_share:.0%} of the records of a kind or of a school would be removed (and more than {allowed.floor}), or more than "
        f"{allowed.update_share:.0%} changed"
    )
    rows = [
        ("A required file is missing", f"We wait until {occasion.start}, then the delivery fails" if occasion.start else f"We wait {occasion.patience:g} minutes after the last file, then the delivery fails", "Look at the schedule of that export, and send all files again."),
        ("A needed column is missing or renamed", "The delivery is refused; the report names the column", "Put the header word back exactly as this guide has it."),
        ("A row cannot be used", "The row is refused with its line and a reason; the others are taken; what was known of the record stays", "Correct it in your system; the next night mends it."),
        (large, waits[0].upper() + waits[1:], "Tell us when you expect such a change, as at the start of a school year."),
        (f"More than {allowed.refused_share:.0%} of a file's rows (and more than {allowed.floor}) cannot be used that could be last time", waits[0].upper() + waits[1:], "Look for one cause: a column that moved, a code that was renamed."),
        ("A file is empty that had rows before", "The delivery fails; nobody is removed", "Look at the export's selection."),
        ("The same people come under other ids", waits[0].upper() + waits[1:], "Never change which number is the id without a word to us."),
        (f"A whole file has no more than {allowed.shrunk_share:.0%} of its former rows", waits[0].upper() + waits[1:], "Look whether the export lost a school or a term."),
    ]  # fmt: skip
    yield from table(("What happened", "What we do", "What you can do"), rows)
    if occasion.pauses:
        yield f"Nothing is imported in these stretches of the year (month-day): {codes(occasion.pauses)}. What you send meanwhile is kept."
        yield ""
    if occasion.resting:
        yield f"Of single tables nothing is taken in these stretches (table, month-day): {codes(occasion.resting)}. Send all files as always."
        yield ""
    if occasion.road == "sftp":
        yield f"A set counts as whole when all its required files have been there, unchanged, for {occasion.quiet:g} seconds, or when it came as one ZIP."
        yield ""


def _asking(occasion: Occasion) -> Iterator[str]:
    yield from ["## Whom to ask", ""]
    yield f"{plain(occasion.ask or SENDER)}. Say the name of the file and the line, not the name of a child; **never send files or passwords by e-mail**."
    yield ""
