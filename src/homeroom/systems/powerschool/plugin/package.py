"""The ZIP that an administrator uploads: plugin.xml, the named queries, their permissions and their texts.

Made from the queries alone, the same bytes each time: the access request holds exactly the fields that the queries touch. Fields that not
every server has are in optional packs, since an upload that asks for an unknown field is refused as a whole and leaves the plug-in
disabled (reference: the package's life cycle).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from homeroom.roster.faults import Misuse
from homeroom.roster.words import in_a_row
from homeroom.systems.powerschool.plugin import extensions
from homeroom.systems.powerschool.plugin.queries import BASE, PREFIX, Query, packs

VERSION = "1.0.0"
"""Goes up with every change of a query or field: PowerSchool refuses the same version again."""
SPACE = "http://plugin.powerschool.pearson.com"
TITLE = "Homeroom"
"""The plug-in's name: an upgrade is matched by it."""
DESCRIPTION = "Reads schools, staff, students, contacts, classes and enrollments. Writes nothing."
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who stands behind the plug-in, as the administrator reads it. `url` is where the link in PowerSchool's menu leads, if one is wanted."""

    name: str = "Homeroom"
    email: str = "support@homeroom.example"
    url: str | None = None


def chosen(more: Sequence[str] = (), own: Sequence[str] = ()) -> list[Query]:
    """The queries of the base and of the optional packs that are named, with a district's own fields. Raises Misuse."""
    if unknown := sorted(set(more) - set(packs()[1:])):
        raise Misuse(
            "the plug-in has no pack {unknown}; there are {packs}.", unknown=in_a_row(unknown), packs=in_a_row(packs()[1:])
        )
    return [q for pack in packs() if pack == BASE or pack in more for q in extensions.extended(own) if q.pack == pack]


def versioned(more: Sequence[str] = (), own: Sequence[str] = (), version: str = VERSION) -> str:
    """The version of a package: its packs and its fields are parts of it, since PowerSchool refuses the same version again."""
    parts = [str(packs().index(p)) for p in packs()[1:] if p in more]
    return ".".join([version, *parts, *([f"0.{mark}"] if (mark := extensions.mark(extensions.read(own))) else [])])


def package(publisher: Publisher, more: Sequence[str] = (), version: str = VERSION, own: Sequence[str] = ()) -> bytes:
    """The plug-in's ZIP: the base, the optional packs that are named, and `own`, fields of the district's own extension tables.

    Raises Misuse for a pack or field that cannot be. A pack is part of the same plug-in and not one beside it: rights are checked on the plug-in whose credentials are used.
    """
    made = chosen(more, own)
    files = {
        "plugin.xml": _plugin(publisher, versioned(more, own, version), made),
        f"queries_root/{PREFIX}.named_queries.xml": _queries(made),
        f"permissions_root/{PREFIX}.permission_mappings.xml": _permissions(made),
        f"MessageKeys/{PREFIX}.US_en.properties": f"{PREFIX}.title={TITLE}\n{PREFIX}.description={DESCRIPTION}\n",
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text.encode())
    return buffer.getvalue()


def fields(made: Sequence[Query]) -> dict[str, str]:
    """The access request: every field that queries touch, with the reason for a person, by name."""
    found: dict[str, str] = {}
    for query in made:
        found |= {field.upper(): why for field, why in query.why.items()}
    return dict(sorted(found.items()))


def _plugin(publisher: Publisher, version: str, made: Sequence[Query]) -> str:
    requests = "".join(
        f'    <!-- {escape(why)} -->\n    <field table="{f.split(".")[0]}" field="{f.split(".")[1]}" access="ViewOnly"/>\n'
        for f, why in fields(made).items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<plugin xmlns="{SPACE}"\n        xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        f'        xsi:schemaLocation="{SPACE} plugin.xsd"\n'
        f'        name="{TITLE}"\n        version={quoteattr(version)}\n        description="{DESCRIPTION}">\n'
        f'  <oauth accessLevelV1Api="READ"/>\n  <access_request>\n{requests}  </access_request>\n{_links(publisher)}'
        f"  <publisher name={quoteattr(publisher.name)}>\n    <contact email={quoteattr(publisher.email)}/>\n  </publisher>\n</plugin>\n"
    )


def _links(publisher: Publisher) -> str:
    if publisher.url is None:
        return ""
    return (
        f"  <links>\n    <link display-text={quoteattr(publisher.name)} path={quoteattr(publisher.url)} title={quoteattr('Open ' + publisher.name)}>\n"
        '      <ui_contexts>\n        <ui_context id="admin.left_nav"/>\n      </ui_contexts>\n    </link>\n  </links>\n'
    )


def _queries(made: Sequence[Query]) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>\n<queries>\n' + "".join(map(_query, made)) + "</queries>\n"


def _query(query: Query) -> str:
    arguments = "".join(
        f'      <arg name={quoteattr(name)} column={quoteattr(field)} type="primitive" required="false" default="0"/>\n'
        for name, field in query.arguments.items()
    )
    columns = "".join(
        f"      <column column={quoteattr(field)}>{escape(alias)}</column>\n" for alias, field in query.columns.items()
    )
    return (
        f'  <query name={quoteattr(query.name)} coreTable={quoteattr(query.core)} flattened="true">\n'
        f"    <summary>{escape(query.summary)}</summary>\n    <description>{escape(query.description)}</description>\n"
        + (f"    <args>\n{arguments}    </args>\n" if arguments else "")
        + f"    <columns>\n{columns}    </columns>\n    <sql><![CDATA[\n{query.sql}\n    ]]></sql>\n  </query>\n"
    )


def _permissions(made: Sequence[Query]) -> str:
    allowed = "".join(f'    <implies allow="post">/ws/schema/query/{q.name}</implies>\n' for q in made)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<permission_mappings>\n  <permission name="/admin/home.html">\n{allowed}  </permission>\n</permission_mappings>\n'
