"""Every act that a person can ask for: which roles may, and what it asks for first. One table, used by pages, API and commands.

An act with a district is only possible in a district that the viewer sees; one without is about the installation or oneself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from homeroom.desk.viewer import ROLES, Kind, Role

Asks = Literal["nothing", "code", "records", "settings"]
"""What an act asks for: nothing, the passcode with the form, or the elevated role of one of its kinds."""

STAFF: tuple[Role, ...] = ("operator", "engineer")
DISTRICT: tuple[Role, ...] = (*STAFF, "administrator")


@dataclass(frozen=True, slots=True)
class Act:
    """One act. `of_district`: it is about one district. `support`: the vendor's staff need the district's support access, too.

    `leaving`: it is open in a district that is to be deleted; all others are shut there. `lets_in`: it opens the door to somebody,
    who may then do more than a plain token: a program needs one with the elevated role for settings.
    """

    name: str
    roles: tuple[Role, ...]
    asks: Asks = "nothing"
    of_district: bool = True
    support: bool = False
    leaving: bool = False
    lets_in: bool = False

    def kind(self, program: bool) -> Kind | None:
        """The kind of elevated role that it asks for, of a person or of a program; None: it asks for none."""
        if self.asks == "records" or self.asks == "settings":
            return self.asks
        return "settings" if program and self.lets_in else None


def _table(*acts: Act) -> dict[str, Act]:
    return {act.name: act for act in acts}


ACTS = _table(
    # oneself and the installation
    Act("account", ROLES, of_district=False),
    Act("account.secure", ROLES, "code", of_district=False),
    Act("fleet.see", (*STAFF, "administrator", "school_viewer", "auditor"), of_district=False),
    Act("layouts.shipped", (*DISTRICT, "auditor"), of_district=False),
    Act("apps.see", (*STAFF, "auditor"), of_district=False),
    Act("apps.change", STAFF, "settings", of_district=False),
    Act("installation.see", (*STAFF, "auditor"), of_district=False),
    Act("installation.change", ("operator",), "settings", of_district=False),
    Act("audit.all", (*STAFF, "auditor"), of_district=False),
    Act("districts.add", STAFF, of_district=False),
    Act("people.see", STAFF, of_district=False),
    Act("people.invite", STAFF, "code", of_district=False, lets_in=True),
    # one district
    Act("district.see", (*DISTRICT, "auditor"), leaving=True),
    Act("reports.see", (*DISTRICT, "school_viewer", "auditor")),
    Act("records.see", DISTRICT, "records", support=True),
    Act("records.refresh", DISTRICT, "records", support=True),
    Act("records.lock", ("administrator",), "records"),
    Act("records.write-back", DISTRICT, "records", support=True),
    Act("originals.get", DISTRICT, "records", support=True),
    Act("settings.see", (*DISTRICT, "auditor"), leaving=True),
    Act("settings.change", DISTRICT, "settings"),
    Act("layouts.draft", DISTRICT),
    Act("districts.look_after", STAFF),
    Act("imports.start", DISTRICT),
    Act("holds.approve", DISTRICT, "settings"),
    Act("holds.reject", DISTRICT, "code"),
    Act("rollback", ("operator",), "settings"),
    Act("audit.see", (*DISTRICT, "auditor"), leaving=True),
    Act("support.switch", ("administrator",), "code"),
    Act("district.people", DISTRICT),
    Act("district.invite", DISTRICT, "code", lets_in=True),
    Act("setup.see", (*DISTRICT, "school_viewer")),
    Act("setup.step", DISTRICT),
    Act("worksheet.fill", (*DISTRICT, "school_viewer")),
    Act("district.delete", ("operator",), "settings", leaving=True),
    Act("district.keep", ("operator",), leaving=True),
)
