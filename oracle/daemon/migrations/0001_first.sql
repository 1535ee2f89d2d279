-- What was read from GitHub. Rows are only ever added: a changed object is a new version.
CREATE TABLE repositories (
    id BIGINT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL
);

-- The chain's time when the last complete fetch of a repository began, UTC seconds: evidence of an
-- earlier cutoff has everything.
CREATE TABLE fetched (
    repository_id BIGINT PRIMARY KEY REFERENCES repositories (id),
    began BIGINT NOT NULL
);

CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    login TEXT NOT NULL,
    bot BIGINT NOT NULL,
    listed BIGINT NOT NULL
);
CREATE INDEX accounts_login ON accounts (login);

CREATE TABLE records (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    sub BIGINT NOT NULL,
    version BIGINT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (repository_id, kind, number, sub, version)
);

CREATE TABLE records_latest (
    repository_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    sub BIGINT NOT NULL,
    version BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (repository_id, kind, number, sub),
    FOREIGN KEY (repository_id, kind, number, sub, version)
        REFERENCES records (repository_id, kind, number, sub, version)
);

CREATE TABLE cursors (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    connection TEXT NOT NULL,
    cursor_text TEXT NOT NULL,
    PRIMARY KEY (repository_id, connection)
);

-- What was made of it. Hashes and addresses are lower-case hex with 0x; a column that may pass
-- 2^63 - 1 is decimal TEXT.
CREATE TABLE evidence (
    hash TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    cut_at BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
CREATE UNIQUE INDEX evidence_round ON evidence (epoch, round, sequence);

CREATE TABLE batches (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    header TEXT NOT NULL,
    entries BYTEA NOT NULL,
    entries_hash TEXT NOT NULL,
    evidence_hash TEXT NOT NULL,
    policy_hash TEXT NOT NULL,
    total TEXT NOT NULL,
    entry_count BIGINT NOT NULL,
    created BIGINT NOT NULL,
    PRIMARY KEY (epoch, round)
);

CREATE TABLE line_items (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    position BIGINT NOT NULL,
    contributor_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (epoch, round, position)
);
CREATE INDEX line_items_contributor ON line_items (contributor_id, epoch, round, position);

CREATE TABLE refusals (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    position BIGINT NOT NULL,
    contributor_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (epoch, round, position)
);
CREATE INDEX refusals_contributor ON refusals (contributor_id, epoch, round, position);

CREATE TABLE people (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    position BIGINT NOT NULL,
    contributor_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (epoch, round, position)
);
CREATE INDEX people_contributor ON people (contributor_id, epoch, round, position);

-- One row for each key and round, for ever: a key that signed one header signs no other.
CREATE TABLE signatures (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    signer TEXT NOT NULL,
    digest TEXT NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (epoch, round, signer)
);

CREATE TABLE transactions (
    id BIGINT PRIMARY KEY,
    purpose TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash TEXT NOT NULL,
    status TEXT NOT NULL,
    block_number BIGINT
);
CREATE INDEX transactions_epoch ON transactions (epoch, id);
CREATE INDEX transactions_hash ON transactions (hash);
