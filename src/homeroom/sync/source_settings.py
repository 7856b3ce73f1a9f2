"""The settings of a source: the one table from which the commands, the checks of what is typed and the reference page are made.

To add a setting, add an entry to `SETTINGS` (those about people and scope stand in `scope_settings`), and read it with
`value(source, "its_name")` where it takes effect. Nothing else lists settings. What a source does not say has the default.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from homeroom.layouts.schools.rules import COLUMN, WORDS
from homeroom.roster.faults import Misuse
from homeroom.roster.words import Value, _, filled, in_a_row
from homeroom.store.sources import NAMES, Source
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.scope_settings import PEOPLE_AND_SCOPE
from homeroom.sync.setting import PULLED, PUSHED, REMOTE, WHEN, Group, Setting
from homeroom.sync.setting_kinds import Kind
from homeroom.systems.powerschool.plugin.extensions import faults as extension_faults

__all__ = ["BY_NAME", "LIMITS", "PULLED", "PUSHED", "REMOTE", "SETTINGS", "WHEN", "Group", "Setting"]

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "name", "Arrival", kinds.text(_("a text of 1 to 100 characters"), r"[^\x00-\x1f]{1,100}"), None,
        "What people call the source.", "Shown in lists; nothing depends on it.", fallback="what it is, such as SFTP folder",
        example="Nightly export",
    ),
    Setting(
        "host", "Connection", kinds.text(_("the name or address of a server"), r"[A-Za-z0-9._:\[\]-]{1,253}"), None,
        "The district's SFTP server.", "Homeroom connects to it and to no other.",
        kept=("connection", "host"), kinds=REMOTE, fallback="must be given", example="sftp.pinewood.example", required=True,
    ),
    Setting(
        "port", "Connection", kinds.whole(1, 65535), 22,
        "The port of that server.", "Homeroom connects to it.", kept=("connection", "port"), kinds=REMOTE, example="2022",
    ),
    Setting(
        "username", "Connection", kinds.text(_("a user name of 1 to 100 characters"), r"[^\x00-\x1f]{1,100}"), None,
        "The user name that the district gave to Homeroom.", "Homeroom logs in with it, and with the source's secret, which is given apart.",
        kept=("connection", "username"), kinds=REMOTE, fallback="must be given", example="homeroom", required=True,
    ),
    Setting(
        "url", "Connection", kinds.text(_("an address that begins with https://"), r"https?://[A-Za-z0-9._:\[\]-]{1,253}/?"), None,
        "The district's server, without a path.", "Homeroom connects to it and to no other.",
        kept=("connection", "url"), kinds=("powerschool",), fallback="must be given", example="https://powerschool.pinewood.example",
        required=True,
    ),
    Setting(
        "client_id", "Connection", kinds.text(_("a text of 1 to 200 characters"), r"[^\x00-\x20]{1,200}"), None,
        "The client id that the district's server shows for Homeroom's plug-in.",
        "Homeroom signs in with it, and with the source's secret, which is given apart.",
        kept=("connection", "client_id"), kinds=("powerschool",), fallback="must be given",
        example="5b3f6c1e-2d47-4e0a-9c55-0f6f3a1d7e42", required=True,
    ),
    Setting(
        "give_up_seconds", "Connection", kinds.number(0, 3600), 300,
        "How long Homeroom tries one call of a server that fails, or asks to wait, before it gives the night up.",
        "The import then fails as `connection` or `answer_broken`, and nothing is changed.", unit="seconds",
        kept=("connection", "give_up_seconds"), kinds=("powerschool",), example="900",
    ),
    Setting(
        "way", "Connection", kinds.one_of("auto", "queries", "tables", "v1"), "auto",
        "The road by which PowerSchool is fetched: the queries of Homeroom's plug-in, the tables that they read, or `/ws/v1`.",
        "`auto` takes the first that is open. After a night by queries or tables v1 is never taken, since it has no guardians and no co-teachers: `way_narrower`.",
        kept=("connection", "way"), kinds=("powerschool",), example="tables",
    ),
    Setting(
        "extension_fields", "Connection",
        Kind(_("fields as students.u_students_extension.preferredname"), extension_faults, kinds.items), (),
        "Fields of the district's own, in tables beside PowerSchool's of students, schools, users and sections.",
        "The plug-in asks for them and its queries bring each as a column of its name; install it anew after a change.",
        kept=("connection", "extension_fields"), kinds=("powerschool",), fallback="none",
        example="schools.u_schools_extension.ignoreforintegration",
    ),
    Setting(
        "changes_application", "Connection", kinds.text(_("a name of 1 to 100 letters, digits, dots, dashes"), r"[A-Za-z0-9._-]{1,100}"), None,
        "The name under which the district's PowerSchool numbers changes for Homeroom: its data version subscription.",
        "The rounds of `every_minutes` then ask which records changed, and read those alone. Where the server does not know the name or "
        "the number any more, a round reads everything.",
        kept=("connection", "changes_application"), kinds=("powerschool",), fallback="each round reads everything", example="Homeroom",
    ),
    Setting(
        "path", "Connection", kinds.text(_("a folder of 1 to 500 characters"), r"[^\x00-\x1f]{1,500}"), ".",
        "The folder on that server. Parts such as `%Y-%m-%d` stand for the day in the district's own time.",
        "Files in it are fetched; folders in it are not entered and links not followed.",
        kept=("connection", "path"), kinds=REMOTE, example="/exports/%Y-%m-%d",
    ),
    Setting(
        "files", "Connection", kinds.several(_("a list of patterns, as *.csv"), judges.pattern), (),
        "Which files of the folder belong to the set: patterns with `*` and `?`.",
        "Others are not fetched. Of files whose names differ by a date alone the newest is fetched.",
        kept=("connection", "files"), kinds=REMOTE, fallback="all files", example="*.csv,*.zip",
    ),
    Setting(
        "host_key", "Connection",
        kinds.text(_("a kind and a fingerprint, as ssh-ed25519 SHA256:..."), r"[a-z0-9@.-]+ SHA256:[A-Za-z0-9+/]{43}=?"), None,
        "The host key that the server must show. It is pinned when Homeroom first connects.",
        "A server with another key is not logged in to: the import fails as `host_key_changed`. Taken out, the next connection pins anew.",
        kept=("connection", "host_key"), kinds=REMOTE, fallback="pinned at the first connection",
        example="ssh-ed25519 SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
    ),
    Setting(
        "enabled", "Arrival", kinds.yes_no(), True,
        "Whether the source is open.",
        "Closed, its account cannot log in, and what lies in its folder stays there untouched.", "log-in",
        example="false",
    ),
    Setting(
        "start", "Arrival", kinds.text(_("a time of day, as 02:30"), r"([01]\d|2[0-3]):[0-5]\d"), None,
        "The time of day, in the district's own time zone, at which a set that has come is imported.",
        "Sets are sealed when they are whole and wait for this time; of several the newest is imported. A set that is not whole "
        "by then fails as `incomplete_set`. What is handed in by hand does not wait.", "look", fallback="a whole set is imported at once",
        example="02:30",
    ),
    Setting(
        "days", "Arrival", kinds.several(_("a list of days, as mon,tue,wed,thu,fri"), judges.day), (),
        "The days of the week on which `start` and `expected_by` count.",
        "On other days a source that is fetched rests, and what was pushed waits for the next of these days. Nothing is late then.",
        "look", kept=("days",), fallback="every day", example="mon,tue,wed,thu,fri",
    ),
    Setting(
        "expected_by", "Arrival", kinds.text(_("a time of day, as 03:00"), r"([01]\d|2[0-3]):[0-5]\d"), None,
        "The time of day, in the district's own time zone, by which data of the source is there.",
        "A source of which nothing came between two such times is told as late, until something comes.", "look",
        kept=("expected_by",), fallback="the source is never late", example="03:00",
    ),
    Setting(
        "every_minutes", "Arrival", kinds.whole(5, 1440), None,
        "By day, how many minutes lie between two rounds in which Homeroom looks for changes.",
        "Each round is an import of what is new on the other side, beside the nightly `start`.", "look", "minutes",
        ("every_minutes",), PULLED, "only at `start`, and when a person fetches", "30",
    ),
    Setting(
        "day_hours", "Arrival", kinds.text(_("two times of day, as 06:00..18:00"), r"([01]\d|2[0-3]):[0-5]\d\.\.([01]\d|2[0-3]):[0-5]\d"), "06:00..20:00",
        "The hours, in the district's own time zone, in which the rounds of `every_minutes` are made.",
        "Outside of them only `start` counts.", "look", kept=("day_hours",), kinds=PULLED, example="07:00..17:00",
    ),
    Setting(
        "notice_seconds", "Arrival", kinds.number(0, 3600), 20,
        "How long notices of change are gathered before the records that they name are read.",
        "All of that time are one import, each record once, however often it was named. More than 2,000 records are one whole pull instead.",
        "look", "seconds", ("notice_seconds",), ("powerschool",), example="60",
    ),
    Setting(
        "pause", "Arrival", kinds.several(_("a list of stretches of the year, each for all or for one table"), judges.rest), (),
        "Stretches of the year in which nothing is imported, such as the summer: `MM-DD..MM-DD`, both days included, in the "
        "district's own time zone. One may go over New Year. With a table before it, `enrollments 06-15..08-10`, only that table rests, "
        "and others go on; `contacts` are files of students' contacts.",
        "Sets are sealed and kept, as long as raw files are kept, and the roster stays as it is. After the pause the newest set "
        "is imported. A source that is fetched rests; what is handed in by hand does not wait. Of a table that rests alone the files are left "
        "unread and nothing is removed, and the report says so.",
        "look", kept=("pause",), fallback="no pause", example="06-15..08-10",
    ),
    Setting(
        "quiet_seconds", "Arrival", kinds.number(0), None,
        "How long a set must lie still before it is taken, on our side or, for `sftp-pull`, on the district's.",
        "Shorter, a set is imported sooner; too short, a set that is sent with pauses is taken apart. Fetching by hand does not wait.", "look", "seconds",
        ("quiet_seconds",), (*PUSHED, *REMOTE), "`HOMEROOM_QUIET_SECONDS`", "120",
    ),
    Setting(
        "patience_minutes", "Arrival", kinds.number(0), 30,
        "How long a set that is not whole may lie still before it is given up: a required file, or one that `manifest.csv` "
        "promises, did not come or was cut off.",
        "The set is sealed as it is and its import fails as `incomplete_set`. A source with a `start` waits until that time "
        "instead.", "look", "minutes", ("patience_minutes",), PUSHED, example="90",
    ),
    Setting(
        "layouts", "Reading", kinds.checked(_("a layout set, or a folder of layouts"), lambda v: None), None,
        "The layout set that reads the files: the name of one that ships, or a folder of layout files.",
        "Without one, each delivery is read by the set that fits its files.", fallback="the set that fits",
        example="powerschool-dem",
    ),
    Setting(
        "encoding", "Reading", kinds.checked(_("an encoding"), judges.encoding), None,
        "The encoding of the source's text files, such as `utf-8`, `windows-1252` or `utf-16`.",
        "Nothing is guessed. A file that begins with a byte order mark is still read by its mark.",
        kept=("read", "encoding"), fallback="found in each file", example="windows-1252",
    ),
    Setting(
        "delimiter", "Reading", kinds.checked(_("one character, or `tab`"), judges.delimiter), None,
        "The character between cells: `,`, `|`, `;` or `tab`.", "Nothing is guessed.",
        kept=("read", "delimiter"), fallback="found in each file", example="tab",
    ),
    Setting(
        "quoted", "Reading", kinds.yes_no(), None,
        "Whether quotes around cells are marks and not text.", "Nothing is guessed.",
        kept=("read", "quoted"), fallback="found in each file", example="false",
    ),
    Setting(
        "header", "Reading", kinds.yes_no(), None,
        "Whether the files begin with a line of column names.",
        "Without a header only a layout that goes by positions can read a file.",
        kept=("read", "header"), fallback="found in each file", example="true",
    ),
    Setting(
        "strip_prefix", "Reading", kinds.one_of("strip", "keep", "require", yes="strip", no="keep"), "strip",
        "What becomes of a table's name before a column name (`USERS.sourcedId`): it is taken off, kept, or must be there and is taken off.",
        "Kept, the layout must name the columns with it. Required, a file of which no header word has one is not read (`prefix_missing`). "
        "`true` and `false` mean `strip` and `keep`.", kept=("read", "strip_prefix"), example="require",
    ),
    *PEOPLE_AND_SCOPE,
    Setting(
        "date_forms", "Checks", kinds.mapping(_("an object of columns and forms"), judges.date_form, str), {},
        "How dates are written, by column: `demographics.birthDate` is written `MM/DD/YYYY`; the column `*` stands for all. A form is made of "
        "`YYYY` or `YY`, `MM` or `MMM` (Jan), `DD` and the signs between.",
        "Days and months are no longer told apart by looking at the whole column.",
        kept=("checks", "date_forms"), fallback="told from the whole column", example='{"*": "MM/DD/YYYY"}',
    ),
    Setting(
        "keep_unknown", "Checks", kinds.mapping(_("an object of code lists and lists of words"), judges.kept_words, kinds.items), {},
        "Words outside a code list that are kept, by code list (`*` among the words: all).",
        "A row with such a word is taken with the warning `code-open` instead of being refused.",
        kept=("checks", "keep_unknown"), fallback="none", example='{"classType": ["club"]}',
    ),
    Setting(
        "waived", "Checks", kinds.several(_("a list of columns, as users.givenName"), judges.column), (),
        "Columns that may be blank although the standard requires them.",
        "A blank there no longer refuses the row.", kept=("checks", "waived"), fallback="none", example="users.familyName",
    ),
    Setting(
        "required", "Checks", kinds.several(_("a list of columns, as users.email"), judges.column), (),
        "Columns that must be filled although the standard does not require them.",
        "A blank there refuses the row, in files that have the column.", kept=("checks", "required"), fallback="none",
        example="users.email",
    ),
    Setting(
        "unchecked", "Checks", kinds.several(_("a list of tables"), judges.table), (),
        "Tables whose ids are not looked up.",
        "A row may name a record of such a table that is nowhere; it is kept as it is sent.",
        kept=("checks", "unchecked"), fallback="none", example="courses",
    ),
    Setting(
        "create_only", "Ownership", kinds.several(_("a list of columns, as users.username"), judges.owned), (),
        "Columns, or entries of the metadata (`users.metadata.homeroom`), that the source writes when a record is new, and never again.",
        "A later value is left aside, and the report says so (`field-create-only`). What is blank stays blank.",
        kept=("ownership", "create_only"), fallback="none", example="users.username,users.preferredGivenName",
    ),
    Setting(
        "update_language", "Ownership", kinds.yes_no(), True,
        "Whether the source goes on writing a person's language (`users.metadata.language`) after the record is made.",
        "Switched off, the language is written when a person is new, and never again; a later one is left aside, and the report "
        "says so (`field-create-only`).", kept=("ownership", "update_language"), example="false",
    ),
    Setting(
        "update_contacts", "Ownership", kinds.yes_no(), False,
        "Whether the source goes on writing the contact details (`users.email`, `users.sms`, `users.phone`) of people who have joined. "
        "A mark on the person's record says that somebody has.",
        "Switched off, they are left to that person, and the report says so (`field-of-joined`). Whoever has not joined is written in any case.",
        kept=("ownership", "update_contacts"), example="true",
    ),
    Setting(
        "write_back", "Ownership", kinds.yes_no(), False,
        "Whether students may be updated and inserted in the district's own PowerSchool.",
        "Switched off, nothing is ever written there; A dry run shows what would be. The plug-in needs the access level FULL as well.",
        "write-back", kept=("write_back",), kinds=("powerschool",), example="true",
    ),
    Setting(
        "same_system", "Several sources", kinds.several(_("a list of numbers of sources"), judges.source_number), (),
        "Other sources of the district that carry the records of the same system with the same ids by another road. Files and API of one "
        "PowerSchool are such. It holds in both directions.",
        "Each may write and remove the other's records; otherwise a row whose id another source holds is refused as "
        "`key-of-another-source`.", kept=("same_system",), fallback="none", example="2",
    ),
    Setting(
        "id_prefix", "Several sources", kinds.text(_("1 to 20 letters, digits, points, hyphens or underscores"), r"[A-Za-z0-9._-]{1,20}"), None,
        "What is put before every id of this source, and before every reference to one, so that the ids of two systems cannot meet. "
        "Set it before the first import: afterwards every record would leave and come again under a new id.",
        "Records are held, served and told of with the prefix; the files stay as they are.",
        kept=("ids", "prefix"), fallback="none", example="sis2-",
    ),
    Setting(
        "shared_tables", "Several sources", kinds.several(_("a list of tables"), judges.table), (),
        "Tables whose ids get no prefix, because another source holds the same records: the schools that both systems know.",
        "References to them lead to the other source's records. Rows of such a table are refused as `key-of-another-source` as long "
        "as the other source holds them.", kept=("ids", "shared"), fallback="none", example="orgs",
    ),
    Setting(
        "ignore_schools", "Schools", kinds.several(_("a list of schools, as 0310 or 0310 outside 06-15..08-10"), judges.school_rule), (),
        "Schools that step out, by their ids as the files have them: always (`0310`), in a stretch of the year (`0310 06-15..08-10`), or "
        "outside of one, such as summer schools (`0310 outside 06-15..08-10`). Days are those of the district's own time zone, first and "
        "last included.",
        "Nothing of such a school is read, changed or removed; what the roster has of it is served as it is. The report tells it under "
        "`skipped`.", kept=("schools", "ignore"), fallback="none", example="0310 outside 06-15..08-10",
    ),
    Setting(
        "ignore_schools_when", "Schools", kinds.checked(_("a formula that says yes or no"), judges.school_formula), None,
        "A formula over a school's row that says yes for schools that step out. It may name "
        + ", ".join(f"`{w}`" for w in WORDS) + "; `today` is the date in the district's own time zone, as `2026-07-01`.",
        "As with `ignore_schools`.", kept=("schools", "when"), fallback="none",
        example="name like '%Summer%' and not right(today, 5) between '06-15' and '08-10'",
    ),
    Setting(
        "ignore_column", "Schools", kinds.text(_("the name of a column of the schools' file, or `none`"), r"[^\x00-\x1f]{1,100}"), COLUMN,
        "The column of the schools' file by which a school says for itself that it steps out: a yes or no in any spelling, stored or "
        "calculated by the student information system. Case, underscores and a table's name before it do not count.",
        "A school with a yes steps out. `none`: no column counts.", kept=("schools", "column"), example="IgnoreForIntegration",
    ),
    Setting(
        "remove_share", "Limits", kinds.number(0, 1), 0.10,
        "The share of active records, per table and per school, that one import may remove.",
        "More is a hold (`limit_exceeded`).", kept=("limits", "remove_share"), example="0.2",
    ),
    Setting(
        "update_share", "Limits", kinds.number(0, 1), 0.75,
        "The share of active records, per table and per school, that one import may change.",
        "More is a hold (`limit_exceeded`).", kept=("limits", "update_share"), example="0.9",
    ),
    Setting(
        "refused_share", "Limits", kinds.number(0, 1), 0.25,
        "The share of a table's rows that may be refused beyond those that were refused in the last import; never less than `floor` rows.",
        "More is a hold (`too_many_refused`). A district whose bad rows are known is not held for them every night.",
        kept=("limits", "refused_share"), example="0.1",
    ),
    Setting(
        "floor", "Limits", kinds.whole(0), 9,
        "How many records, per table and per school, may always be removed, changed or refused, whatever their share. Not counted for orgs and "
        "academicSessions, nor where a school or a table would lose everything.",
        "A small school does not wait for a person because of two families that moved.", unit="records",
        kept=("limits", "floor"), example="20",
    ),
    Setting(
        "shrunk_share", "Limits", kinds.number(0, 1), 0.5,
        "The share of its last rows at which a complete file counts as shrunk.",
        "A file with no more than this is a hold (`file_shrunk`).", kept=("limits", "shrunk_share"), example="0.3",
    ),
    Setting(
        "same_people_share", "Limits", kinds.number(0, 1), 0.5,
        "The share of removed people that may come again under other ids.",
        "More is a hold (`rekeyed`).", kept=("limits", "same_people_share"), example="0.5",
    ),
    Setting(
        "policy", "Limits", kinds.one_of("hold", "fail"), "hold",
        "What becomes of an import that goes over a limit.",
        "`hold`: it waits for a person. `fail`: it ends as failed. The last good roster is served on with both.",
        kept=("limits", "policy"), example="fail",
    ),
    Setting(
        "table_limits", "Limits",
        kinds.mapping(_("an object of tables and limits"), judges.table_limit, kinds.loose, depth=2), {},
        "Limits of single tables, in place of those of the whole source: `remove_share`, `update_share`, `refused_share`, "
        "`shrunk_share`, `floor`.",
        "They count for the table and for each school in it.", kept=("limits", "tables"), fallback="none",
        example='{"enrollments": {"remove_share": 0.5}}',
    ),
    Setting(
        "seasonally_empty", "Limits", kinds.several(_("a list of tables, as enrollments or enrollments 06-15..08-10"), judges.season), (),
        "Tables whose complete file may come without rows, always or in a stretch of the year: `enrollments 06-15..08-10`.",
        "An empty file is then a hold (`seasonally_empty`) and no failure (`suddenly_empty`).",
        kept=("limits", "seasonally_empty"), fallback="none", example="enrollments 06-15..08-10",
    ),
)  # fmt: skip

BY_NAME: Mapping[str, Setting] = {s.name: s for s in SETTINGS}
LIMITS: Mapping[str, str] = {s.kept[1]: s.name for s in SETTINGS if s.kept[:1] == ("limits",)}
"""What `Limits` calls a limit -> the setting's name."""


