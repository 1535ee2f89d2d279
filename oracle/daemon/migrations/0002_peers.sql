-- What each oracle said it holds for an epoch, with its signature, as JSON packed by zstd. Two of one sequence
-- are both kept: they show that it said two things.
CREATE TABLE holdings (
    epoch BIGINT NOT NULL,
    oracle TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    digest TEXT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (epoch, oracle, sequence, digest)
);

-- What stands behind this oracle's own list: lines of evidence by item, as JSON packed by zstd.
CREATE TABLE held_items (
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (epoch, sequence)
);

-- How the oracles came to an epoch's batch, or why they did not yet, as JSON.
CREATE TABLE told (
    epoch BIGINT PRIMARY KEY,
    body TEXT NOT NULL
);

-- Two headers of one round that one key signed: what the distributor switches it off for.
CREATE TABLE equivocations (
    oracle_set BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    signer TEXT NOT NULL,
    one_header TEXT NOT NULL,
    one_signature BYTEA NOT NULL,
    other_header TEXT NOT NULL,
    other_signature BYTEA NOT NULL,
    reported BIGINT NOT NULL,
    PRIMARY KEY (oracle_set, epoch, round, signer)
);
