"""Sentences of the lower rooms, as they are said in the console: with its pages and fields where they name commands and options.

Those rooms serve the command line, too, and there a command is the plainest help. Each rule is a phrase of theirs and what is said in its
place; what no rule knows is told as a thing that whoever runs Homeroom can do. The test goes through every sentence that there is.
"""

from __future__ import annotations

import re

from homeroom.doors.console.words import gettext
from homeroom.doors.console.words.marking import N_

RULES: tuple[tuple[str, str], ...] = (
    # options
    (r": give --[a-z-]+(?:, --[a-z-]+)*\.", "."),
    (r"give --layouts SET", N_("choose its layout set in the settings of the source")),
    (r"(?:N|n)ame one with --source: (?P<what>.+?)(?=[.]|$)", N_("choose one of them: %(what)s")),
    (r"name one: --source (?P<what>.+?)(?=[.]|$)", N_("choose one of them: %(what)s")),
    (r"Name one with --source", N_("Choose one under Source")),
    (r"name the one whose SIS is meant with --source N", N_("say whose SIS is meant")),
    (r" with --name\b", ""),
    (r"--rows must be", N_("The number of rows must be")),
    (r"--where cannot be used", N_("The formula cannot be used")),
    (
        r"look at --dry-run, then switch it on with homeroom source set \S+ \S+ write_back=true",
        N_("switch it on in its settings"),
    ),
    (r"`--dry-run` shows what would be", N_("a dry run shows what would be")),
    # commands that are pages here
    (r"homeroom source add \S+ --kind sftp --layouts SET", N_("add one under Sources")),
    (r"add one with homeroom source add", N_("add one under Sources")),
    (r"`homeroom source key list \S+ \S+` shows those it has", N_("the page of the source shows those it has")),
    (r"give them to the source with homeroom source secret", N_("set the secret anew on the page of the source")),
    (r"give it again with homeroom source secret", N_("set it anew on the page of the source")),
    (r" \(`homeroom source secret`\)", N_(", which is set on its page")),
    (r" \(homeroom source show\)", N_(" (on the page of the source)")),
    (r" \(homeroom source test\)", N_(" (Test connection on the page of the source)")),
    (r"homeroom source test (?=says|shows)", N_("Test connection on the page of the source ")),
    (r" \(homeroom plugin\)", N_(" (it can be had under Set-up)")),
    (r" \(homeroom pull\)", N_(" (Fetch now on the page of the source)")),
    (r"with homeroom pull", N_("with Fetch now on the page of the source")),
    (r" \(`homeroom unlock`\)", N_(" (Unlock on the page of the record)")),
    (r", and the source's `level` with `homeroom source show`", N_(", and look at the level in the settings of the source")),
    (r"with `homeroom school list`", N_("on the page Schools")),
    (
        r"Match it: `homeroom school match DISTRICT OWN_ID SIS_ID`\. `homeroom school list` shows",
        N_("Match it on the page Schools. It shows"),
    ),
    (r"`homeroom school list \S+` shows it", N_("the page Schools shows it")),
    (r"declare it with `homeroom school add [^`]*`", N_("declare it on the page Schools")),
    (r"with `homeroom school match [^`]*`", N_("on the page Schools")),
    (
        r"put the new one in place with homeroom source set SLUG SOURCE host_key=\"[^\"]*\"",
        N_("put the new one into the settings of the source (host key)"),
    ),
    (
        r": homeroom source set SLUG N (?P<setting>\w+)=(?P<value>\w+)",
        N_(" (%(setting)s: %(value)s, in the settings of the source)"),
    ),
    (r"; `homeroom layouts versions \S+` lists them", N_("; the page of the set lists them")),
    (r"; `homeroom district list` names them", ""),
    (r"look with homeroom check", N_("look at This installation")),
    (r"then run homeroom check again", N_("then look again")),
    # what the console has no page for
    (r"use `homeroom unarchive`", N_("ask whoever runs Homeroom")),
    (r"take the mark back \(`homeroom record [^`]*`\)", N_("ask whoever runs Homeroom to take the mark back")),
    (r"undo that first with `homeroom take-over [^`]*`", N_("that must be undone first by whoever runs Homeroom")),
    (r"`homeroom record DISTRICT users ID joined` says that somebody has", N_("whoever runs Homeroom says that somebody has")),
    (r"[;,] `?homeroom [a-z-]+(?: [\w-]+)*`? (?:shows|lists) [^.;]*", ""),
    (r"`homeroom [^`]*`", N_("a command of Homeroom")),
)
_RULES = tuple((re.compile(pattern), said) for pattern, said in RULES)
_QUICK = re.compile(r"--[a-z]|homeroom [a-z]")


def placed(text: str) -> str:
    """The sentence without commands and options; any other as it is."""
    if not _QUICK.search(text):
        return text
    for pattern, said in _RULES:
        text = pattern.sub(lambda found, said=said: _said(said, found), text)  # type: ignore[misc]
    return text


def _said(said: str, found: re.Match[str]) -> str:
    return gettext(said, **found.groupdict()) if said else ""  # the catalogue's own head stands under the empty text
