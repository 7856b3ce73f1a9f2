CREATE TABLE absence (
    source INTEGER NOT NULL,
    "sourcedId" TEXT NOT NULL,
    runs INTEGER NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (source, "sourcedId")
) WITHOUT ROWID
