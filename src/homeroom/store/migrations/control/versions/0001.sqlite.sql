CREATE TABLE app (
    client_id TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    districts TEXT,
    created TEXT NOT NULL,
    revoked TEXT,
    PRIMARY KEY (client_id)
);

CREATE TABLE audit (
    id INTEGER NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    district TEXT,
    detail TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX audit_by_district ON audit (district, id);

CREATE TABLE data_key (
    district TEXT NOT NULL,
    key_id TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (district, key_id)
);

CREATE TABLE district (
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    created TEXT NOT NULL,
    archived TEXT,
    PRIMARY KEY (slug)
);

CREATE TABLE setting (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE summary (
    district TEXT NOT NULL,
    revision INTEGER NOT NULL,
    last_import INTEGER,
    status TEXT,
    outcome TEXT,
    finished TEXT,
    counts TEXT NOT NULL,
    updated TEXT NOT NULL,
    PRIMARY KEY (district)
);

CREATE TABLE worker (
    executor TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started TEXT NOT NULL,
    seen TEXT NOT NULL,
    PRIMARY KEY (executor)
);

CREATE TABLE source (
    id INTEGER NOT NULL,
    district TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    layouts TEXT,
    start TEXT,
    settings TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    secret TEXT,
    created TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT source_district FOREIGN KEY(district) REFERENCES district (slug)
);

CREATE INDEX source_by_district ON source (district);

CREATE TABLE token (
    sha256 TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires TEXT NOT NULL,
    PRIMARY KEY (sha256),
    CONSTRAINT token_app FOREIGN KEY(client_id) REFERENCES app (client_id)
);

CREATE INDEX token_by_expiry ON token (expires);

CREATE TABLE account (
    username TEXT NOT NULL,
    source INTEGER NOT NULL,
    password_hash TEXT,
    public_keys TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    PRIMARY KEY (username),
    CONSTRAINT account_source FOREIGN KEY(source) REFERENCES source (id)
);

CREATE INDEX account_by_source ON account (source);
