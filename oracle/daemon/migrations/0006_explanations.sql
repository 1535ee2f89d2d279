-- Explanations as they are shown, of each epoch's latest scored round; made again from the evidence when
-- they are not there.
CREATE TABLE explanations (
    contributor_id BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    round BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (contributor_id, epoch)
);
CREATE INDEX explanations_epoch ON explanations (epoch, contributor_id, round);
