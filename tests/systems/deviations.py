"""What OneRoster files look like in the wild, one row for each deviation: the file's text, and what it has to become.

The page `docs/reference/oneroster-deviations.md` is made of this table (`python tests/systems/deviations.py` prints it), and a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Cells = Mapping[str, object]

PLAIN = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nD,,,Pinewood,district,,\n100,,,Pine,school,,D\n",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    "Y,,,Year,schoolYear,2026-08-01,2027-06-01,,2027\nT,,,Fall,term,2026-08-01,2026-12-20,Y,2027\n",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes\nK,,,,Algebra,ALG,,D,,\n",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,"
    "subjects,subjectCodes,periods\nC,,,Algebra 1,,K,,scheduled,,100,T,,,\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,"
    "email,sms,phone,agentSourcedIds,grades,password\nS,,,true,100,student,ana,,Ana,Ruiz,,,,,,,,\nL,,,true,100,teacher,tom,,Tom,Hill,,,,,,,,\n",
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
    "E1,,,C,100,S,student,,,\nE2,,,C,100,L,teacher,true,,\n",
}
"""The smallest whole delivery of OneRoster 1.1."""
PLAIN_12 = PLAIN | {
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
    "agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns\n"
    "S,,,true,ana,,Ana,Ruiz,,,,,,,,,,,,,100,\nL,,,true,tom,,Tom,Hill,,,,,,,,,,,,,100,\n",
    "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n"
    "R1,,,S,primary,student,,,100,\nR2,,,L,primary,teacher,,,100,\n",
}
"""The same in OneRoster 1.2."""
U = "sourcedId,enabledUser,orgSourcedIds,role,username,givenName,familyName"
LEAD = "L,true,100,teacher,tom,Tom,Hill"


@dataclass(frozen=True, slots=True)
class Deviation:
    """`files` take the place of those of the plain delivery; `becomes`: table -> sourcedId -> column -> value. `told`: codes in the report.

    `gone`: records that must not be there. `version` is the set that reads it.
    """

    group: str
    what: str
    files: Mapping[str, str]
    becomes: Mapping[str, Mapping[str, Cells]] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    gone: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: str = "1.1"
    without: tuple[str, ...] = ()


def people(column: str, values: Mapping[str, object], header: str | None = None) -> tuple[str, dict[str, Cells]]:
    """A users.csv of 1.1 in which each person has another spelling in one column, and what that column becomes."""
    word = header or column
    lines, made = [f"{U},{word}" if word not in U.split(",") else U, LEAD + ("," if word not in U.split(",") else "")], {}
    for number, (value, meant) in enumerate(values.items()):
        key = "S" if not number else f"S{number}"
        cells = dict(zip(U.split(","), [key, "true", "100", "student", f"u{number}", "Ana", "Ruiz"], strict=True))
        cells[word] = f'"{value}"' if "," in value or '"' in value else value
        lines.append(",".join(cells.values()))
        made[key] = {column: meant}
    return "\n".join(lines) + "\n", made


def spelled(group: str, what: str, column: str, values: Mapping[str, object], told: tuple[str, ...] = ()) -> Deviation:
    text, made = people(column, values)
    return Deviation(group, what, {"users.csv": text}, {"users": made}, told)


def sessions(*rows: str) -> dict[str, str]:
    head = "sourcedId,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
    return {"academicSessions.csv": head + "".join(f"{r}\n" for r in rows)}


def demographics(*rows: str) -> dict[str, str]:
    return {"demographics.csv": "".join(f"{r}\n" for r in rows)}


HEADERS: tuple[tuple[str, str, str, str], ...] = (
    ("users", "1.1", "userId", "userIds"),
    ("users", "1.1", "agents", "agentSourcedIds"),
    ("users", "1.1", "grade", "grades"),
    ("users", "1.1", "orgSourcedId", "orgSourcedIds"),
    ("users", "1.1", "ordSourcedIds", "orgSourcedIds"),
    ("users", "1.1", "sourceId", "sourcedId"),
    ("users", "1.1", "sourceID", "sourcedId"),
    ("users", "1.1", "dataLastModified", "dateLastModified"),
    ("users", "1.1", "USERS.sourcedId", "sourcedId"),
    ("users", "1.1", "a_sourcedId", "sourcedId"),
    ("users", "1.1", "Given Name", "givenName"),
    ("users", "1.1", "GIVENNAME", "givenName"),
    ("users", "1.1", "given_name", "givenName"),
    ("users", "1.2", "prefferedGivenName", "preferredGivenName"),
    ("users", "1.2", "prefferedMiddleName", "preferredMiddleName"),
    ("users", "1.2", "prefferedFamilyName", "preferredFamilyName"),
    ("classes", "1.1", "grade", "grades"),
    ("classes", "1.1", "termSourcedId", "termSourcedIds"),
    ("classes", "1.1", "termSourceIds", "termSourcedIds"),
    ("classes", "1.1", "subject", "subjects"),
    ("classes", "1.1", "SubjectCodes", "subjectCodes"),
    ("classes", "1.1", "courseSourceId", "courseSourcedId"),
    ("classes", "1.1", "schoolSourceId", "schoolSourcedId"),
    ("classes", "1.1", "SECTIONS.title", "title"),
    ("courses", "1.1", "schoolYearId", "schoolYearSourcedId"),
    ("courses", "1.1", "grade", "grades"),
    ("orgs", "1.1", "parentSourceId", "parentSourcedId"),
    ("enrollments", "1.1", "userSoucedId", "userSourcedId"),
    ("enrollments", "1.1", "CC.role", "role"),
    ("demographics", "1.1", "userSourcedId", "sourcedId"),
    ("demographics", "1.1", "birthdate", "birthDate"),
    ("demographics", "1.1", "nativeAmericanOrOtherPacificIslander", "nativeHawaiianOrOtherPacificIslander"),
    ("demographics", "1.1", "nativeHawaiianOrOtherPacificIs", "nativeHawaiianOrOtherPacificIslander"),
    ("demographics", "1.1", "americanIndianOrAlaksaNative", "americanIndianOrAlaskaNative"),
    ("roles", "1.2", "userProfile", "userProfileSourcedId"),
)
"""Table, version, what a header says, and the column that is meant; all other header words stand as the standard has them."""

FILES: tuple[tuple[str, str, str], ...] = (
    ("Users.CSV", "users", "1.1"),
    ("OneRoster/users.csv", "users", "1.1"),
    ("users_2026-10-05.csv", "users", "1.1"),
    ("users-20261005_0130.csv", "users", "1.1"),
    ("20261005_users.csv", "users", "1.1"),
    ("academicsessions.csv", "academicSessions", "1.1"),
    ("courseResourses.csv", "courseResources", "1.2"),
    ("userprofiles.csv", "userProfiles", "1.2"),
)
"""A file's name as it was met, and the table whose file it is."""

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation("files", "a byte order mark, CR line ends, a blank line at the end", {"users.csv": "\ufeff" + (U + "\nS,true,100,student,ana,Ána,Ruiz\n" + LEAD + "\n\n").replace("\n", "\r")},
              {"users": {"S": {"givenName": "Ána"}}}, ("byte-order-mark",)),
    Deviation("files", "tabs between the columns", {"users.csv": (U + "\nS,true,100,student,ana,Ana,Ruiz\n" + LEAD + "\n").replace(",", "\t")}, {"users": {"S": {"username": "ana"}}}),
    Deviation("files", "another order of columns, columns that nobody knows, metadata columns anywhere", {"users.csv": "metadata.yearOfGraduation,familyName,givenName,username,role,orgSourcedIds,enabledUser,sourcedId,locker\n2030,Ruiz,Ana,ana,student,100,true,S,12\n,Hill,Tom,tom,teacher,100,true,L,\n"},
              {"users": {"S": {"familyName": "Ruiz", "metadata": '{"yearOfGraduation":"2030"}'}}}, ("column-unused",)),
    Deviation("files", "a list of ids that nobody put into quotes", {"users.csv": U + ",grades\nS,true,100,D,student,ana,Ana,Ruiz,09\n" + LEAD + ",\n"}, {"users": {"S": {"orgSourcedIds": "100,D", "grades": "09"}}}, ("surplus-cells-placed",)),
    Deviation("files", "no manifest.csv", {}, {"users": {"S": {"role": "student"}}}),
    Deviation("files", "a manifest.csv with words in another case", {"manifest.csv": "PropertyName,Value\nManifest.Version,1.0\nOneRoster.Version,1.1\n" + "".join(f"file.{n},{'Bulk' if n + '.csv' in PLAIN else 'Absent'}\n" for n in ("academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics", "enrollments", "lineItems", "orgs", "resources", "results", "users"))},
              {"users": {"S": {"role": "student"}}}),
    Deviation("files", "a data file with a header and no rows", demographics("sourcedId,birthDate"), {"users": {"S": {"role": "student"}}}),
    Deviation("columns left out", "users.csv without userIds, middleName, sms, phone, password and the two columns of changes", {"users.csv": U + "\nS,true,100,student,ana,Ana,Ruiz\n" + LEAD + "\n"}, {"users": {"S": {"username": "ana", "sms": None}}}),
    Deviation("columns left out", "enrollments.csv without primary and dates", {"enrollments.csv": "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\nE1,C,100,S,student\n"}, {"enrollments": {"E1": {"role": "student", "primary": None}}}),
    Deviation("ids", "blanks, colons, braces and other signs that the standard forbids in ids", {"courses.csv": PLAIN["courses.csv"] + "K 2: {é},,,,Art,ART,,D,,\n"}, {"courses": {"K 2: {é}": {"title": "Art"}}}, ("id-characters",)),
    Deviation("ids", "zeros in front stay", {"courses.csv": PLAIN["courses.csv"] + "007,,,,Art,ART,,D,,\n"}, {"courses": {"007": {"title": "Art"}}}),
    Deviation("status", "status and dateLastModified are filled in a bulk file", {"users.csv": "sourcedId,status,dateLastModified" + U.removeprefix("sourcedId") + "\nS,active,2026-10-01T10:00:00.000Z,true,100,student,ana,Ana,Ruiz\nL,Active,10/1/2026,true,100,teacher,tom,Tom,Hill\n"}, {"users": {"S": {"status": "active"}, "L": {"status": "active"}}}),
    Deviation("status", "a row of a bulk file that says tobedeleted, or inactive as in 1.0", {"courses.csv": PLAIN["courses.csv"] + "K1,tobedeleted,,,Art,ART,,D,,\nK2,inactive,,,Art,ART,,D,,\nK3,ToBeDeleted,,,Art,ART,,D,,\n"}, {"courses": {"K": {"status": "active"}}}, ("status-in-bulk",), {"courses": ("K1", "K2", "K3")}),
    spelled("booleans", "TRUE, 1, Yes, Y, T and their opposites", "enabledUser", {"TRUE": "true", "FALSE": "false", "1": "true", "0": "false", "Yes": "true", "no": "false", "Y": "true", "N": "false", "True": "true", "f": "false"}, ("boolean-form",)),
    spelled("grades", "K, 0, 1 to 9, -1, Kindergarten, TK and PK variants", "grades", {"K": "KG", "0": "KG", "1": "01", "9": "09", "-1": "PK", "Kindergarten": "KG", "TransitionalKindergarten": "TK", "PK4": "PK", "Pre-K": "PK", "07, 8": "07,08", "kg": "KG"}),
    spelled("roles", "any case, and words of other systems", "role", {"Student": "student", "TEACHER": "teacher", "Parent": "parent", "guardian ": "guardian", "Administrator": "administrator", "Aide": "aide"}, ("code-case",)),
    spelled("lists", "blanks round the items, blank items, items twice", "orgSourcedIds", {"100, D": "100,D", "100,": "100", "100 ,D ": "100,D"}, ("list-spacing",)),
    spelled("lists", "typed ids in braces, with blanks and colons inside", "userIds", {"{stateId:123}": "{stateId:123}", "{a:1},{b:2:3}": "{a:1},{b:2:3}", "{a:1}, {b:2}": "{a:1},{b:2}"}),
    Deviation("dates", "M/D/YYYY, a time behind the day, digits only", sessions("Y,Year,schoolYear,8/17/2026,05/28/2027,,2027", "T,Fall,term,2026-08-01T00:00:00.000Z,2026-12-20 00:00:00,Y,2027", "Q,Quarter,gradingPeriod,20260801,20261015,Y,2027"),
              {"academicSessions": {"Y": {"startDate": "2026-08-17", "endDate": "2027-05-28"}, "T": {"startDate": "2026-08-01", "endDate": "2026-12-20"}, "Q": {"startDate": "2026-08-01"}}}, ("date-form",)),
    Deviation("sessions", "the kind of session in another case", sessions("Y,Year,SchoolYear,2026-08-01,2027-06-01,,2027", "T,Fall,TERM,2026-08-01,2026-12-20,Y,2027", "G,P1,gradingperiod,2026-08-01,2026-09-20,Y,2027"),
              {"academicSessions": {"Y": {"type": "schoolYear"}, "T": {"type": "term"}, "G": {"type": "gradingPeriod"}}}, ("code-case",)),
    Deviation("sessions", "a school year written with both years", sessions("Y,Year,schoolYear,2026-08-01,2027-06-01,,2026-2027", "T,Fall,term,2026-08-01,2026-12-20,Y,26-27"), {"academicSessions": {"Y": {"schoolYear": "2027"}, "T": {"schoolYear": "2027"}}}, ("year-form",)),
    Deviation("orgs", "the kind of org in another case; local, as 1.0 named a district", {"orgs.csv": "sourcedId,name,type,identifier,parentSourcedId\nD,Pinewood,LOCAL,,\n100,Pine,School,,D\n"}, {"orgs": {"D": {"type": "local"}, "100": {"type": "school"}}}, ("code-case",)),
    Deviation("classes", "Scheduled, HOMEROOM", {"classes.csv": PLAIN["classes.csv"].replace("scheduled", "Scheduled") + "H,,,Home,,K,,HOMEROOM,,100,T,,,\n"}, {"classes": {"C": {"classType": "scheduled"}, "H": {"classType": "homeroom"}}}, ("code-case",)),
    Deviation("classes", "several terms and periods with blanks", {"classes.csv": PLAIN["classes.csv"].replace(",100,T,,,", ',100,"T, Y",,,"1, 3"')}, {"classes": {"C": {"termSourcedIds": "T,Y", "periods": "1,3"}}}, ("list-spacing",)),
    Deviation("enrollments", "aide, a word of the people's list: whoever helps in a class is a teacher for OneRoster", {"enrollments.csv": PLAIN["enrollments.csv"] + "E3,,,C,100,L,aide,false,,\n"}, {"enrollments": {"E3": {"role": "teacher"}}}, ("code-case",)),
    Deviation("demographics", "M and F; flags as Y and N; blank is no data", demographics("sourcedId,birthDate,sex,asian,white", "S,3/19/2012,F,Y,", "L,1980-01-02,M,N,No"),
              {"demographics": {"S": {"birthDate": "2012-03-19", "sex": "female", "asian": "true", "white": None}, "L": {"sex": "male", "white": "false"}}}),
    Deviation("1.2", "administrator, which 1.2 no longer has, in roles.csv", {"roles.csv": PLAIN_12["roles.csv"] + "R3,,,L,secondary,administrator,,,D,\n"}, {"roles": {"R3": {"role": "siteAdministrator"}}}, version="1.2"),
    Deviation("1.2", "Primary and Student in another case", {"roles.csv": PLAIN_12["roles.csv"].replace("primary,student", "Primary,Student")}, {"roles": {"R1": {"role": "student", "roleType": "primary"}}}, ("code-case",), version="1.2"),
    Deviation("1.2", "role and orgSourcedIds of 1.1 still on the user", {"users.csv": U + "\nS,true,100,student,ana,Ana,Ruiz\n" + LEAD + "\n"}, {"users": {"S": {"username": "ana"}}}, version="1.2"),
)  # fmt: skip


