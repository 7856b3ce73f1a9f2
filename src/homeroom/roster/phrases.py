"""Phrases that stand in the places of declared sentences (`{why}`, `{what}`): what is wrong with an archive, a file, a server's answer.

Reports keep sentences in English, as programs read them. A phrase of these is known again when a sentence is said anew, so that it can be
said in the reader's language, with what stands in its own places. A test finds the phrases in the code of the rooms that write them.
"""

from __future__ import annotations

import re

from homeroom.roster.words import Said, Value, _, read_out

PLACES = frozenset({"why", "what", "entry", "trouble"})
"""Places of declared sentences in which a phrase may stand."""

PHRASES = (
    # archives (`reading.archives`, `reading.zips`)
    _("makes the delivery unpack to more than {bytes} bytes"), _("unpacks to more than {times} times the archive's size"),
    _("lists more than {entries} entries"), _("shares bytes with another entry"), _("would leave its folder"),
    _("begins at the root of a disk"), _("names a drive"), _("has a name that no file should have"), _("is a link"),
    _("is neither a file nor a folder"), _("its directory points to the wrong places"), _("an entry is longer than the archive"),
    _("it ends too early"), _("it uses a kind of compression that is not read"), _("a checksum does not match"),
    _("it is no archive of this kind, or its end is missing"), _("its bytes do not fit together"), _("its directory"), _("an entry"),
    # files (`reading.inspect`, `reading.kinds`, `layouts`)
    _("has {columns} columns; at most {most} are read"), _("it begins with 1 MiB of nothing"), _("its first line is longer than 1 MiB"),
    _("has no table's name before any word of its header"), _("it is an Excel workbook (XLS), not text"),
    _("it is an Excel workbook (XLSX), not text"), _("it is a ZIP archive, though its name does not say so"), _("it is a PDF document"),
    _("it is gzip-compressed, though its name does not say so"), _("it is a 7-Zip archive"), _("it is a RAR archive"),
    _("it is bzip2-compressed"), _("it is xz-compressed"), _("it is zstd-compressed"), _("it is a Parquet file"),
    _("it is a SQLite database"), _("it is a picture"), _("it is a rich text document"), _("it is encrypted with PGP"),
    _("it is an HTML page, as web servers send in place of a file when something is wrong"), _("it is an XML document"),
    _("it is a JSON document"), _("its bytes are no text"), _("it is too large for a manifest"),
    _("has no header line and {columns} columns where {expected} are expected"),
    _("has the columns of {file} instead of its own: perhaps the two files were swapped"),
    _("has no header line, so that it lacks the column {column}"), _("has no header line, so that it lacks the columns {columns}"),
    _("lacks the column {column}"), _("lacks the columns {columns}"),
    _("{file} was read instead"), _("its header is that of {file}, but its name is not"), _("no layout reads a file of this name"),
    _("no file that it is joined to was read"), _("{files} did not come"),
    _("the standard has no such property"), _("it stands there twice with different values; the first counts"), _("missing"),
    # schools, datasets, treatment
    _("No own school ({count} declared) is matched with a school of the SIS yet; it sends {schools}"),
    _("No school came and none is known; matched own schools: {count}"),
    _("No matched id ({count} in all) is among the {schools} schools of the SIS: {sis} is the number (identifier) of the school whose id is {id}. The match needs the id"),
    _("No matched id ({count} in all) is among the {schools} schools of the SIS: the match says {sis}, the SIS sends {sent}. Probably leading zeros were lost on one side"),
    _("No matched id ({count} in all) is among the {schools} schools of the SIS: the match says {sis}, the SIS sends {sent}. Probably this is the export of another district"),
    _("the column {before} is now written {now}"), _("the column {column} was {before} and is now {now}"),
    _("the column {column} named {before} and now names {now}"),
    _("This source speaks of school {school} alone, and no row names it; the files name {schools}"),
    # servers (`systems`)
    _("an answer that is cut off or no JSON"), _("an answer that is cut off"), _("an answer that is no JSON"), _("an answer of another shape"),
    _("an empty answer"), _("an answer of more than {size} MB"), _("the plug-in has no access level {levels} for /ws/v1"),
    _("the plug-in is disabled"), _("the plug-in may not do this"), _("the server asks for fewer calls"), _("the server failed"),
    _("the server is closed for maintenance"), _("the server refused the call"),
    _("the server shows a page where data was asked for: maintenance, or another address"),
    _("there is no such record, table or query"), _("a token answer without token or life"),
    _("an address with a user name or password in it is not used"), _("client id or secret is not that of an enabled plug-in"),
    _("fresh tokens are refused: is the plug-in enabled?"), _("the address of a PowerSchool server begins with https://"),
    _("a count that is no number"), _("a write without a result"), _("an id or name with characters that no id has"),
    _("no data version in the answer"), _("no {records} in the answer"), _("records without an id"),
    _("rows and count of a query did not agree in {passes} passes"), _("rows of a table without their key, or out of order"),
    _("there is no resource {kind}"), _("a list without an end"), _("the pages of a list did not agree in {passes} passes"),
    _("a table holds a number or a day that is none"), _("rows that a filter leaves out"),
    _("a class names a teacher whom the server does not have"), _("address"), _("client id"), _("client secret"), _("password or key"),
    _("a contact without its id"), _("the table {table}"),
    _("{host} does not take the client id and secret, or its plug-in is disabled"), _("{host} does not let {user} in"),
    _("it did not answer in time"), _("its name could not be looked up"), _("nothing listens there"), _("no answer in time"),
    _("no connection ({trouble})"), _("no connection could be made"), _("the connection broke off"),
    _("its certificate is not trusted: {trouble}"),
)  # fmt: skip
"""In the order in which they are tried."""
_AROUND = (_("{host}: {trouble}"), _("{host} ({trouble})"))
"""A server's name with a phrase behind it."""
_COUNTS = frozenset({"bytes", "times", "entries", "columns", "most", "expected", "count", "schools", "passes"})
"""Places of phrases in which a number may stand, which each language writes in its own way."""


def phrase(text: str) -> Said | None:
    """The phrase that a text is, to be said anew; None where it is none of them (the name of a table, a server's own words)."""
    for each in PHRASES:
        if (found := read_out(each.text, text)) is not None:
            return Said(each.text, {name: _value(name, value) for name, value in found.items()})
    for each in _AROUND:
        if (found := read_out(each.text, text)) is not None and (inner := phrase(found["trouble"])) is not None:
            return Said(each.text, {"host": found["host"], "trouble": inner})
    return None


def _value(name: str, text: str) -> Value:
    if name in _COUNTS and re.fullmatch(r"\d{1,3}(,\d{3})*", text):
        return int(text.replace(",", ""))
    return text
