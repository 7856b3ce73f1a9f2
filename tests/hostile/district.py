"""A tiny valid OneRoster 1.1 district of 45 invented people, as text: what hostile deliveries and golden nights start from.

30 students at two schools, five teachers (one at both), two administrators, eight guardians; no manifest. Line ends here are LF.
"""

from __future__ import annotations

ORGS = """\
sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId
d-1,,,Little Pine District,district,4207,
0101,,,Pine Elementary School,school,0101,d-1
0102,,,Oak High School,school,0102,d-1
"""

ACADEMIC_SESSIONS = """\
sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear
y27,,,2026-2027,schoolYear,2026-08-17,2027-05-28,,2027
f27,,,Fall 2026,semester,2026-08-17,2026-12-18,y27,2027
p27,,,Spring 2027,semester,2027-01-05,2027-05-28,y27,2027
"""

COURSES = """\
sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes
k-1,,,y27,Homeroom,HOME,"KG,02,04",d-1,,
k-2,,,y27,Algebra I,ALG1,09,d-1,Mathematics,
k-3,,,y27,Biology,BIO1,10,d-1,Science,
k-4,,,y27,World History,HIS1,12,d-1,Social Studies,
"""

CLASSES = """\
sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods
c-1,,,Homeroom KG,KG,k-1,HR,homeroom,A1,0101,y27,,,1
c-2,,,Homeroom 2,02,k-1,HR2,homeroom,A2,0101,y27,,,1
c-3,,,Homeroom 4,04,k-1,HR4,homeroom,A3,0101,y27,,,1
c-4,,,"Algebra, first part",09,k-2,ALG,scheduled,B1,0102,"f27,p27",,,2
c-5,,,Biology,10,k-3,BIO,scheduled,B2,0102,"f27,p27",,,"3,4"
c-6,,,World History,12,k-4,HIS,scheduled,B3,0102,"f27,p27",,,5
"""

