-- Links that contributors asked for here, while this daemon sends them. One row a contributor.
CREATE TABLE link_asks (
    contributor_id BIGINT PRIMARY KEY,
    login TEXT NOT NULL,
    -- The gist that was attested.
    gist TEXT NOT NULL,
    valid_until BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    -- When sending it was tried last.
    tried BIGINT
);

-- What was sent, or was about to be when the daemon ended: it counts for the day either way.
CREATE TABLE link_relays (
    contributor_id BIGINT NOT NULL,
    nonce BIGINT NOT NULL,
    began BIGINT NOT NULL,
    tx TEXT,
    PRIMARY KEY (contributor_id, nonce)
);
CREATE INDEX link_relays_began ON link_relays (began);
