"""What a writer is: a name, what it writes of a district, in which form, and what a perfect import of that gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homeroom.simulator.records import District
from homeroom.simulator.sheets import Form, Sheet
from homeroom.simulator.truth import Expected


@dataclass(frozen=True, slots=True)
class Writer:
    """One system's way of writing a district. `name` is a layout set's name, after a colon the variant."""

    name: str
    form: Form
    sheets: Callable[[District], tuple[Sheet, ...]]
    expected: Callable[[District], tuple[Expected, ...]]
