-- +goose Up

-- How the key of the ledger came about: after the entry with this number the
-- former key handed the log over, by a statement that both keys signed.
CREATE TABLE ledger_turn (
	size   BIGINT PRIMARY KEY,
	former TEXT NOT NULL,
	signed TEXT NOT NULL
);