def page() -> str:
    """The page of all deviations, as it stands in the documentation."""
    lines = [
        "<!-- Made by `python tests/systems/deviations.py` from the table that the tests run. Do not edit by hand. -->",
        "",
        "# OneRoster as it is found in the wild",
        "",
        "What the sets [`oneroster-1.1`](layout-sets.md#oneroster-11) and [`oneroster-1.2`](layout-sets.md#oneroster-12) read beside the letter of the standard. Each line is a",
        "test. What is healed is told in the report as a repair or a finding; a day like 6/1/2027, of which nothing in its column says what is the month, is refused and never guessed.",
        "",
        "## Header words",
        "",
        "Besides any case, blanks, underscores, a table's name before a point, and one slip of the hand in a word that resembles no other:",
        "",
        "| file | a header says | and means |",
        "|---|---|---|",
        *(f"| `{table}.csv` | `{word}` | `{meant}` |" for table, _, word, meant in HEADERS),
        "",
        "## File names",
        "",
        "| name | is read as |",
        "|---|---|",
        *(f"| `{name}` | `{table}` |" for name, table, _ in FILES),
        "",
        "## Contents",
        "",
        "| about | what is met | told as |",
        "|---|---|---|",
        *(f"| {d.group} | {d.what} | {', '.join(f'[`{c}`](issues/{c}.md)' for c in d.told)} |" for d in DEVIATIONS),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
