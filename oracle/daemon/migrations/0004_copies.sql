-- Where an oracle put its evidence for others: the place (`s3`, `ipfs`) and the file's name there.
CREATE TABLE copies (
    hash TEXT NOT NULL,
    place TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (hash, place)
);
