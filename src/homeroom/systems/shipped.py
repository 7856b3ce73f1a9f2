"""The layout sets that Homeroom ships, listed once. A new one is a folder and a line here."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from homeroom.layouts import sets
from homeroom.layouts.nearness import did_you_mean
from homeroom.layouts.sets import LayoutSet
from homeroom.roster.faults import Misuse

SETS: dict[str, str] = {
    "oneroster-1.0": "oneroster/oneroster-1.0",
    "oneroster-1.1": "oneroster/oneroster-1.1",
    "oneroster-1.2": "oneroster/oneroster-1.2",
    "powerschool-dem": "powerschool/powerschool-dem",
    "powerschool-api": "powerschool/powerschool-api",
    "powerschool-autosend": "powerschool/powerschool-autosend",
    "schoolstatus": "schoolstatus/schoolstatus",
    "clientpoint": "clientpoint/clientpoint",
    "pathways-ascender": "ascender/pathways-ascender",
    "pathways-eschoolplus": "eschoolplus/pathways-eschoolplus",
    "pathways-harmony": "harmony/pathways-harmony",
    "pathways-skyward-q-in": "skyward/pathways-skyward-q-in",
    "pathways-skyward-sms-in": "skyward/pathways-skyward-sms-in",
    "pathways-skyward-sms-tx": "skyward/pathways-skyward-sms-tx",
    "testhound": "testhound/testhound",
    "clever": "clever/clever",
    "microsoft-sds-1": "microsoft/microsoft-sds-1",
    "microsoft-sds-2.1": "microsoft/microsoft-sds-2.1",
    "microsoft-sds-2": "microsoft/microsoft-sds-2",
    "apple-school-manager": "apple/apple-school-manager",
    "canvas": "canvas/canvas",
    "aeries": "aeries/aeries",
    "infinite-campus": "infinite_campus/infinite-campus",
    "datasets": "datasets",
}
"""Name of a set -> its folder below this one, in the order in which they are shown."""


def layout_set(name: str) -> LayoutSet:
    """A shipped set by name. Raises Misuse with the nearest name."""
    if name not in SETS:
        raise Misuse("There is no layout set {name}. {remedy}", name=name, remedy=did_you_mean(name, SETS))
    return _loaded(name)


def folder_of(name: str) -> Traversable:
    """The folder of a shipped set's files. Raises KeyError for an unknown name."""
    return files("homeroom.systems").joinpath(SETS[name])


def layout_sets() -> tuple[LayoutSet, ...]:
    """All shipped sets."""
    return tuple(map(_loaded, SETS))


@cache
def _loaded(name: str) -> LayoutSet:
    return sets.load_judged(folder_of(name), name)
