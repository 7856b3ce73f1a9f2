"""What is wrong with a text that is no TOML, in words of whoever writes layouts: Python's reader speaks to programmers."""

from __future__ import annotations

import re

from homeroom.roster.words import Said, _

_SAID: tuple[tuple[str, Said], ...] = (
    ("Invalid statement", _("A line is a name, = and a value, or a heading in brackets; this one is neither.")),
    (r"Invalid value \(at end", _("The text ends where a value is expected.")),
    ("Invalid value", _("This is no value: a text stands in quotes, a list in brackets, a number and true or false alone.")),
    ("Invalid initial character", _("Here a name is expected: letters, digits, - and _, or a text in quotes.")),
    ("Invalid date", _("There is no such day or time.")),
    ("Expected newline", _("There is more in this line than a name and its value.")),
    (r"Expected '=' ", _("There is no = between a name and its value.")),
    (r"Expected '\]", _("A heading has no bracket at its end.")),
    ("Expected|Unterminated string", _("A text in quotes has no quote at its end.")),
    ("Unclosed array", _("A list has no bracket at its end.")),
    ("Unclosed inline table", _("A table in braces has no brace at its end.")),
    ("Unescaped", _("A backslash in a text is written twice; in single quotes it stands for itself.")),
    ("Invalid hex value|Escaped character", _("A backslash is followed by a code of a character that is not whole.")),
    (
        "Found invalid character|Illegal character",
        _("A character stands here that a text may not have, such as a tab or a line end within quotes."),
    ),
    ("Cannot|Duplicate", _("This name or heading stands further up already: say it once.")),
)
"""The beginning of what `tomllib` says -> what is said instead."""
_OTHER = _("The text cannot be read from here on.")


def said(message: str) -> Said:
    """The sentence for a message of `tomllib`."""
    return next((each for words, each in _SAID if re.match(words, message)), _OTHER)
