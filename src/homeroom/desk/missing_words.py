"""The sentences of "Why is somebody missing?": whole sentences with named places, so that a translation is one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SENTENCES: Mapping[str, str] = {
    "found-at": "Found in {file}, line {line}.",
    "in-file": "In {file}.",
    "at-line": "In line {line}.",
    "read-by": "Read by the layout {layout}.",
    "nothing-came": "No files have come yet.",
    "not-in-files": "Not in the files that came last: {files}. The SIS did not send this person.",
    "delivery-gone": "The files of delivery {delivery} of {day} are deleted by now. Send new files to see more.",
    "files-gone": "The files are deleted by now, and the roster alone does not say why.",
    "nobody": "Nobody of that name or number is known.",
    "no-layout": "No layout reads {file}: {why}.",
    "kept-out": "Left out by rule: {cells}. The layout takes rows of which this is true: {rule}.",
    "kept-out-bare": "Left out by rule. The layout takes rows of which this is true: {rule}.",
    "school-out": "Left out with school {school}, which steps out by rule: {rule}.",
    "setting": "Left out by a setting of the source. {says}",
    "setting-bare": "Left out by a setting of the source.",
    "refused": "The row was refused. {says}",
    "refused-bare": "The row was refused.",
    "repeated": "The row stands in the files once more, and counts once.",
    "leaving": "The row says itself that the person has left (tobedeleted).",
    "not-imported": "These files were not imported yet.",
    "waits": "Import {number} waits for approval. Until then the roster stays as it was.",
    "runs": "Import {number} is running.",
    "failed": "Import {number} changed nothing. {reason}",
    "not-saved": "The roster does not have this person. The next import will take the row in.",
    "removed": "Removed by import {number} on {day}. The person comes back when the files list them again.",
    "removed-by": "Removed by {who} on {day}. The person comes back when somebody brings them back.",
    "removed-bare": "Removed from the roster. The person comes back when the files list them again.",
    "saved": "In the roster.",
    "no-app": "In the roster, but no app may read this district's people.",
    "seen-by": "Shown to {apps}.",
    "seen-by-not-by": "Shown to {apps}. Not shared with {hidden}.",
    "is-here": "Not missing: this person is in the roster, and apps can read it.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: its text with places, what fills them, and perhaps another sentence before it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    before: Said | None = None

    def __str__(self) -> str:
        own = self.text.format_map(self.values)
        return own if self.before is None else f"{self.before} {own}"


def say(word: str, **values: object) -> Said:
    """A sentence by its word. Raises KeyError for one that is not declared."""
    return Said(SENTENCES[word], values)
