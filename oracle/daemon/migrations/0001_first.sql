-- What was read from GitHub. Rows are only ever added: a changed object is a new version.
CREATE TABLE repositories (
    id BIGINT PRIMARY KEY,
    node TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Whether it counted when GitHub was asked last.
    listed BIGINT NOT NULL DEFAULT 0
);

-- The chain's time when the last complete fetch of a repository began, and the last complete
-- re-reading: evidence of an earlier cutoff has everything.
CREATE TABLE fetched (
    repository_id BIGINT PRIMARY KEY REFERENCES repositories (id),
    began BIGINT NOT NULL,
    reread BIGINT NOT NULL
);

CREATE TABLE accounts (
    id BIGINT PRIMARY KEY,
    login TEXT NOT NULL,
    bot BIGINT NOT NULL,
    listed BIGINT NOT NULL
);
CREATE INDEX accounts_login ON accounts (lower(login));
CREATE INDEX accounts_bots ON accounts (id) WHERE bot = 1 OR listed = 1;

-- An empty body says that the object was gone when it was read.
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
    node TEXT,
    updated BIGINT NOT NULL,
    PRIMARY KEY (repository_id, kind, number, sub)
);
CREATE INDEX records_latest_node ON records_latest (node);

-- When something happened that may make a record a fact: an epoch reads its own records only.
CREATE TABLE moments (
    repository_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (repository_id, kind, at, number)
);

-- Merge commits, for what names a pull request by its commit.
CREATE TABLE merges (
    repository_id BIGINT NOT NULL,
    oid TEXT NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (repository_id, oid)
);

-- From when to when a pull request was open, merged or not.
CREATE TABLE opened (
    repository_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    author_id BIGINT NOT NULL,
    created BIGINT NOT NULL,
    ended BIGINT,
    PRIMARY KEY (repository_id, number)
);
CREATE INDEX opened_author ON opened (author_id, repository_id, ended, created);

-- `head` is what GitHub showed as its newest change before the connection was read to its end.
CREATE TABLE cursors (
    repository_id BIGINT NOT NULL REFERENCES repositories (id),
    connection TEXT NOT NULL,
    cursor_text TEXT,
    head TEXT,
    PRIMARY KEY (repository_id, connection)
);

-- Which paths a version of a .gitattributes file marks, by its Git object id.
CREATE TABLE attributes (
    oid TEXT PRIMARY KEY,
    body TEXT NOT NULL
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

-- What came of an epoch as a whole: its slices and figures, as JSON.
CREATE TABLE scores (
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (epoch, round)
);

-- One row for each key, round and oracle set, for ever: a key that signed one header signs no other. `lists`
-- are the digests of what the oracles held, comma-separated: empty where one decided alone.
CREATE TABLE signatures (
    oracle_set BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    signer TEXT NOT NULL,
    digest TEXT NOT NULL,
    header TEXT NOT NULL,
    lists TEXT NOT NULL,
    signature BYTEA NOT NULL,
    PRIMARY KEY (epoch, round, oracle_set, signer)
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

-- What the witness said of a merged pull request, once and for ever, and all that was asked and answered.
-- `fact` is its line of the evidence, `why` what made it neutral, or nothing.
CREATE TABLE witnesses (
    repository_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    flagged BIGINT NOT NULL,
    fact TEXT NOT NULL,
    why TEXT NOT NULL,
    transcript BYTEA NOT NULL,
    PRIMARY KEY (repository_id, number)
);
CREATE INDEX witnesses_asked ON witnesses (asked, repository_id, number);

-- Tokens that witnesses cost in a month by the chain's clock, as `2026-11`; what is under way counts in full.
CREATE TABLE witness_tokens (
    month TEXT PRIMARY KEY,
    tokens BIGINT NOT NULL
);

-- What GitHub's webhooks named, until it was read again and for some time after: a delivery that
-- comes twice does nothing. `read_at` is absent while it waits; times are UTC milliseconds.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    received BIGINT NOT NULL,
    repository_id BIGINT NOT NULL,
    node TEXT NOT NULL,
    number BIGINT NOT NULL,
    merge BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX deliveries_waiting ON deliveries (read_at, received, id);
CREATE INDEX deliveries_received ON deliveries (received);
