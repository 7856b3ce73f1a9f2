CREATE TABLE "academicSessions" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    type TEXT,
    "startDate" TEXT,
    "endDate" TEXT,
    "parentSourcedId" TEXT,
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

CREATE INDEX "academicSessions_by_parentSourcedId" ON "academicSessions" ("parentSourcedId");

CREATE UNIQUE INDEX "academicSessions_sourcedId" ON "academicSessions" ("sourcedId");

CREATE TABLE block (
    "table" TEXT NOT NULL,
    block INTEGER NOT NULL,
    active INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    PRIMARY KEY ("table", block)
);

CREATE TABLE categories (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    weight TEXT,
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

CREATE UNIQUE INDEX "categories_sourcedId" ON categories ("sourcedId");

CREATE TABLE change (
    revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    "table" TEXT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    verb TEXT NOT NULL,
    fields TEXT,
    import INTEGER,
    PRIMARY KEY (revision, seq)
);

CREATE INDEX change_by_record ON change ("table", "sourcedId", revision);

CREATE TABLE "classResources" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    "classSourcedId" TEXT,
    "resourceSourcedId" TEXT,
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

CREATE INDEX "classResources_by_classSourcedId" ON "classResources" ("classSourcedId");

CREATE INDEX "classResources_by_resourceSourcedId" ON "classResources" ("resourceSourcedId");

CREATE UNIQUE INDEX "classResources_sourcedId" ON "classResources" ("sourcedId");

CREATE TABLE classes (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    grades TEXT,
    "courseSourcedId" TEXT,
    "classCode" TEXT,
    "classType" TEXT,
    location TEXT,
    "schoolSourcedId" TEXT,
    "termSourcedIds" TEXT,
    subjects TEXT,
    "subjectCodes" TEXT,
    periods TEXT,
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

CREATE INDEX "classes_by_courseSourcedId" ON classes ("courseSourcedId");

CREATE INDEX "classes_by_schoolSourcedId" ON classes ("schoolSourcedId");

CREATE UNIQUE INDEX "classes_sourcedId" ON classes ("sourcedId");

CREATE TABLE classes_terms (
    target TEXT NOT NULL,
    owner BIGINT NOT NULL,
    PRIMARY KEY (target, owner)
);

CREATE TABLE counter (
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE "courseResources" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    "courseSourcedId" TEXT,
    "resourceSourcedId" TEXT,
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

CREATE INDEX "courseResources_by_courseSourcedId" ON "courseResources" ("courseSourcedId");

CREATE INDEX "courseResources_by_resourceSourcedId" ON "courseResources" ("resourceSourcedId");

CREATE UNIQUE INDEX "courseResources_sourcedId" ON "courseResources" ("sourcedId");

CREATE TABLE courses (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "schoolYearSourcedId" TEXT,
    title TEXT,
    "courseCode" TEXT,
    grades TEXT,
    "orgSourcedId" TEXT,
    subjects TEXT,
    "subjectCodes" TEXT,
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

CREATE INDEX "courses_by_orgSourcedId" ON courses ("orgSourcedId");

CREATE UNIQUE INDEX "courses_sourcedId" ON courses ("sourcedId");

CREATE TABLE delivery (
    number INTEGER NOT NULL,
    source INTEGER NOT NULL,
    trigger TEXT NOT NULL,
    files TEXT NOT NULL,
    digest TEXT NOT NULL,
    sealed_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    shredded_at TEXT,
    state TEXT NOT NULL,
    PRIMARY KEY (number)
);

CREATE INDEX delivery_by_digest ON delivery (source, digest);

CREATE TABLE demographics (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "birthDate" TEXT,
    sex TEXT,
    "americanIndianOrAlaskaNative" TEXT,
    asian TEXT,
    "blackOrAfricanAmerican" TEXT,
    "nativeHawaiianOrOtherPacificIslander" TEXT,
    white TEXT,
    "demographicRaceTwoOrMoreRaces" TEXT,
    "hispanicOrLatinoEthnicity" TEXT,
    "countryOfBirthCode" TEXT,
    "stateOfBirthAbbreviation" TEXT,
    "cityOfBirth" TEXT,
    "publicSchoolResidenceStatus" TEXT,
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

CREATE UNIQUE INDEX "demographics_sourcedId" ON demographics ("sourcedId");

CREATE TABLE enrollments (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "classSourcedId" TEXT,
    "schoolSourcedId" TEXT,
    "userSourcedId" TEXT,
    role TEXT,
    "primary" TEXT,
    "beginDate" TEXT,
    "endDate" TEXT,
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

CREATE INDEX "enrollments_by_classSourcedId" ON enrollments ("classSourcedId");

CREATE INDEX "enrollments_by_schoolSourcedId" ON enrollments ("schoolSourcedId");

CREATE INDEX "enrollments_by_userSourcedId" ON enrollments ("userSourcedId");

CREATE UNIQUE INDEX "enrollments_sourcedId" ON enrollments ("sourcedId");

CREATE TABLE import (
    number INTEGER NOT NULL,
    delivery INTEGER,
    source INTEGER,
    kind TEXT NOT NULL,
    trigger TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    outcome TEXT,
    reason TEXT,
    report TEXT,
    plan TEXT,
    revision_before INTEGER,
    revision_after INTEGER,
    step TEXT,
    progress TEXT,
    attempt INTEGER NOT NULL,
    executor TEXT,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (number)
);

CREATE INDEX import_by_status ON import (status);

CREATE TABLE import_file (
    import INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (import, number)
);

CREATE TABLE issue (
    import INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    file TEXT,
    line BIGINT,
    "column" TEXT,
    key TEXT,
    value TEXT,
    detail TEXT,
    "table" TEXT,
    refused BOOLEAN NOT NULL,
    count INTEGER NOT NULL,
    head INTEGER,
    PRIMARY KEY (import, seq)
);

CREATE INDEX issue_by_code ON issue (import, code, seq);

CREATE TABLE "lineItemLearningObjectiveIds" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "lineItemSourcedId" TEXT,
    source TEXT,
    "learningObjectiveId" TEXT,
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

CREATE INDEX "lineItemLearningObjectiveIds_by_lineItemSourcedId" ON "lineItemLearningObjectiveIds" ("lineItemSourcedId");

CREATE UNIQUE INDEX "lineItemLearningObjectiveIds_sourcedId" ON "lineItemLearningObjectiveIds" ("sourcedId");

CREATE TABLE "lineItemScoreScales" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    "lineItemSourcedId" TEXT,
    "scoreScaleSourcedId" TEXT,
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

CREATE INDEX "lineItemScoreScales_by_lineItemSourcedId" ON "lineItemScoreScales" ("lineItemSourcedId");

CREATE UNIQUE INDEX "lineItemScoreScales_sourcedId" ON "lineItemScoreScales" ("sourcedId");

CREATE TABLE "lineItems" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    description TEXT,
    "assignDate" TEXT,
    "dueDate" TEXT,
    "classSourcedId" TEXT,
    "categorySourcedId" TEXT,
    "academicSessionSourcedId" TEXT,
    "resultValueMin" TEXT,
    "resultValueMax" TEXT,
    "schoolSourcedId" TEXT,
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

CREATE INDEX "lineItems_by_academicSessionSourcedId" ON "lineItems" ("academicSessionSourcedId");

CREATE INDEX "lineItems_by_categorySourcedId" ON "lineItems" ("categorySourcedId");

CREATE INDEX "lineItems_by_classSourcedId" ON "lineItems" ("classSourcedId");

CREATE INDEX "lineItems_by_schoolSourcedId" ON "lineItems" ("schoolSourcedId");

CREATE UNIQUE INDEX "lineItems_sourcedId" ON "lineItems" ("sourcedId");

CREATE TABLE orgs (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    name TEXT,
    type TEXT,
    identifier TEXT,
    "parentSourcedId" TEXT,
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

CREATE INDEX "orgs_by_parentSourcedId" ON orgs ("parentSourcedId");

CREATE UNIQUE INDEX "orgs_sourcedId" ON orgs ("sourcedId");

CREATE TABLE outbox (
    id SERIAL NOT NULL,
    revision INTEGER,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created TEXT NOT NULL,
    sent TEXT,
    PRIMARY KEY (id)
);

CREATE INDEX outbox_by_sent ON outbox (sent, id);

CREATE TABLE resources (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "vendorResourceId" TEXT,
    title TEXT,
    roles TEXT,
    importance TEXT,
    "vendorId" TEXT,
    "applicationId" TEXT,
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

CREATE UNIQUE INDEX "resources_sourcedId" ON resources ("sourcedId");

CREATE TABLE "resultLearningObjectiveIds" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "resultSourcedId" TEXT,
    source TEXT,
    "learningObjectiveId" TEXT,
    score TEXT,
    "textScore" TEXT,
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

CREATE INDEX "resultLearningObjectiveIds_by_resultSourcedId" ON "resultLearningObjectiveIds" ("resultSourcedId");

CREATE UNIQUE INDEX "resultLearningObjectiveIds_sourcedId" ON "resultLearningObjectiveIds" ("sourcedId");

CREATE TABLE "resultScoreScales" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    "resultSourcedId" TEXT,
    "scoreScaleSourcedId" TEXT,
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

CREATE INDEX "resultScoreScales_by_resultSourcedId" ON "resultScoreScales" ("resultSourcedId");

CREATE UNIQUE INDEX "resultScoreScales_sourcedId" ON "resultScoreScales" ("sourcedId");

CREATE TABLE results (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "lineItemSourcedId" TEXT,
    "studentSourcedId" TEXT,
    "scoreStatus" TEXT,
    score TEXT,
    "scoreDate" TEXT,
    comment TEXT,
    "textScore" TEXT,
    "classSourcedId" TEXT,
    "inProgress" TEXT,
    incomplete TEXT,
    late TEXT,
    missing TEXT,
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

CREATE INDEX "results_by_classSourcedId" ON results ("classSourcedId");

CREATE INDEX "results_by_lineItemSourcedId" ON results ("lineItemSourcedId");

CREATE INDEX "results_by_studentSourcedId" ON results ("studentSourcedId");

CREATE UNIQUE INDEX "results_sourcedId" ON results ("sourcedId");

CREATE TABLE revision (
    number INTEGER NOT NULL,
    import INTEGER,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    counts TEXT NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE roles (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "roleType" TEXT,
    role TEXT,
    "beginDate" TEXT,
    "endDate" TEXT,
    "orgSourcedId" TEXT,
    "userProfileSourcedId" TEXT,
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

CREATE INDEX "roles_by_orgSourcedId" ON roles ("orgSourcedId");

CREATE INDEX "roles_by_userSourcedId" ON roles ("userSourcedId");

CREATE UNIQUE INDEX "roles_sourcedId" ON roles ("sourcedId");

CREATE TABLE "scoreScales" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    title TEXT,
    type TEXT,
    "orgSourcedId" TEXT,
    "courseSourcedId" TEXT,
    "classSourcedId" TEXT,
    "scoreScaleValue" TEXT,
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

CREATE INDEX "scoreScales_by_classSourcedId" ON "scoreScales" ("classSourcedId");

CREATE INDEX "scoreScales_by_courseSourcedId" ON "scoreScales" ("courseSourcedId");

CREATE INDEX "scoreScales_by_orgSourcedId" ON "scoreScales" ("orgSourcedId");

CREATE UNIQUE INDEX "scoreScales_sourcedId" ON "scoreScales" ("sourcedId");

CREATE TABLE snapshot (
    source INTEGER NOT NULL,
    "table" TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    revision INTEGER NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (source, "table")
);

CREATE TABLE tally (
    "table" TEXT NOT NULL,
    source INTEGER NOT NULL,
    school TEXT NOT NULL,
    active INTEGER NOT NULL,
    PRIMARY KEY ("table", source, school)
);

CREATE TABLE "userProfiles" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "profileType" TEXT,
    "vendorId" TEXT,
    "applicationId" TEXT,
    description TEXT,
    "credentialType" TEXT,
    username TEXT,
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

CREATE INDEX "userProfiles_by_userSourcedId" ON "userProfiles" ("userSourcedId");

CREATE UNIQUE INDEX "userProfiles_sourcedId" ON "userProfiles" ("sourcedId");

CREATE TABLE "userResources" (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "userSourcedId" TEXT,
    "orgSourcedId" TEXT,
    "classSourcedId" TEXT,
    "resourceSourcedId" TEXT,
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

CREATE INDEX "userResources_by_classSourcedId" ON "userResources" ("classSourcedId");

CREATE INDEX "userResources_by_orgSourcedId" ON "userResources" ("orgSourcedId");

CREATE INDEX "userResources_by_resourceSourcedId" ON "userResources" ("resourceSourcedId");

CREATE INDEX "userResources_by_userSourcedId" ON "userResources" ("userSourcedId");

CREATE UNIQUE INDEX "userResources_sourcedId" ON "userResources" ("sourcedId");

CREATE TABLE users (
    id BIGINT NOT NULL,
    "sourcedId" TEXT NOT NULL,
    status TEXT NOT NULL,
    "dateLastModified" TEXT NOT NULL,
    "enabledUser" TEXT,
    "orgSourcedIds" TEXT,
    role TEXT,
    username TEXT,
    "userIds" TEXT,
    "givenName" TEXT,
    "familyName" TEXT,
    "middleName" TEXT,
    identifier TEXT,
    email TEXT,
    sms TEXT,
    phone TEXT,
    "agentSourcedIds" TEXT,
    grades TEXT,
    "userMasterIdentifier" TEXT,
    "preferredGivenName" TEXT,
    "preferredMiddleName" TEXT,
    "preferredFamilyName" TEXT,
    "primaryOrgSourcedId" TEXT,
    pronouns TEXT,
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

CREATE INDEX users_by_role ON users (role);

CREATE UNIQUE INDEX "users_sourcedId" ON users ("sourcedId");

CREATE TABLE users_agents (
    target TEXT NOT NULL,
    owner BIGINT NOT NULL,
    PRIMARY KEY (target, owner)
);

CREATE TABLE users_orgs (
    target TEXT NOT NULL,
    owner BIGINT NOT NULL,
    PRIMARY KEY (target, owner)
);
