"""check: look at everything that an installation stands on, and say every problem at once with what to do."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from homeroom.cli.context import document, say, settings
from homeroom.roster.words import _, plain


def check(*, as_json: Annotated[bool, Parameter(name="--json", negative="")] = False) -> int:
    """Look at settings, keys, stores, clock and disk; say every problem at once, each with what to do.

    Parameters
    ----------
    as_json
        Print one JSON document.
    """
    from homeroom.roster.faults import Misuse
    from homeroom.sync.checkup import Found, checkup

    try:
        findings = checkup(settings())
    except Misuse as wrong:
        findings = [Found(_("settings"), False, wrong.said, _("Correct the HOMEROOM_ variables that the sentence names."))]
    bad = [f for f in findings if not f.ok]
    if as_json:
        document([f.told() for f in findings])
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'BAD '} {plain(finding.what)}: {plain(finding.found)}")
            if not finding.ok:
                say(f"     {finding.told()['remedy']}" + (f" On the command line: {finding.command}" if finding.command else ""))
    return 1 if bad else 0
