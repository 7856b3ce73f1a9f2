"""A small valid OneRoster 1.1 district as text, for tests that change one thing in it."""

from __future__ import annotations

from pathlib import Path

ORGS = """sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
d1,,,Pinewood District,district,100,
s1,,,Oak School,school,101,d1
s2,,,Elm School,school,102,d1
"""

SESSIONS = """sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
y26,,,2026-2027,schoolYear,2026-08-01,2027-07-01,,2027
"""

COURSES = """sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
c1,,,y26,Algebra,ALG,09,d1,,
c2,,,y26,Biology,BIO,09,d1,,
"""

CLASSES = """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,\
schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
k1,,,Algebra 1,09,c1,A1,scheduled,R1,s1,y26,,,1
k2,,,Biology 1,09,c2,B1,scheduled,R2,s2,y26,,,2
"""

_USER_HEAD = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
)


def users(students: int = 20, first: int = 1) -> str:
    """Two teachers (one at two schools) and `students` students, half at each school, the first with two guardians."""
    rows = [
        't1,,,true,"s1,s2",teacher,t1,,Ada,Byron,,,t1@example.org,,,,,secret',
        "t2,,,true,s2,teacher,t2,,Alan,Turner,,,t2@example.org,,,,,",
        "g1,,,true,s1,guardian,g1,,Maria,Lopez,,,g1@example.org,,,,,",
        "g2,,,true,s1,parent,g2,,Jose,Lopez,,,g2@example.org,,,,,",
    ]
    for n in range(first, first + students):
        school = "s1" if n % 2 else "s2"
        agents = '"g1,g2"' if n == 1 else ""
        rows.append(f"u{n},,,true,{school},student,u{n},,Given{n},Family{n},,{n:04d},u{n}@example.org,,,{agents},09,")
    return _USER_HEAD + "\n".join(rows) + "\n"


def enrollments(students: int = 20, first: int = 1) -> str:
    """A teacher in each class, every student in the class of the own school."""
    head = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n"
    rows = ["e-t1,,,k1,s1,t1,teacher,true,,", "e-t2,,,k2,s2,t2,teacher,true,,"]
    for n in range(first, first + students):
        school = "s1" if n % 2 else "s2"
        class_ = "k1" if n % 2 else "k2"
        rows.append(f"e-{n},,,{class_},{school},u{n},student,false,2026-08-15,2027-06-10")
    return head + "\n".join(rows) + "\n"


def district(students: int = 20) -> dict[str, str]:
    """The six files by name."""
    return {
        "orgs.csv": ORGS,
        "academicSessions.csv": SESSIONS,
        "courses.csv": COURSES,
        "classes.csv": CLASSES,
        "users.csv": users(students),
        "enrollments.csv": enrollments(students),
    }


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files into a folder (made where needed) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