def setting(name: str) -> Setting:
    """The setting of that name. Raises Misuse with the nearest one."""
    if name not in BY_NAME:
        near = difflib.get_close_matches(name, BY_NAME, n=1)
        if near:
            raise Misuse("a source has no setting {name}; did you mean {near}?", name=name, near=near[0])
        raise Misuse("a source has no setting {name}; it has {known}.", name=name, known=in_a_row(BY_NAME))
    return BY_NAME[name]


def value(source: Source, name: str) -> Any:
    """What counts for a source: what was set, else the default."""
    found = said(source, name)
    return BY_NAME[name].default if found is None else found


def said(source: Source, name: str) -> Any:
    """What was set, or None."""
    known = BY_NAME[name]
    if not known.kept:
        return getattr(source, name)
    return _at(source.settings, known.kept)


def _at(settings: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        settings = settings.get(step) if isinstance(settings, Mapping) else None
    return settings


def connection(source: Source) -> dict[str, Any]:
    """What a source that is fetched needs to know of the other side, by name; names without a value are left out."""
    mine = [s for s in SETTINGS if s.group == "Connection" and source.kind in s.kinds]
    return {s.name: given for s in mine if (given := value(source, s.name)) is not None}


def is_set(source: Source, name: str) -> bool:
    """Whether something else than the default counts."""
    given = said(source, name)
    return given is not None and given != BY_NAME[name].default and not (name == "name" and given == NAMES[source.kind])


def written(source: Source, name: str) -> str:
    """The value in words, as it could be typed again."""
    return spelled(BY_NAME[name], value(source, name))


def spelled(known: Setting, given: Any) -> str:
    """A value as it is typed: JSON for numbers, yes or no and objects, words with commas between them for lists."""
    if given is None or given == () or given == [] or given == {}:
        return known.fallback.replace("`", "")
    if isinstance(given, list | tuple):
        return ",".join(map(str, given))
    return given if isinstance(given, str) else json.dumps(given)


def typed(changes: Iterable[str], source: Source | None = None) -> dict[str, Any]:
    """Values by name from texts `NAME=VALUE`; `NAME=` puts the default back (None), `NAME.ENTRY=VALUE` sets one entry of an object.

    `source` gives the objects that entries are set in. Raises Misuse for what is no such text.
    """
    found: dict[str, Any] = {}
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise Misuse("{change!r} sets nothing: write NAME=VALUE.", change=change)
        name, _point, entry = path.strip().partition(".")
        known = setting(name)
        if entry and not known.kind.depth:
            raise Misuse("{name} has no entries: write {name}=VALUE.", name=name)
        if not entry:
            found[name] = known.kind.read(text) if text else None
            continue
        whole = found.get(name) or (said(source, name) if source else None) or {}
        found[name] = _with(whole, entry.split(".", 1) if known.kind.depth == 2 else [entry], text, known.kind)
    return found


def _with(whole: Mapping[str, Any], path: list[str], text: str, kind: Kind) -> dict[str, Any]:
    """The object with one entry set, or taken out where the text is empty."""
    made = dict(whole)
    if len(path) == 2:
        made[path[0]] = _with(made.get(path[0], {}), path[1:], text, kind)
    elif text:
        made[path[0]] = kind.read(text)
    else:
        made.pop(path[0], None)
    return made


def judge(values: Mapping[str, Any], source_kind: str) -> None:
    """Look at values by name before they are kept. Raises Misuse, telling every mistake at once."""
    wrong: list[Value] = []
    for name, given in values.items():
        known = setting(name)
        if known.kinds and source_kind not in known.kinds:
            only = in_a_row(known.kinds)
            wrong.append(
                _(
                    "{setting} does nothing for a source of kind {kind} (only for {kinds}).",
                    setting=name,
                    kind=source_kind,
                    kinds=only,
                )
            )
        elif given is not None and (fault := known.kind.judge(given)) is not None:
            wrong.append(filled(fault, setting=name))
    if wrong:
        raise Misuse("These settings cannot be used: {wrong}", wrong=in_a_row(wrong, " "))


def kept(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The source's settings with values put where they are kept; None takes one out."""
    made: dict[str, Any] = dict(settings)
    for name, given in values.items():
        known = BY_NAME[name]
        if given is None and known.lasting and _at(made, known.kept) is not None:
            given = known.default
        if known.kept:
            made = _put(made, known.kept, given)
    return made


def _put(settings: Mapping[str, Any], path: tuple[str, ...], given: Any) -> dict[str, Any]:
    made = dict(settings)
    if len(path) > 1:
        made[path[0]] = _put(made.get(path[0], {}), path[1:], given)
        given = made[path[0]] or None
    if given is None:
        made.pop(path[0], None)
    elif len(path) == 1:
        made[path[0]] = given
    return made
