-- +goose Up

-- The ledger is a Merkle tree (package ledger). Each act has a leaf, computed
-- from its row; the particulars stand in the leaf as a salted commitment.
ALTER TABLE act ADD COLUMN salt TEXT NOT NULL DEFAULT '';

-- The hashes of the leaves and of every full subtree, numbered in the order in
-- which they come to be.
CREATE TABLE ledger_hash (
	num  BIGINT PRIMARY KEY,
	hash BYTEA NOT NULL
);

-- 0: the tree of the acts that exist is still to be built (ledger_upgrade.go),
-- which also takes the column act.hash away. 1: it is built.
INSERT INTO counter (name, value) VALUES ('tree', 0);
