"""The settings of a source that say when its data comes, and when it rests. Part of the table in `source_settings`."""

from __future__ import annotations

from homeroom.roster.words import _
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting import PULLED, PUSHED, REMOTE, Setting

ARRIVAL: tuple[Setting, ...] = (
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
)  # fmt: skip
