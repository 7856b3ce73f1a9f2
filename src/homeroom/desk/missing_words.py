"""The sentences of "Why is somebody missing?": whole sentences with named places, so that a translation is one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SENTENCES: Mapping[str, str] = {
    "found-at": "Found in %(file)s, line %(line)s.",
    "in-file": "In %(file)s.",
    "at-line": "In line %(line)s.",
    "read-by": "Read by the layout %(layout)s.",
    "nothing-came": "No files have come yet.",
    "not-in-files": "Not in the files that came last: %(files)s. The SIS did not send this person.",
    "not-in-files-kept": "Not in the files that came last: %(files)s. The roster keeps this person for the time being.",
    "delivery-gone": "The files of delivery %(delivery)s of %(day)s are deleted by now. Send new files to see more.",
    "files-gone": "The files are deleted by now, and the roster alone does not say why.",
    "nobody": "Nobody of that name or number is known.",
    "no-layout": "No layout reads %(file)s: %(why)s.",
    "kept-out": "Left out by rule: %(cells)s. The layout takes rows of which this is true: %(rule)s.",
    "kept-out-bare": "Left out by rule. The layout takes rows of which this is true: %(rule)s.",
    "school-out": "Left out with school %(school)s, which steps out by rule: %(rule)s.",
    "setting": "Left out by a setting of the source. %(says)s",
    "setting-bare": "Left out by a setting of the source.",
    "refused": "The row was refused. %(says)s",
    "refused-bare": "The row was refused.",
    "repeated": "The row stands in the files once more, and counts once.",
    "leaving": "The row says itself that the person has left (tobedeleted).",
    "not-imported": "These files were not imported yet.",
    "waits": "Import %(number)s waits for approval. Until then the roster stays as it was.",
    "runs": "Import %(number)s is running.",
    "failed": "Import %(number)s changed nothing. %(reason)s",
    "not-saved": "The roster does not have this person. The next import will take the row in.",
    "removed": "Removed by import %(number)s on %(day)s. The person comes back when the files list them again.",
    "removed-by": "Removed by %(who)s on %(day)s. The person comes back when somebody brings them back.",
    "removed-bare": "Removed from the roster. The person comes back when the files list them again.",
    "saved": "In the roster.",
    "no-app": "In the roster, but no app may read this district's people.",
    "seen-by": "Shown to %(apps)s.",
    "seen-by-not-by": "Shown to %(apps)s. Not shared with %(hidden)s.",
    "is-here": "Not missing: this person is in the roster, and apps can read it.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: its text with places, what fills them, and perhaps another sentence before it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    before: Said | None = None

    def __str__(self) -> str:
        own = self.text % self.values
        return own if self.before is None else f"{self.before} {own}"


def say(word: str, **values: object) -> Said:
    """A sentence by its word. Raises KeyError for one that is not declared."""
    return Said(SENTENCES[word], values)
