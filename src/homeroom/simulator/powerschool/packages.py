"""A plug-in's package as an administrator uploads it: a ZIP with `plugin.xml` at its root, or the single file."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass

from homeroom.simulator.powerschool.plugin import Access, Level, granted
from homeroom.simulator.powerschool.schema import named
from homeroom.simulator.powerschool.schema.named import Named, Rejected
from homeroom.simulator.powerschool.tables import TABLES

SPACE = "{http://plugin.powerschool.pearson.com}"
LEVELS: tuple[Level, ...] = ("NONE", "READ", "FULL")


@dataclass(frozen=True, slots=True)
class Package:
    """What an uploaded plug-in asks for and brings."""

    name: str
    version: str
    v1: Level
    fields: dict[str, Access]
    queries: dict[str, Named]


def read(content: bytes, *, sound: bool = False) -> Package:
    """A package. Raises Rejected with every reason for which a server would refuse or not enable it.

    `sound`: its queries were looked at before, and need not be now.
    """
    files = _files(content)
    if "plugin.xml" not in files:
        raise Rejected(["There is no plugin.xml at the root of the package."])
    try:
        root = ET.fromstring(files["plugin.xml"])  # noqa: S314 a file that the person who runs the simulator installs
    except ET.ParseError as wrong:
        raise Rejected([f"plugin.xml is no XML: {wrong}."]) from None
    if root.tag != f"{SPACE}plugin":
        raise Rejected(["plugin.xml has another root or namespace than PowerSchool's plugin."])
    oauth = root.find(f"{SPACE}oauth")
    level = oauth.get("accessLevelV1Api", "NONE") if oauth is not None else "NONE"
    reasons = [] if oauth is not None else ["plugin.xml has no <oauth>: no credentials would be made."]
    if level not in LEVELS:
        reasons.append(f"accessLevelV1Api is {level}; there are NONE, READ and FULL.")
    fields = {f"{f.get('table')}.{f.get('field')}": f.get("access", "") for f in root.iter(f"{SPACE}field")}
    reasons += [f"The field {name} does not exist on this server." for name in fields if not _exists(name)]
    queries: dict[str, Named] = {}
    for name, text in files.items():
        if name.startswith("queries_root/") and name.endswith(".named_queries.xml"):
            try:
                queries |= named.read(text.decode("utf-8-sig"), sound=sound)
            except Rejected as wrong:
                reasons += wrong.reasons
    if reasons:
        raise Rejected(reasons)
    return Package(root.get("name", ""), root.get("version", ""), level, granted(fields), queries)  # type: ignore[arg-type]


def _files(content: bytes) -> dict[str, bytes]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {"plugin.xml": content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def _exists(field: str) -> bool:
    table, _, name = field.lower().partition(".")
    return table in TABLES and TABLES[table].column(name) is not None
