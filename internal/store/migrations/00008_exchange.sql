-- +goose Up

-- The nodes of other states with which this one talks. num is this store's own
-- name for one, short because every message has it. body is the state. The
-- columns from contact on are what was last seen of it, for people.
CREATE TABLE peer (
	num      BIGINT PRIMARY KEY,
	node     TEXT NOT NULL UNIQUE,
	name     TEXT NOT NULL,
	body     TEXT NOT NULL,
	status   TEXT NOT NULL,
	added    BIGINT NOT NULL,
	reason   TEXT NOT NULL,
	contact  BIGINT NOT NULL,
	tried    BIGINT NOT NULL,
	skew     BIGINT NOT NULL,
	version  BIGINT NOT NULL,
	failed   BIGINT NOT NULL,
	refused  TEXT NOT NULL,
	detail   TEXT NOT NULL,
	round    BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('peer', 0), ('trust', 0), ('item', 0), ('note', 0), ('receipt', 0), ('inbox', 0), ('file', 0);

-- The cards of peers and of this node, and what was revoked.
CREATE TABLE card (
	node   TEXT NOT NULL,
	serial BIGINT NOT NULL,
	raw    BYTEA NOT NULL,
	PRIMARY KEY (node, serial)
);
CREATE TABLE revocation (
	node TEXT NOT NULL,
	key  TEXT NOT NULL,
	raw  BYTEA NOT NULL,
	PRIMARY KEY (node, key)
);
CREATE TABLE directory (
	version BIGINT PRIMARY KEY,
	raw     BYTEA NOT NULL
);

-- The log for each peer: how far it goes, how far the peer says that he has it,
-- how far his receipts say so. A row's lock orders who appends.
CREATE TABLE outlog (
	peer         BIGINT PRIMARY KEY,
	head_epoch   BIGINT NOT NULL,
	head_seq     BIGINT NOT NULL,
	head_hash    BYTEA NOT NULL,
	have_epoch   BIGINT NOT NULL,
	have_seq     BIGINT NOT NULL,
	have_hash    BYTEA NOT NULL,
	proven_epoch BIGINT NOT NULL,
	proven_seq   BIGINT NOT NULL,
	proven_hash  BYTEA NOT NULL,
	stale        BIGINT NOT NULL
);
CREATE TABLE outepoch (
	peer       BIGINT NOT NULL,
	epoch      BIGINT NOT NULL,
	base_epoch BIGINT NOT NULL,
	base_seq   BIGINT NOT NULL,
	base_hash  BYTEA NOT NULL,
	last       BIGINT NOT NULL,
	PRIMARY KEY (peer, epoch)
);
-- item is the subject that a message speaks of, 0 for none. digest is of raw,
-- which is empty for a message that came back withheld after a restore.
CREATE TABLE outbox (
	peer     BIGINT NOT NULL,
	epoch    BIGINT NOT NULL,
	seq      BIGINT NOT NULL,
	prev     BYTEA NOT NULL,
	hash     BYTEA NOT NULL,
	digest   BYTEA NOT NULL,
	raw      BYTEA NOT NULL,
	withheld TEXT NOT NULL,
	type     TEXT NOT NULL,
	item     BIGINT NOT NULL,
	version  BIGINT NOT NULL,
	created  BIGINT NOT NULL,
	PRIMARY KEY (peer, epoch, seq)
);
CREATE INDEX outbox_item ON outbox (item, version);
-- What a peer gave back after a restore, until all of it is here.
CREATE TABLE outback (
	peer  BIGINT NOT NULL,
	epoch BIGINT NOT NULL,
	seq   BIGINT NOT NULL,
	prev  BYTEA NOT NULL,
	hash  BYTEA NOT NULL,
	digest BYTEA NOT NULL,
	raw   BYTEA NOT NULL,
	withheld TEXT NOT NULL,
	PRIMARY KEY (peer, epoch, seq)
);

-- Signed statements about messages: of peers on this node's logs (ours = 1), and
-- of this node on theirs. denial is 0 for one that agrees with the log and with
-- those before it, 1 for one of another chain, 2 for one that denies an earlier
-- one, 3 for one of a place that a restore has lost and that is not back yet.
CREATE TABLE receipt (
	num      BIGINT PRIMARY KEY,
	peer     BIGINT NOT NULL,
	ours     BIGINT NOT NULL,
	denial   BIGINT NOT NULL,
	event    TEXT NOT NULL,
	epoch    BIGINT NOT NULL,
	first    BIGINT NOT NULL,
	last     BIGINT NOT NULL,
	hash     BYTEA NOT NULL,
	at       BIGINT NOT NULL,
	official TEXT NOT NULL,
	digest   BYTEA NOT NULL,
	raw      BYTEA NOT NULL,
	UNIQUE (peer, ours, digest)
);
CREATE INDEX receipt_place ON receipt (peer, ours, epoch, last);

-- The log of each peer, as far as it is here.
CREATE TABLE inlog (
	peer  BIGINT PRIMARY KEY,
	epoch BIGINT NOT NULL,
	seq   BIGINT NOT NULL,
	hash  BYTEA NOT NULL
);
-- raw is empty where the sender withheld the content; refused is why a message
-- lies in quarantine.
CREATE TABLE inbox (
	num      BIGINT PRIMARY KEY,
	peer     BIGINT NOT NULL,
	epoch    BIGINT NOT NULL,
	seq      BIGINT NOT NULL,
	hash     BYTEA NOT NULL,
	digest   BYTEA NOT NULL,
	raw      BYTEA NOT NULL,
	refused  TEXT NOT NULL,
	type     TEXT NOT NULL,
	item     BIGINT NOT NULL,
	version  BIGINT NOT NULL,
	desk     TEXT NOT NULL,
	exercise BIGINT NOT NULL,
	received BIGINT NOT NULL,
	notified BIGINT NOT NULL,
	UNIQUE (peer, epoch, seq)
);
CREATE INDEX inbox_item ON inbox (item, version);
CREATE INDEX inbox_refused ON inbox (refused, peer, num);
CREATE TABLE inbatch (
	peer     BIGINT NOT NULL,
	epoch    BIGINT NOT NULL,
	last     BIGINT NOT NULL,
	first    BIGINT NOT NULL,
	evidence BYTEA NOT NULL,
	PRIMARY KEY (peer, epoch, last)
);

-- What messages speak of. origin is the node that owns it, empty for this one;
-- name is its name there and for ever; kind and record say what it is here.
-- content is the latest version's, empty where it lies in a log for a peer.
CREATE TABLE item (
	num     BIGINT PRIMARY KEY,
	origin  TEXT NOT NULL,
	name    TEXT NOT NULL,
	kind    TEXT NOT NULL,
	record  BIGINT NOT NULL,
	version BIGINT NOT NULL,
	gone    BIGINT NOT NULL,
	again   BIGINT NOT NULL,
	content BYTEA NOT NULL,
	UNIQUE (origin, name)
);
CREATE INDEX item_record ON item (kind, record);
CREATE INDEX item_again ON item (again);
CREATE TABLE item_version (
	item    BIGINT NOT NULL,
	version BIGINT NOT NULL,
	hash    BYTEA NOT NULL,
	PRIMARY KEY (item, version, hash)
);
-- Who has a subject of this node: the peers, and the group by which they came to
-- it, empty for none. desk is whom it is for there.
CREATE TABLE audience (
	item  BIGINT NOT NULL,
	peer  BIGINT NOT NULL,
	party TEXT NOT NULL,
	desk  TEXT NOT NULL,
	gone  BIGINT NOT NULL,
	PRIMARY KEY (item, peer)
);
CREATE INDEX audience_party ON audience (party);
-- That an official opened a version: the origin is told once.
CREATE TABLE opening (
	item    BIGINT NOT NULL,
	version BIGINT NOT NULL,
	person  TEXT NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (item, version, person)
);

-- Groups of nodes: every version that is known here.
CREATE TABLE node_group (
	id      TEXT NOT NULL,
	version BIGINT NOT NULL,
	owner   TEXT NOT NULL,
	name    TEXT NOT NULL,
	raw     BYTEA NOT NULL,
	PRIMARY KEY (id, version)
);

-- Notes from desk to desk. peer is the other node; incoming says who wrote.
CREATE TABLE note (
	num       BIGINT PRIMARY KEY,
	peer      BIGINT NOT NULL,
	incoming  BIGINT NOT NULL,
	thread    TEXT NOT NULL,
	desk      TEXT NOT NULL,
	title     TEXT NOT NULL,
	body      TEXT NOT NULL,
	handling  BIGINT NOT NULL,
	exercise  BIGINT NOT NULL,
	written   BIGINT NOT NULL,
	recorded  BIGINT NOT NULL,
	person    TEXT NOT NULL,
	author    TEXT NOT NULL,
	version   BIGINT NOT NULL,
	withdrawn BIGINT NOT NULL
);
CREATE INDEX note_thread ON note (thread, num);

-- Files beside messages: their content once, in chunks, and who may have it.
CREATE TABLE file (
	num      BIGINT PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	size     BIGINT NOT NULL,
	chunks   BIGINT NOT NULL,
	have     BIGINT NOT NULL,
	manifest BYTEA NOT NULL
);
CREATE TABLE file_chunk (
	file BIGINT NOT NULL,
	idx  BIGINT NOT NULL,
	data BYTEA NOT NULL,
	PRIMARY KEY (file, idx)
);
CREATE TABLE file_use (
	file   BIGINT NOT NULL,
	item   BIGINT NOT NULL,
	peer   BIGINT NOT NULL,
	incoming BIGINT NOT NULL,
	name   TEXT NOT NULL,
	media  TEXT NOT NULL,
	key    BYTEA NOT NULL,
	refused TEXT NOT NULL,
	PRIMARY KEY (file, item, peer)
);
CREATE INDEX file_use_item ON file_use (item);
CREATE INDEX file_use_peer ON file_use (peer, incoming);
