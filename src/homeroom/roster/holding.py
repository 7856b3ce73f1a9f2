"""What a person holds of a record, in words that several rooms share.

A record's `locked` is a JSON list of such words: the name of a column (`email`), of one entry of its metadata (`metadata.language`),
`*` for every field, or a mark, which begins with a colon.
"""

from __future__ import annotations

from typing import Literal

WHOLE = "*"
"""Every field of the record is locked. Whether the record is there at all is not held by it."""
JOINED = ":joined"
"""The record's person has joined: from now on they look after their own contact details."""
ARCHIVED = ":archived"
"""A person removed the record; it stays removed where the source does not bring such records back."""
ARCHIVED_ALWAYS = ":archived-always"
"""A person removed the record, and no import brings it back."""
MARKS = (JOINED, ARCHIVED, ARCHIVED_ALWAYS)

MEMBER = "metadata."
"""What the name of an entry of the metadata begins with."""

CONTACT_DETAILS = {"users": frozenset(("email", "sms", "phone"))}
"""Table -> the columns that belong to the person once they have joined (e-mail and both phones)."""
LANGUAGE = "users.metadata.language"
"""Where a person's language lives: OneRoster has no column for it, and every layout that has one puts it there."""

Why = Literal["locked", "joined", "create-only", "archived"]
"""Why a value, or a return, was withheld."""
CODES: dict[Why, str] = {
    "locked": "field-locked",
    "joined": "field-of-joined",
    "create-only": "field-create-only",
    "archived": "record-archived",
}
"""The code of the finding that tells of it."""


def is_field(word: str) -> bool:
    """Whether a word names a field or all fields, and is no mark."""
    return not word.startswith(":")
