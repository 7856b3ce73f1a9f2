"""The settings of a source that say how its files are read, and what its rows may hold. Parts of the table in `source_settings`."""

from __future__ import annotations

from homeroom.layouts.schools.rules import COLUMN, WORDS
from homeroom.roster.words import _
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting import Setting

READING: tuple[Setting, ...] = (
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
)  # fmt: skip


ROWS_AND_SCHOOLS: tuple[Setting, ...] = (
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
        "Switched off, nothing is ever written there; a dry run shows what would be. The plug-in needs the access level FULL as well.",
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
)  # fmt: skip
"""Checks of rows, whose records they are beside other sources, and schools that step out."""