USERS = """\
sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password
s-01,,,true,0101,student,student01,,Ada,Alder,,004001,student01@example.org,,,"g-01,g-02",KG,
s-02,,,true,0101,student,student02,,Ben,Birch,,004002,student02@example.org,,,g-03,KG,
s-03,,,true,0101,student,student03,,Clara,Cooper,,004003,student03@example.org,,,g-04,KG,
s-04,,,true,0101,student,student04,,Dario,Díaz,,004004,student04@example.org,,,g-05,KG,
s-05,,,true,0101,student,student05,,Elena,Ekdahl,,004005,student05@example.org,,,g-06,KG,
s-06,,,true,0101,student,student06,,Farid,Fable,,004006,student06@example.org,,,g-07,02,
s-07,,,true,0101,student,student07,,Greta,Garner,,004007,student07@example.org,,,g-08,02,
s-08,,,true,0101,student,student08,,Hugo,Holt,,004008,student08@example.org,,,,02,
s-09,,,true,0101,student,student09,,Inés,Ibáñez,,004009,student09@example.org,,,,02,
s-10,,,true,0101,student,student10,,Jonah,Jasper,,004010,student10@example.org,,,,02,
s-11,,,true,0101,student,student11,,Kaia,Kestrel,,004011,student11@example.org,,,,04,
s-12,,,true,0101,student,student12,,Liam,Lund,,004012,student12@example.org,,,,04,
s-13,,,true,0101,student,student13,,Mara,Marlow,,004013,student13@example.org,,,,04,
s-14,,,true,0101,student,student14,,Nico,Nadir,,004014,student14@example.org,,,,04,
s-15,,,true,0101,student,student15,,Olive,Oaks,,004015,student15@example.org,,,,04,
s-16,,,true,0102,student,student16,,Pavel,Alder,,004016,student16@example.org,,,"g-01,g-02",09,
s-17,,,true,0102,student,student17,,Quinn,Birch,,004017,student17@example.org,,,g-03,09,
s-18,,,true,0102,student,student18,,Rosa,Cooper,,004018,student18@example.org,,,g-04,09,
s-19,,,true,0102,student,student19,,Sami,Díaz,,004019,student19@example.org,,,,09,
s-20,,,true,0102,student,student20,,Tessa,Ekdahl,,004020,student20@example.org,,,,09,
s-21,,,true,0102,student,student21,,Uma,Fable,,004021,student21@example.org,,,,10,
s-22,,,true,0102,student,student22,,Viktor,Garner,,004022,student22@example.org,,,,10,
s-23,,,true,0102,student,student23,,Wanda,Holt,,004023,student23@example.org,,,,10,
s-24,,,true,0102,student,student24,,Xavi,Ibáñez,,004024,student24@example.org,,,,10,
s-25,,,true,0102,student,student25,,Yara,Jasper,,004025,student25@example.org,,,,10,
s-26,,,true,0102,student,student26,,Zeno,Kestrel,,004026,student26@example.org,,,,12,
s-27,,,true,0102,student,student27,,Anaïs,Lund,,004027,student27@example.org,,,,12,
s-28,,,true,0102,student,student28,,Bo,Marlow,,004028,student28@example.org,,,,12,
s-29,,,true,0102,student,student29,,Celia,Nadir,,004029,student29@example.org,,,,12,
s-30,,,true,0102,student,student30,,Dov,Oaks,,004030,student30@example.org,,,,12,
t-01,,,true,0101,teacher,t-01,,Hilda,O’Hara,,,t-01@example.org,,512-555-0101,,,
t-02,,,true,0101,teacher,t-02,,Bram,Stone,,,t-02@example.org,,512-555-0102,,,
t-03,,,true,"0101,0102",teacher,t-03,,Noor,Winter,,,t-03@example.org,,512-555-0103,,,
t-04,,,true,0102,teacher,t-04,,Edgar,Vale,,,t-04@example.org,,512-555-0104,,,
t-05,,,true,0102,teacher,t-05,,Maud,Quill,,,t-05@example.org,,512-555-0105,,,
a-01,,,true,0101,administrator,a-01,,Petra,Lane,,,a-01@example.org,,512-555-0101,,,
a-02,,,true,0102,administrator,a-02,,Otto,Marsh,,,a-02@example.org,,512-555-0102,,,
g-01,,,true,"0101,0102",parent,g-01,,Miriam,Alder,,,g-01@example.org,512-555-0151,,,,
g-02,,,true,"0101,0102",parent,g-02,,Tomas,Alder,,,g-02@example.org,512-555-0152,,,,
g-03,,,true,"0101,0102",guardian,g-03,,Ruth,Birch,,,g-03@example.org,512-555-0153,,,,
g-04,,,true,"0101,0102",parent,g-04,,Leo,Cooper,,,g-04@example.org,512-555-0154,,,,
g-05,,,true,0101,parent,g-05,,Sofía,Díaz,,,g-05@example.org,512-555-0155,,,,
g-06,,,true,0101,relative,g-06,,Ivo,Ekdahl,,,g-06@example.org,512-555-0156,,,,
g-07,,,true,0101,parent,g-07,,Nadia,Fable,,,g-07@example.org,512-555-0157,,,,
g-08,,,true,0101,guardian,g-08,,Carl,Garner,,,g-08@example.org,512-555-0158,,,,
"""

