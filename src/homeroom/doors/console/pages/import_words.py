"""Words of the pages about imports: steps of the walk, tables, kinds of issues, states of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from homeroom.desk import causes
from homeroom.desk.causes import IssueCause
from homeroom.desk.import_log import Entry
from homeroom.desk.steps import Progress, Step
from homeroom.doors.console.pages import speaking
from homeroom.doors.console.words import N_, _, desk_says, ngettext, speech, times
from homeroom.roster.report import TableReport

came = speaking.came
system = speaking.system

STEPS = {
    "received": N_("Received"),
    "read": N_("Read"),
    "mapped": N_("Mapped"),
    "checked": N_("Checked"),
    "compared": N_("Compared"),
    "saved": N_("Saved"),
    "sent": N_("Sent on"),
}
AT_WORK = {
    "received": N_("Taking the files in"),
    "read": N_("Reading rows"),
    "mapped": N_("Mapping columns"),
    "checked": N_("Checking rows"),
    "compared": N_("Comparing with the roster"),
    "saved": N_("Saving"),
    "sent": N_("Sending on"),
}
TABLES = {
    "orgs": N_("Schools"),
    "academicSessions": N_("Terms"),
    "courses": N_("Courses"),
    "classes": N_("Classes"),
    "users": N_("People"),
    "roles": N_("Roles"),
    "enrollments": N_("Enrollments"),
    "demographics": N_("Demographics"),
}
STATES = {
    "success": N_("Success"),
    "row_issues": N_("Row issues"),
    "failed": N_("Failed"),
    "waiting": N_("Waiting for approval"),
    "running": N_("Running"),
    "dry_run": N_("Dry run"),
}
VERBS = {
    "add": N_("Added"),
    "update": N_("Updated"),
    "remove": N_("Removed"),
    "restore": N_("Restored"),
}
SIGNS = {"add": ("+", "add"), "update": ("~", "upd"), "remove": ("−", "rem"), "restore": ("↺", "res")}
WITHHELD = {
    "locked": N_("locked by a person"),
    "joined": N_("belongs to another source"),
    "create-only": N_("written once, when the record is new"),
    "archived": N_("archived by a person"),
}
LEFT_ALONE = frozenset({"file-unknown", "file-no-table", "file-leftover", "file-copy"})
"""Findings about files that are not used: then it is said which ones are."""
TONES = {"refused": "bad", "emptied": "warn", "noted": "idle"}
PILLS = {
    "success": "success",
    "row_issues": "success_with_row_issues",
    "failed": "failed",
    "waiting": "waiting_for_approval",
    "running": "running",
    "dry_run": "dry_run",
}


def table(name: str) -> str:
    """What the records of a table are called."""
    return _(TABLES[name]) if name in TABLES else name


def unchanged(tables: Mapping[str, TableReport]) -> str:
    """The tables of a plan in which nothing changes, by name."""
    same = [name for name, t in tables.items() if t.unchanged and not t.added + t.updated + t.removed + t.restored]
    return ", ".join(table(name) for name in same)


def pill(entry: Entry) -> str:
    """The pill of an import."""
    return "rejected" if entry.reason == "rejected" else PILLS[entry.state]


def walk(steps: Sequence[Step]) -> list[tuple[str, str, str, str]]:
    """The seven steps for the drawing: state, name, time, fact."""
    return [
        (
            "" if s.state == "to come" else s.state,
            _(STEPS[s.name]),
            _step_time(s),
            desk_says.told(speech(), s.fact) if s.fact is not None else "",
        )
        for s in steps
    ]


def _step_time(step: Step) -> str:
    if step.name == "received" and step.began is not None:
        return times.clock(speech(), step.began)
    return times.duration(speech(), step.seconds) if step.seconds is not None else ""


def held_back(cause: IssueCause) -> str:
    """What waits for the rows of a cause: "also holds back 21 enrollments"."""
    told = [
        _("%(count)s %(records)s", count=speech().number(n), records=desk_says.told(speech(), causes.records(t, n)))
        for t, n in cause.held_back.items()
    ]
    return _("also holds back %(what)s", what=", ".join(told)) if told else ""


def emptied(cause: IssueCause) -> str:
    """How many rows were taken in without what they said of a refused row of the cause."""
    return (
        ngettext("%(num)s more row lost a link to it", "%(num)s more rows lost a link to it", cause.emptied)
        if cause.emptied
        else ""
    )


def since(cause: IssueCause) -> str:
    """Whether a cause is new tonight."""
    if cause.before is None:
        return _("new tonight")
    if cause.before == cause.rows:
        return _("same %(count)s as last night", count=speech().number(cause.before))
    return _("%(count)s last night", count=speech().number(cause.before))


def counted(cause: IssueCause) -> tuple[str, str]:
    """The number of a cause, and what became of its rows."""
    if cause.kind == "refused":
        return ngettext("%(num)s row", "%(num)s rows", cause.rows), _("refused")
    if cause.kind == "emptied":
        return ngettext("%(num)s value", "%(num)s values", cause.rows), _("to mend")
    return ngettext("%(num)s time", "%(num)s times", cause.rows), _("noted")


def doing(now: Progress) -> str:
    """What a running import does, and for how long already."""
    if now.waiting:
        return _("It waits for a worker. You can leave this page.")
    step = _(AT_WORK[now.step])
    where = (
        _("%(step)s: %(done)s of %(of)s.", step=step, done=speech().number(now.done), of=speech().number(now.of))
        if now.done is not None and now.of is not None
        else _("%(step)s.", step=step)
    )
    so_far = times.duration(speech(), now.seconds)
    usual = (
        _("%(time)s so far; usually takes %(usual)s.", time=so_far, usual=times.duration(speech(), now.usual))
        if now.usual is not None
        else _("%(time)s so far.", time=so_far)
    )
    return " ".join((where, usual, _("You can leave this page.")))


def silence(now: Progress) -> str:
    """That nothing was heard for a while; empty where that is not so."""
    if now.silent is None:
        return ""
    age = times.duration(speech(), now.silent.total_seconds())
    return _("No sign of life for %(time)s. It will be taken up again by itself.", time=age)
