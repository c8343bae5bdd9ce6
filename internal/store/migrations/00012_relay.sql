-- +goose Up

-- By which other node a peer is reached that has no direct link; and the last
-- number of a parcel to him and from him by each relay.
CREATE TABLE way (
	node  TEXT PRIMARY KEY,
	relay TEXT NOT NULL
);
CREATE TABLE parcel_number (
	node  TEXT NOT NULL,
	relay TEXT NOT NULL,
	sent  BIGINT NOT NULL,
	seen  BIGINT NOT NULL,
	PRIMARY KEY (node, relay)
);

-- Which part of the log for a peer went in which parcel, what opens the
-- commitment in the parcel's header, and what the relay stated of it.
CREATE TABLE parcel_sent (
	hash    TEXT PRIMARY KEY,
	node    TEXT NOT NULL,
	relay   TEXT NOT NULL,
	epoch   BIGINT NOT NULL,
	first   BIGINT NOT NULL,
	last    BIGINT NOT NULL,
	chain   BYTEA NOT NULL,
	salt    BYTEA NOT NULL,
	head    BYTEA NOT NULL,
	made    BIGINT NOT NULL
);
CREATE INDEX parcel_sent_place ON parcel_sent (node, epoch, last);
CREATE TABLE parcel_said (
	hash   TEXT NOT NULL,
	event  TEXT NOT NULL,
	at     BIGINT NOT NULL,
	reason TEXT NOT NULL,
	raw    BYTEA NOT NULL,
	PRIMARY KEY (hash, event)
);

-- What this node carries for others: who may, what waits for whom, what the
-- senders are to be told, and the sums. The first pair of empty names stands for
-- all members of the trust directory.
CREATE TABLE relay_pair (
	a      TEXT NOT NULL,
	b      TEXT NOT NULL,
	reason TEXT NOT NULL,
	person TEXT NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (a, b)
);
INSERT INTO counter (name, value) VALUES ('parcel', 0), ('parcel_told', 0);
CREATE TABLE parcel (
	num      BIGINT PRIMARY KEY,
	sender   TEXT NOT NULL,
	receiver TEXT NOT NULL,
	run      BIGINT NOT NULL,
	hash     TEXT NOT NULL UNIQUE,
	size     BIGINT NOT NULL,
	raw      BYTEA NOT NULL,
	received BIGINT NOT NULL
);
CREATE INDEX parcel_receiver ON parcel (receiver, num);
CREATE INDEX parcel_sender ON parcel (sender, receiver);
CREATE TABLE parcel_told (
	num    BIGINT PRIMARY KEY,
	node   TEXT NOT NULL,
	digest TEXT NOT NULL UNIQUE,
	raw    BYTEA NOT NULL
);
CREATE INDEX parcel_told_node ON parcel_told (node, num);
CREATE TABLE relay_flow (
	sender   TEXT NOT NULL,
	receiver TEXT NOT NULL,
	parcels  BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	failed   BIGINT NOT NULL,
	refused  BIGINT NOT NULL,
	reason   TEXT NOT NULL,
	at       BIGINT NOT NULL,
	PRIMARY KEY (sender, receiver)
);
