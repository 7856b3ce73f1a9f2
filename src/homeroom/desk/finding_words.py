"""What is declared of findings and reasons, as sentences that are said in the reader's language."""

from __future__ import annotations

from homeroom.desk.words import Said, _
from homeroom.roster.codes import code, codes, read_back


def title_of(name: str) -> Said:
    """The title of a finding. Raises KeyError for an undeclared code."""
    return Said(code(name).title)


def sentence(name: str, message: str) -> Said:
    """The stored sentence of a finding or a reason, to be said anew; as it was written where its code says something else by now."""
    if name in codes():
        values = read_back(name, message)
        if code(name).say(**values) == message:
            return Said(code(name).message, values)
    return _("{message}", message=message)
