CREATE TABLE course_crosswalk (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "courseCode" TEXT,
    "courseTitle" TEXT,
    "stateCourseCode" TEXT,
    "stateCourseTitle" TEXT,
    "schoolSourcedId" TEXT,
    credits TEXT,
    subject TEXT,
    "schoolYear" TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE UNIQUE INDEX "course_crosswalk_sourcedId" ON course_crosswalk ("sourcedId");

CREATE TABLE course_requests (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "schoolSourcedId" TEXT,
    "courseCode" TEXT,
    "courseTitle" TEXT,
    "schoolYear" TEXT,
    priority TEXT,
    alternate TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE INDEX "course_requests_by_userSourcedId" ON course_requests ("userSourcedId");

CREATE UNIQUE INDEX "course_requests_sourcedId" ON course_requests ("sourcedId");

CREATE TABLE credentials (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    code TEXT,
    title TEXT,
    issuer TEXT,
    program TEXT,
    "earnedOn" TEXT,
    "expiresOn" TEXT,
    result TEXT,
    "schoolYear" TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE INDEX "credentials_by_userSourcedId" ON credentials ("userSourcedId");

CREATE UNIQUE INDEX "credentials_sourcedId" ON credentials ("sourcedId");

CREATE TABLE dataset (
    name TEXT NOT NULL,
    declared TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE gpa (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "schoolSourcedId" TEXT,
    "schoolYear" TEXT,
    term TEXT,
    scale TEXT,
    value TEXT,
    points TEXT,
    credits TEXT,
    "classRank" TEXT,
    "classSize" TEXT,
    "asOf" TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE INDEX "gpa_by_userSourcedId" ON gpa ("userSourcedId");

CREATE UNIQUE INDEX "gpa_sourcedId" ON gpa ("sourcedId");

CREATE TABLE grades (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "schoolSourcedId" TEXT,
    "courseSourcedId" TEXT,
    "courseCode" TEXT,
    "stateCourseCode" TEXT,
    "courseTitle" TEXT,
    "classSourcedId" TEXT,
    "schoolYear" TEXT,
    term TEXT,
    "gradeLevel" TEXT,
    mark TEXT,
    "numericMark" TEXT,
    "creditsAttempted" TEXT,
    "creditsEarned" TEXT,
    standing TEXT,
    "teacherSourcedId" TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE INDEX "grades_by_userSourcedId" ON grades ("userSourcedId");

CREATE UNIQUE INDEX "grades_sourcedId" ON grades ("sourcedId");

CREATE TABLE student_attributes (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    name TEXT,
    value TEXT,
    metadata TEXT,
    from_source INTEGER,
    first_revision INTEGER,
    last_revision INTEGER,
    import INTEGER,
    file INTEGER,
    line BIGINT,
    locked TEXT,
    body TEXT,
    PRIMARY KEY (id)
)
 WITH (fillfactor = 85);

CREATE INDEX "student_attributes_by_userSourcedId" ON student_attributes ("userSourcedId");

CREATE UNIQUE INDEX "student_attributes_sourcedId" ON student_attributes ("sourcedId");
