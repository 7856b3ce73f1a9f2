"""The treatment of a source's rows as one value, and the steps that it asks for.

It is made from the settings of the source (and what its layout set declares), and acts twice: on the rows as the layouts shaped them
(`treat_shaped`), and on the rows as they will be compared, ids and made rows included (`treat_made`). A step takes tonight's feeds
and gives them back with other SQL; rows stay where they are. To add one, write a function and an entry of `SHAPED` or `MADE`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from homeroom.roster.catalogue import Catalogue
from homeroom.workbench.bench import Workbench
from homeroom.workbench.values import Feed, Lookup

Number = Literal["identifier", "userMasterIdentifier"]
"""The column of `users` that holds a student's number."""
Ends = Literal["exclusive", "inclusive"]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the settings of a source ask for. The plain value changes nothing.

    `number`: students are known by this column instead of sourcedId. `swap_phones`: sms and phone change places. `credential`: the
    phone column by which people log in, written into every record that has it; None says nothing. `ends`: what end dates of the files
    mean: the first day after (as OneRoster says) or the last day; None: what the layout set declares. `office`: staff of the district's own office are taken. `school`: the
    one school of which the source speaks; None: the whole district. `siblings`: the numbers of the district's other sources
    of one school. `restore_classes`: a class that was removed may come back. `absent`: what becomes of students who are in no complete
    file any more: removed, kept, or removed after so many imports without them. `source`: the number of the source.
    """

    number: Number | None = None
    swap_phones: bool = False
    credential: Literal["sms", "phone"] | None = None
    ends: Ends | None = None
    office: bool = True
    school: str | None = None
    siblings: tuple[int, ...] = ()
    restore_classes: bool = True
    absent: Literal["remove", "keep"] | int = "remove"
    source: int = 0

    @property
    def fingerprint(self) -> str:
        """SHA-256 over everything that decides; empty for the plain value, so that nothing is made anew for it."""
        said = asdict(self)
        if said | {"source": 0, "ends": None if self.ends == "exclusive" else self.ends} == asdict(Treatment()):
            return ""
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Night:
    """What a step stands on beside the feeds.

    `date_form`: the form that was said for a column of dates (table, column), or None. `prefix` stands before the source's
    ids in the store; `shared` are tables whose ids have none.
    """

    bench: Workbench
    book: Catalogue
    lookup: Lookup
    date_form: Callable[[str, str], str | None]
    prefix: str = ""
    shared: frozenset[str] = frozenset()


Feeds = list[Feed]
Apply = Callable[[Night, Treatment, Feeds], Feeds]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that settings may ask for: when it does, and what is done then."""

    name: str
    wanted: Callable[[Treatment], bool]
    apply: Apply


def run(steps: Sequence[Step], night: Night, treatment: Treatment, feeds: Sequence[Feed]) -> Feeds:
    """The feeds after all steps that are wanted, in their order."""
    made = list(feeds)
    for step in steps:
        if made and step.wanted(treatment):
            made = step.apply(night, treatment, made)
    return made


Conditions = Mapping[str, str]
"""Table -> SQL over the columns of its feeds."""
