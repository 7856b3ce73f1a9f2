"""The systems that a made-up district can be written in. Adding one is one module and one line here.

Apart from the package itself, so that a program that wants one writer does not read them all.
"""

from __future__ import annotations

from homeroom.simulator.writers import (
    aeries,
    apple,
    canvas,
    clever,
    clientpoint,
    infinite_campus,
    oneroster_10,
    oneroster_11,
    oneroster_12,
    pathways,
    powerschool_autosend,
    powerschool_dem,
    schoolstatus,
    sds_1,
    sds_2,
    testhound,
)
from homeroom.simulator.writers.writer import Writer

WRITERS: dict[str, Writer] = {
    w.name: w
    for w in (
        oneroster_10.WRITER,
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
        testhound.WRITER,
        sds_1.WRITER,
        sds_2.WRITER,
        sds_2.WRITER_21,
        apple.WRITER,
        canvas.WRITER,
        infinite_campus.WRITER,
        infinite_campus.AD_HOC,
        aeries.WRITER,
    )
}
"""By the name of the layout set that reads them; after a colon the variant."""
