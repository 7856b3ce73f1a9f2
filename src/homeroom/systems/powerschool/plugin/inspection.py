"""A plug-in's package held against PowerSchool's rules before anybody uploads it. Every fault at once, as sentences.

Rules: reference, the package and PowerQuery files. An upload that breaks one is refused by the server, or cannot be enabled.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

SPACE = "{http://plugin.powerschool.pearson.com}"
_VERSION = re.compile(r"[0-9][0-9.]{0,19}")
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){4}")
_ALIAS = re.compile(r"\w+(?:\.\w+)?")
_FOLDERS = ("queries_root/", "permissions_root/", "user_schema_root/", "web_root/", "MessageKeys/", "pagecataloging/")
MOST = {"name": 40, "version": 20, "description": 256}


def faults(content: bytes) -> list[str]:
    """What a server would not take of a plug-in's ZIP; empty for a good one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {n: archive.read(n) for n in archive.namelist() if not n.endswith("/")}
    except zipfile.BadZipFile:
        return ["The package is no ZIP file."]
    if "plugin.xml" not in files:
        return ["plugin.xml does not lie at the root of the package."]
    found = [
        f"{name} lies in a folder that a plug-in does not have."
        for name in files
        if name != "plugin.xml" and not name.startswith(_FOLDERS)
    ]
    granted: set[str] = set()
    for name, text in files.items():
        if not name.endswith(".xml"):
            continue
        try:
            root = ET.fromstring(text)  # noqa: S314 - a package of our own making
        except ET.ParseError as wrong:
            found.append(f"{name} is no XML: {wrong}.")
            continue
        if name == "plugin.xml":
            granted = {f"{f.get('table', '')}.{f.get('field', '')}".upper() for f in root.iter(f"{SPACE}field")}
            found += _plugin(root)
    for name, text in files.items():
        if name.startswith("queries_root/") and name.endswith(".named_queries.xml"):
            for query in ET.fromstring(text).iter("query"):  # noqa: S314
                found += [f"{query.get('name')}: {what}" for what in _query(query, granted)]
    return found


def _plugin(root: ET.Element) -> Iterator[str]:
    if root.tag != f"{SPACE}plugin":
        yield "plugin.xml has another root or namespace than PowerSchool's plugin."
    for attribute, most in MOST.items():
        value = root.get(attribute, "")
        if not value or len(value) > most:
            yield f"The plug-in's {attribute} has {len(value)} characters; 1 to {most} are allowed."
    if not _VERSION.fullmatch(root.get("version", "")):
        yield "The plug-in's version is not made of digits and dots."
    publisher, contact = root.find(f"{SPACE}publisher"), root.find(f"{SPACE}publisher/{SPACE}contact")
    if publisher is None or not 0 < len(publisher.get("name", "")) <= 100:
        yield "The publisher has no name of 1 to 100 characters."
    if contact is None or not 0 < len(contact.get("email", "")) <= 40:
        yield "The publisher's contact has no e-mail address of 1 to 40 characters."
    level = getattr(root.find(f"{SPACE}oauth"), "attrib", {}).get("accessLevelV1Api", "NONE")
    if level not in ("NONE", "READ", "FULL"):
        yield f"accessLevelV1Api is {level}; there are NONE, READ and FULL."
    for field in root.iter(f"{SPACE}field"):
        named = f"{field.get('table', '')}.{field.get('field', '')}"
        if any(not 0 < len(field.get(part, "")) <= 30 for part in ("table", "field")):
            yield f"The field {named} has a name that is not 1 to 30 characters long."
        if field.get("access") not in ("ViewOnly", "FullAccess"):
            yield f"The field {named} asks for an access that does not exist."


def _query(query: ET.Element, granted: set[str]) -> Iterator[str]:
    name, sql = query.get("name", ""), (query.findtext("sql") or "").strip()
    if not _NAME.fullmatch(name) or len(name) > 200 or name.startswith("com.powerschool"):
        yield "the name is not five parts in small letters."
    if len(query.findtext("summary") or "") > 50:
        yield "the summary has more than 50 characters."
    if query.get("flattened") == "true" and not query.get("coreTable"):
        yield "there is no core table, so aliases of one part have no place."
    columns = [(c.get("column", ""), (c.text or "").strip()) for c in query.iter("column")]
    aliases = [alias.lower() for _, alias in columns]
    for alias in {a for a in aliases if aliases.count(a) > 1}:
        yield f"the alias {alias} stands twice."
    for alias in aliases:
        if not _ALIAS.fullmatch(alias):
            yield f"the alias {alias} has signs other than letters, digits and underscores."
    if "~(" in sql:
        yield "the SQL holds a tag of PowerSchool's pages, which makes the query unreachable."
    try:
        tree = parse_one(sql, read="oracle")
    except SqlglotError as wrong:
        yield f"the SQL cannot be read: {str(wrong).splitlines()[0]}"
        return
    assert isinstance(tree, exp.Query)
    yield from _selected(tree, columns)
    yield from _rights(tree, columns, granted)
    bound = {str(p.this).lower() for p in tree.find_all(exp.Placeholder)}
    declared = {a.get("name", "").lower() for a in query.iter("arg")}
    for argument in sorted(bound ^ declared):
        yield f"the argument {argument} is {'not declared' if argument in bound else 'declared and not used'}."


def _selected(tree: exp.Query, columns: list[tuple[str, str]]) -> Iterator[str]:
    chosen = [s.alias_or_name.lower() for s in tree.selects]
    if len(chosen) != len(columns):
        yield f"the SQL selects {len(chosen)} columns, {len(columns)} are declared."
    elif chosen != [alias.lower().rpartition(".")[2] for _, alias in columns]:
        yield "the columns that are declared are not those that are selected, in their order."
    if len(set(chosen)) != len(chosen):
        yield "two selected columns have one name."
    order = tree.args.get("order")
    if order is None:
        yield "there is no ORDER BY: pages would not hold together."
        return
    by = [o.this.name.lower() for o in order.expressions]
    if any(name not in chosen for name in by):
        yield "it is ordered by a column that is not selected: the Data Export Manager cannot run it."


def _rights(tree: exp.Query, columns: list[tuple[str, str]], granted: set[str]) -> Iterator[str]:
    touched = touched_fields(tree) | {real.upper() for real, _ in columns}
    for field in sorted(touched - granted):
        yield f"the field {field} is used and not asked for."


def touched_fields(tree: exp.Expr) -> set[str]:
    """The real fields that SQL names, as `TABLE.FIELD` in capitals; columns of its own sub-queries are none."""
    made = {c.alias_or_name.lower() for c in tree.find_all(exp.CTE)}
    tables = {t.alias_or_name.lower(): t.name.upper() for t in tree.find_all(exp.Table) if t.name.lower() not in made}
    return {
        f"{tables[c.table.lower()]}.{c.name.upper()}" for c in tree.find_all(exp.Column) if c.table and c.table.lower() in tables
    }
