"""A question for one record, and what a road answers to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for one record: the query whose rows are wanted, and its argument.

    `spare`: where the road has no such rows, nothing is said of them.
    """

    query: str
    argument: str
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """The rows of a question. `silent`: ids of held rows of which this road could not find out whether they are still there."""

    rows: Sequence[Row]
    silent: frozenset[str] = frozenset()
