"""The settings of a source that say what one import may change before a person is asked. Part of the table in `source_settings`."""

from __future__ import annotations

from homeroom.roster.words import _
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting import Setting

HOLDING: tuple[Setting, ...] = (
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
