"""What people call the student information systems whose files the shipped layout sets read."""

from __future__ import annotations

from homeroom.systems.shipped import SETS

NAMES: dict[str, str] = {
    "oneroster": "OneRoster",
    "powerschool": "PowerSchool",
    "schoolstatus": "SchoolStatus",
    "clientpoint": "ClientPoint",
    "ascender": "Ascender",
    "eschoolplus": "eSchoolPLUS",
    "harmony": "Harmony",
    "skyward": "Skyward",
    "testhound": "TestHound",
    "clever": "Clever",
    "microsoft": "School Data Sync",
    "apple": "Apple School Manager",
    "canvas": "Canvas",
    "aeries": "Aeries",
    "infinite_campus": "Infinite Campus",
    "datasets": "Datasets",
}
"""Folder of a system -> its name on the screen."""


def system_of(layouts: str) -> str | None:
    """The folder of the system whose files a layout set reads; None for a district's own set."""
    return SETS[layouts].partition("/")[0] if layouts in SETS else None


def name_of(system: str) -> str:
    """A system's name for people. Raises KeyError for an unknown folder."""
    return NAMES[system]
