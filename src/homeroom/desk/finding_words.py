"""What is declared of findings and reasons, as sentences that are said in the reader's language."""

from __future__ import annotations

from homeroom.roster.codes import anew, code
from homeroom.roster.words import Said


def title_of(name: str) -> Said:
    """The title of a finding. Raises KeyError for an undeclared code."""
    return Said(code(name).title)


def sentence(name: str, message: str) -> Said:
    """The stored sentence of a finding or a reason, to be said anew; as it was written where its code says something else by now."""
    return anew(name, message)
