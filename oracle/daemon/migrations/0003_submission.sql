-- A transaction is a row before it is sent, with its bytes, and each that takes its place with a higher fee
-- is a row of its own with the same nonce. What was written by earlier versions is not in flight.
ALTER TABLE transactions ADD COLUMN account TEXT NOT NULL DEFAULT '';
ALTER TABLE transactions ADD COLUMN nonce BIGINT NOT NULL DEFAULT 0;
ALTER TABLE transactions ADD COLUMN raw TEXT NOT NULL DEFAULT '';
-- Wei for a unit of gas: in all, and for whoever makes the block.
ALTER TABLE transactions ADD COLUMN max_fee TEXT NOT NULL DEFAULT '0';
ALTER TABLE transactions ADD COLUMN tip TEXT NOT NULL DEFAULT '0';
-- UTC seconds by the clock of whoever sent it.
ALTER TABLE transactions ADD COLUMN sent_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX transactions_account ON transactions (account, status, nonce, id);
