"""Files of refused rows that were mended and sent again: Homeroom made them, and they bear its four columns.

Such a file holds only the rows that were refused, so it says nothing of records that it does not list, whatever it is called.
"""

from __future__ import annotations

from homeroom.workbench.values import Inspected

MARKS = ("_line", "_code", "_what_happened", "_what_to_do")
"""What Homeroom puts behind the columns of a refused row. They are not read."""


def is_mended(inspected: Inspected) -> bool:
    """Whether a file bears all the marks of one that Homeroom made of refused rows."""
    return set(MARKS) <= {word.casefold() for word in inspected.columns}
