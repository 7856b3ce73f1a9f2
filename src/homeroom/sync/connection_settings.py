"""The settings of a source that say where its data is fetched, and how. Part of the table in `source_settings`."""

from __future__ import annotations

from homeroom.roster.words import _
from homeroom.sync import setting_judges as judges
from homeroom.sync import setting_kinds as kinds
from homeroom.sync.setting import REMOTE, Setting
from homeroom.sync.setting_kinds import Kind
from homeroom.systems.powerschool.plugin.extensions import faults as extension_faults

CONNECTION: tuple[Setting, ...] = (
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
        "district_uuid", "Connection", kinds.text(_("a mark of 1 to 100 characters without blanks"), r"[^\x00-\x20]{1,100}"), None,
        "The mark by which the district's PowerSchool tells whose it is. It is kept when Homeroom first fetches.",
        "A server with another mark is another district's: nothing is fetched from it, refreshed or written there, and the import fails as "
        "`another_powerschool`. Taken out, the next fetch keeps the mark anew.",
        kept=("connection", "district_uuid"), kinds=("powerschool",), fallback="kept at the first fetch",
        example="3f1c7a52-9d0e-4b6a-8f21-5c0d7e9b4a16",
    ),
    Setting(
        "give_up_seconds", "Connection", kinds.number(0, 3600), 300,
        "How long Homeroom tries one call of a server that fails, or asks to wait, before it gives the night up.",
        "A server that says nothing is given up after as long. The import then fails as `connection` or `answer_broken`, and nothing is changed.",
        unit="seconds", kept=("connection", "give_up_seconds"), kinds=("powerschool",), example="900",
    ),
    Setting(
        "way", "Connection", kinds.one_of("auto", "queries", "tables", "v1"), "auto",
        "The road by which PowerSchool is fetched: the queries of Homeroom's plug-in, the tables that they read, or `/ws/v1`.",
        "`auto` takes the first that is open. After a night by queries or tables v1 is never taken, since it has no co-teachers and no staff of the district office: `way_narrower`.",
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
)  # fmt: skip
