"""Settings that act on rows: by what people are known, who is taken, of what the source speaks. Part of the table of `source_settings`."""

from __future__ import annotations

from homeroom.roster.words import _
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting import Setting

PEOPLE_AND_SCOPE: tuple[Setting, ...] = (
    Setting(
        "student_id", "People and scope", kinds.one_of("sourcedId", "student_number", "userMasterIdentifier"), "sourcedId",
        "By what students are known: the `sourcedId` of the files, the student number (the column that OneRoster calls `identifier`), or "
        "`userMasterIdentifier`.",
        "With a number, the key of every student and every mention of one become the number together; the record keeps the system's own id as "
        "`metadata.sisSourcedId`. A student without number, or with one that another has, is refused (`student-number-missing`, "
        "`student-number-shared`). Changed on a district with students, the next import waits for a person (`rekeyed`): approved, every student "
        "leaves and comes again under the other id.", kept=("treatment", "student_id"), example="student_number",
    ),
    Setting(
        "phone_credential", "People and scope", kinds.one_of("sms", "phone"), "sms",
        "The phone column by which people log in to applications and can be reached.",
        "It is written into the record of everybody who has such a number (`metadata.credentialPhone`); without that member it is `sms`. With "
        "`phone`, the contact rules take a number at home for one by which a guardian is reached. They no longer take a mobile one.",
        kept=("treatment", "phone_credential"), example="phone", lasting=True,
    ),
    Setting(
        "swap_sms_phone", "People and scope", kinds.yes_no(), False,
        "Whether the files label mobile numbers as `phone` and numbers at home as `sms`.",
        "The two columns change places as they are read, for users and for contacts, before any rule asks for them.",
        kept=("treatment", "swap_sms_phone"), example="true",
    ),
    Setting(
        "guardians", "People and scope", kinds.one_of("users", "file", "none"), None,
        "Where guardians come from: the files of users (and of contacts, where the set has them), a file `guardians.csv` alone, or no file.",
        "`file`: guardians among the users are ignored and counted (`guardians-ignored`); every set reads `guardians.csv`. `none`: guardians "
        "and their links stay as people left them. A switch removes nobody by itself: guardians who are there stay until a complete "
        "guardians.csv does not list them.", kept=("treatment", "guardians"), fallback="what the set's contact rules say, as a rule users",
        example="file",
    ),
    Setting(
        "contact_types", "People and scope", kinds.several(_("a list of roles (parent, guardian, relative) and kinds of contact"), judges.word), None,
        "Which contacts become guardians: by role (`parent`, `guardian`, `relative`), by the kind that the export names (`emergency`), or both.",
        "Roles or kinds that are not listed are left out and told in the report's table of contacts. With a role among the words, guardians "
        "of the users files are judged by the contact rules too.", kept=("treatment", "contact_types"),
        fallback="what the set's contact rules say", example="parent,guardian",
    ),
    Setting(
        "archived_students", "People and scope", kinds.checked(_("remove, keep or after:N"), judges.leaving), "remove",
        "What becomes of students whom no complete file lists any more: removed, kept, or removed after so many complete imports in a row "
        "without them (`after:3`).",
        "Kept ones stay active with what is theirs alone (demographics, roles, profile) and are counted in the report (`students-kept`); their "
        "enrollments end as the files say. An import with the very same users as the last one is not counted again.",
        kept=("treatment", "archived_students"), example="after:3",
    ),
    Setting(
        "restore_classes", "People and scope", kinds.yes_no(), True,
        "Whether a class that was removed comes back when a file lists it again.",
        "Off, its row is ignored with what hangs on it, and the report says so (`class-not-restored`). Switch it off before last year's classes "
        "are archived.", kept=("treatment", "restore_classes"), example="false",
    ),
    Setting(
        "district_office", "People and scope", kinds.yes_no(), True,
        "Whether staff of whom the files name no school, only the district's office, are taken.",
        "Off, their rows are ignored with what must name them, and counted (`office-left-out`).",
        kept=("treatment", "district_office"), example="false",
    ),
    Setting(
        "level", "People and scope", kinds.checked(_("district, or school: and the school's id"), judges.level), "district",
        "Of what the source speaks: the whole `district`, or one school, as `school:1042`.",
        "For one school, columns that name the school may be blank or absent and mean that one; rows of other schools are ignored with what hangs "
        "on them, and counted (`other-school`). What another source of one school delivers already (the district, its terms, a teacher of both "
        "schools) is left to it (`held-by-other-school`).", kept=("treatment", "level"), example="school:1042",
    ),
    Setting(
        "end_dates", "People and scope", kinds.one_of("exclusive", "inclusive"), None,
        "What end dates of enrollments, roles and academicSessions mean in the files: the first day after (`exclusive`, as OneRoster and "
        "PowerSchool's exit dates say) or the last day (`inclusive`).",
        "Last days are moved to the day after, and counted (`end-dates-moved`).", kept=("treatment", "end_dates"),
        fallback="what the layout set says, as a rule `exclusive`", example="inclusive",
    ),
)  # fmt: skip
