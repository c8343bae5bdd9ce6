-- +goose Up

-- Addresses to which the node sends events. reached is the number of the ledger
-- entry up to which events are done with; the secret is a sealed setting. Of
-- several processes one sends at a time: the one in holder, until its time.
CREATE TABLE webhook (
	id       TEXT PRIMARY KEY,
	person   TEXT NOT NULL,
	name     TEXT NOT NULL,
	url      TEXT NOT NULL,
	types    TEXT NOT NULL,
	created  BIGINT NOT NULL,
	state    TEXT NOT NULL,
	reached  BIGINT NOT NULL,
	failures BIGINT NOT NULL,
	since    BIGINT NOT NULL,
	next     BIGINT NOT NULL,
	test     TEXT NOT NULL,
	holder   TEXT NOT NULL,
	until    BIGINT NOT NULL
);
CREATE INDEX webhook_person ON webhook (person);

-- Attempts to send, the newest of each webhook; never what was sent.
CREATE TABLE delivery (
	num     BIGINT PRIMARY KEY,
	webhook TEXT NOT NULL,
	event   TEXT NOT NULL,
	type    TEXT NOT NULL,
	attempt BIGINT NOT NULL,
	at      BIGINT NOT NULL,
	took    BIGINT NOT NULL,
	status  BIGINT NOT NULL,
	outcome TEXT NOT NULL
);
CREATE INDEX delivery_webhook ON delivery (webhook, num);
INSERT INTO counter (name, value) VALUES ('delivery', 0);