ENROLLMENTS = """\
sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate
e-01,,,c-1,0101,t-01,teacher,true,2026-08-17,2027-05-28
e-02,,,c-1,0101,s-01,student,,2026-08-17,2027-05-28
e-03,,,c-1,0101,s-02,student,,2026-08-17,2027-05-28
e-04,,,c-1,0101,s-03,student,,2026-08-17,2027-05-28
e-05,,,c-1,0101,s-04,student,,2026-08-17,2027-05-28
e-06,,,c-1,0101,s-05,student,,2026-08-17,2027-05-28
e-07,,,c-2,0101,t-02,teacher,true,2026-08-17,2027-05-28
e-08,,,c-2,0101,s-06,student,,2026-08-17,2027-05-28
e-09,,,c-2,0101,s-07,student,,2026-08-17,2027-05-28
e-10,,,c-2,0101,s-08,student,,2026-08-17,2027-05-28
e-11,,,c-2,0101,s-09,student,,2026-08-17,2027-05-28
e-12,,,c-2,0101,s-10,student,,2026-08-17,2027-05-28
e-13,,,c-3,0101,t-03,teacher,true,2026-08-17,2027-05-28
e-14,,,c-3,0101,s-11,student,,2026-08-17,2027-05-28
e-15,,,c-3,0101,s-12,student,,2026-08-17,2027-05-28
e-16,,,c-3,0101,s-13,student,,2026-08-17,2027-05-28
e-17,,,c-3,0101,s-14,student,,2026-08-17,2027-05-28
e-18,,,c-3,0101,s-15,student,,2026-08-17,2027-05-28
e-19,,,c-4,0102,t-04,teacher,true,2026-08-17,2027-05-28
e-20,,,c-4,0102,s-16,student,,2026-08-17,2027-05-28
e-21,,,c-4,0102,s-17,student,,2026-08-17,2027-05-28
e-22,,,c-4,0102,s-18,student,,2026-08-17,2027-05-28
e-23,,,c-4,0102,s-19,student,,2026-08-17,2027-05-28
e-24,,,c-4,0102,s-20,student,,2026-08-17,2027-05-28
e-25,,,c-5,0102,t-05,teacher,true,2026-08-17,2027-05-28
e-26,,,c-5,0102,s-21,student,,2026-08-17,2027-05-28
e-27,,,c-5,0102,s-22,student,,2026-08-17,2027-05-28
e-28,,,c-5,0102,s-23,student,,2026-08-17,2027-05-28
e-29,,,c-5,0102,s-24,student,,2026-08-17,2027-05-28
e-30,,,c-5,0102,s-25,student,,2026-08-17,2027-05-28
e-31,,,c-6,0102,t-03,teacher,true,2026-08-17,2027-05-28
e-32,,,c-6,0102,s-26,student,,2026-08-17,2027-05-28
e-33,,,c-6,0102,s-27,student,,2026-08-17,2027-05-28
e-34,,,c-6,0102,s-28,student,,2026-08-17,2027-05-28
e-35,,,c-6,0102,s-29,student,,2026-08-17,2027-05-28
e-36,,,c-6,0102,s-30,student,,2026-08-17,2027-05-28
"""

DEMOGRAPHICS = """\
sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus
s-01,,,2020-01-13,female,,,,,,,,,,,
s-02,,,2020-02-14,male,,,,,,,,,,,
s-03,,,2020-03-15,female,,,,,,,,,,,
s-04,,,2020-04-16,male,,,,,,,,,,,
s-05,,,2020-05-17,female,,,,,,,,,,,
s-06,,,2018-06-18,male,,,,,,,,,,,
s-07,,,2018-07-19,female,,,,,,,,,,,
s-08,,,2018-08-20,male,,,,,,,,,,,
s-09,,,2018-09-21,female,,,,,,,,,,,
s-10,,,2018-10-22,male,,,,,,,,,,,
s-11,,,2016-11-23,female,,,,,,,,,,,
s-12,,,2016-12-24,male,,,,,,,,,,,
s-13,,,2016-01-25,female,,,,,,,,,,,
s-14,,,2016-02-26,male,,,,,,,,,,,
s-15,,,2016-03-27,female,,,,,,,,,,,
s-16,,,2011-04-13,male,,,,,,,,,,,
s-17,,,2011-05-14,female,,,,,,,,,,,
s-18,,,2011-06-15,male,,,,,,,,,,,
s-19,,,2011-07-16,female,,,,,,,,,,,
s-20,,,2011-08-17,male,,,,,,,,,,,
s-21,,,2010-09-18,female,,,,,,,,,,,
s-22,,,2010-10-19,male,,,,,,,,,,,
s-23,,,2010-11-20,female,,,,,,,,,,,
s-24,,,2010-12-21,male,,,,,,,,,,,
s-25,,,2010-01-22,female,,,,,,,,,,,
s-26,,,2008-02-23,male,,,,,,,,,,,
s-27,,,2008-03-24,female,,,,,,,,,,,
s-28,,,2008-04-25,male,,,,,,,,,,,
s-29,,,2008-05-26,female,,,,,,,,,,,
s-30,,,2008-06-27,male,,,,,,,,,,,
"""

FILES: dict[str, str] = {
    "orgs.csv": ORGS,
    "academicSessions.csv": ACADEMIC_SESSIONS,
    "courses.csv": COURSES,
    "classes.csv": CLASSES,
    "users.csv": USERS,
    "enrollments.csv": ENROLLMENTS,
    "demographics.csv": DEMOGRAPHICS,
}
ACTIVE: dict[str, int] = {
    "orgs": 3,
    "academicSessions": 3,
    "courses": 4,
    "classes": 6,
    "users": 45,
    "enrollments": 36,
    "demographics": 30,
}
"""How many active records of each table the district has when all of it is taken."""
