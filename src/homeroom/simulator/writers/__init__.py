"""The systems that a made-up district can be written in. Adding one is one module and one line here."""

from __future__ import annotations

from homeroom.simulator.writers import (
    clever,
    clientpoint,
    oneroster_11,
    oneroster_12,
    pathways,
    powerschool_autosend,
    powerschool_dem,
    schoolstatus,
)
from homeroom.simulator.writers.writer import Writer

WRITERS: dict[str, Writer] = {
    w.name: w
    for w in (
        oneroster_11.WRITER,
        oneroster_12.WRITER,
        powerschool_dem.WRITER,
        powerschool_dem.LABELS_CORRECTED,
        powerschool_dem.QUOTED,
        clientpoint.WRITER,
        clientpoint.LOOSE,
        schoolstatus.WRITER,
        schoolstatus.GUARDIANS_FILE,
        clever.WRITER,
        clever.CONTACTS_FILE,
        clever.ROW_PER_TERM,
        powerschool_autosend.WRITER,
        powerschool_autosend.DATED,
        powerschool_autosend.HEADERLESS,
        powerschool_autosend.COMMA,
        *pathways.WRITERS,
    )
}
"""By the name of the layout set that reads them; after a colon the variant."""
