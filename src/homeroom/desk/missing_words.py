"""The sentences of "Why is somebody missing?"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from homeroom.roster.words import Said, Value, _

SENTENCES: Mapping[str, Said] = {
    "found-at": _("Found in {file}, line {line}."),
    "in-file": _("In {file}."),
    "at-line": _("In line {line}."),
    "read-by": _("Read by the layout {layout}."),
    "nothing-came": _("No files have come yet."),
    "not-in-files": _("Not in the files that came last: {files}. The SIS did not send this person."),
    "not-in-files-kept": _("Not in the files that came last: {files}. The roster keeps this person for the time being."),
    "delivery-gone": _("The files of delivery {delivery} of {day} are deleted by now. Send new files to see more."),
    "files-gone": _("The files are deleted by now, and the roster alone does not say why."),
    "nobody": _("Nobody of that name or number is known."),
    "no-layout": _("No layout reads {file}: {why}."),
    "kept-out": _("Left out by rule: {cells}. The layout takes rows of which this is true: {rule}."),
    "kept-out-bare": _("Left out by rule. The layout takes rows of which this is true: {rule}."),
    "contact-out": _("Left out by the contact rules. {says}"),
    "school-out": _("Left out with school {school}, which steps out by rule: {rule}."),
    "setting": _("Left out by a setting of the source. {says}"),
    "setting-bare": _("Left out by a setting of the source."),
    "refused": _("The row was refused. {says}"),
    "refused-bare": _("The row was refused."),
    "repeated": _("The row stands in the files once more, and counts once."),
    "leaving": _("The row says itself that the person has left (tobedeleted)."),
    "not-imported": _("These files were not imported yet."),
    "waits": _("Import {number} waits for approval. Until then the roster stays as it was."),
    "runs": _("Import {number} is running."),
    "failed": _("Import {number} changed nothing. {reason}"),
    "not-saved": _("The roster does not have this person. The next import will take the row in."),
    "removed": _("Removed by import {number} on {day}. The person comes back when the files list them again."),
    "removed-by": _("Removed by {who} on {day}. The person comes back when somebody brings them back."),
    "removed-bare": _("Removed from the roster. The person comes back when the files list them again."),
    "saved": _("In the roster."),
    "no-app": _("In the roster, but no app may read this district's people."),
    "seen-by": _("Shown to {apps}."),
    "seen-by-not-by": _("Shown to {apps}. Not shared with {hidden}."),
    "is-here": _("Not missing: this person is in the roster, and apps can read it."),
}


def say(word: str, **values: Value) -> Said:
    """A sentence by its word. Raises KeyError for one that is not declared."""
    return replace(SENTENCES[word], values=values)


def after(first: Said, then: Said) -> Said:
    """Two sentences, one after the other."""
    return _("{first} {then}", first=first, then=then)
