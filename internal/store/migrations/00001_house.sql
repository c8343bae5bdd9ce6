-- +goose Up

-- One SQL text for both engines. dialect.go rewrites two words of it: the key
-- of a table becomes SQLite's rowid, and the search index is made per engine.

CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value TEXT NOT NULL
);

-- Counters are rows, so that the row lock orders concurrent writers.
CREATE TABLE counter (
	name  TEXT PRIMARY KEY,
	value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('seizure', 0), ('import', 0), ('total', 0), ('act', 0), ('rev', 0);

CREATE TABLE lease (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  BIGINT NOT NULL
);

CREATE TABLE person (
	id        TEXT PRIMARY KEY,
	login     TEXT NOT NULL UNIQUE,
	name      TEXT NOT NULL,
	roles     TEXT NOT NULL,
	language  TEXT NOT NULL,
	password  TEXT NOT NULL,
	disabled  BIGINT NOT NULL,
	created   BIGINT NOT NULL,
	last_seen BIGINT NOT NULL
);

CREATE TABLE session (
	token  TEXT PRIMARY KEY,
	data   BYTEA NOT NULL,
	expiry BIGINT NOT NULL
);
CREATE INDEX session_expiry ON session (expiry);

CREATE TABLE act (
	seq     BIGINT PRIMARY KEY,
	at      BIGINT NOT NULL,
	actor   TEXT NOT NULL,
	name    TEXT NOT NULL,
	roles   TEXT NOT NULL,
	origin  TEXT NOT NULL,
	action  TEXT NOT NULL,
	subject TEXT NOT NULL,
	reason  TEXT NOT NULL,
	detail  TEXT NOT NULL,
	hash    TEXT NOT NULL
);
CREATE INDEX act_subject ON act (subject, seq);

CREATE TABLE upload (
	id      TEXT PRIMARY KEY,
	name    TEXT NOT NULL,
	size    BIGINT NOT NULL,
	sha256  TEXT NOT NULL,
	actor   TEXT NOT NULL,
	created BIGINT NOT NULL
);
CREATE TABLE upload_chunk (
	upload TEXT NOT NULL,
	seq    BIGINT NOT NULL,
	data   BYTEA NOT NULL,
	PRIMARY KEY (upload, seq)
);

CREATE TABLE import (
	num      BIGINT PRIMARY KEY,
	file     TEXT NOT NULL,
	sha256   TEXT NOT NULL,
	size     BIGINT NOT NULL,
	profile  TEXT NOT NULL,
	source   TEXT NOT NULL,
	kind     TEXT NOT NULL,
	state    TEXT NOT NULL,
	actor    TEXT NOT NULL,
	started  BIGINT NOT NULL,
	finished BIGINT NOT NULL,
	counts   TEXT NOT NULL,
	progress TEXT NOT NULL,
	failure  TEXT NOT NULL,
	notes    TEXT NOT NULL,
	catalog  TEXT NOT NULL,
	header   TEXT NOT NULL,
	purged   BIGINT NOT NULL
);
CREATE INDEX import_state ON import (state);

CREATE TABLE import_error (
	import BIGINT NOT NULL,
	seq    BIGINT NOT NULL,
	sheet  TEXT NOT NULL,
	line   BIGINT NOT NULL,
	field  TEXT NOT NULL,
	value  TEXT NOT NULL,
	reason TEXT NOT NULL,
	args   TEXT NOT NULL,
	aside  BIGINT NOT NULL,
	PRIMARY KEY (import, seq)
);

-- Source rows as written, compressed a block at a time.
CREATE TABLE source_block (
	import BIGINT NOT NULL,
	first  BIGINT NOT NULL,
	last   BIGINT NOT NULL,
	data   BYTEA NOT NULL,
	PRIMARY KEY (import, first)
);
CREATE INDEX source_block_first ON source_block (first);

-- A row that a later file holds too: the file's sighting of it.
CREATE TABLE sighting (
	kind   TEXT NOT NULL,
	import BIGINT NOT NULL,
	num    BIGINT NOT NULL,
	PRIMARY KEY (kind, num, import)
);
CREATE INDEX sighting_import ON sighting (import);

-- The defaults let a chunk of an import leave out columns that it does not fill.
CREATE TABLE seizure (
	num           BIGINT PRIMARY KEY,
	import        BIGINT NOT NULL DEFAULT 0,
	superseded    BIGINT NOT NULL DEFAULT 0,
	key_hi        BIGINT NOT NULL DEFAULT 0,
	key_lo        BIGINT NOT NULL DEFAULT 0,
	ident         BIGINT NOT NULL DEFAULT 0,
	sheet         TEXT NOT NULL DEFAULT '',
	line          BIGINT NOT NULL DEFAULT 0,
	person        TEXT NOT NULL DEFAULT '',
	recorded      BIGINT NOT NULL DEFAULT 0,
	date          BIGINT NOT NULL DEFAULT 0,
	until         BIGINT NOT NULL DEFAULT 0,
	country       TEXT NOT NULL DEFAULT '',
	division      TEXT NOT NULL DEFAULT '',
	division_text TEXT NOT NULL DEFAULT '',
	place         TEXT NOT NULL DEFAULT '',
	routing       TEXT NOT NULL DEFAULT '',
	basis         TEXT NOT NULL DEFAULT '',
	substance     TEXT NOT NULL DEFAULT '',
	substance_text TEXT NOT NULL DEFAULT '',
	amount_text   TEXT NOT NULL DEFAULT '',
	unit_text     TEXT NOT NULL DEFAULT '',
	unit          TEXT NOT NULL DEFAULT '',
	dim           TEXT NOT NULL DEFAULT '',
	amount        BIGINT NOT NULL DEFAULT 0,
	equivalent    BIGINT NOT NULL DEFAULT 0,
	factor        TEXT NOT NULL DEFAULT '',
	events        BIGINT NOT NULL DEFAULT 0,
	producing     TEXT NOT NULL DEFAULT '',
	departure     TEXT NOT NULL DEFAULT '',
	via           TEXT NOT NULL DEFAULT '',
	destination   TEXT NOT NULL DEFAULT '',
	transport     TEXT NOT NULL DEFAULT '',
	hiding        TEXT NOT NULL DEFAULT '',
	installation  TEXT NOT NULL DEFAULT '',
	packaging     TEXT NOT NULL DEFAULT '',
	agency        TEXT NOT NULL DEFAULT '',
	reference     TEXT NOT NULL DEFAULT '',
	exhibit       TEXT NOT NULL DEFAULT '',
	persons       BIGINT NOT NULL DEFAULT 0,
	flags         BIGINT NOT NULL DEFAULT 0,
	tlp           TEXT NOT NULL DEFAULT '',
	purpose       TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX seizure_key ON seizure (key_hi, key_lo);
CREATE INDEX seizure_ident ON seizure (ident) WHERE ident <> 0;
CREATE INDEX seizure_date ON seizure (date, num);
CREATE INDEX seizure_country ON seizure (country, date, num);
CREATE INDEX seizure_substance ON seizure (substance, date, num);

CREATE TABLE total (
	num            BIGINT PRIMARY KEY,
	import         BIGINT NOT NULL,
	superseded     BIGINT NOT NULL,
	key_hi         BIGINT NOT NULL,
	key_lo         BIGINT NOT NULL,
	ident          BIGINT NOT NULL,
	sheet          TEXT NOT NULL,
	line           BIGINT NOT NULL,
	year           BIGINT NOT NULL,
	country        TEXT NOT NULL,
	substance      TEXT NOT NULL,
	substance_text TEXT NOT NULL,
	amount_text    TEXT NOT NULL,
	unit_text      TEXT NOT NULL,
	dim            TEXT NOT NULL,
	amount         BIGINT NOT NULL,
	equivalent     BIGINT NOT NULL,
	factor         TEXT NOT NULL,
	flags          BIGINT NOT NULL
);
CREATE UNIQUE INDEX total_key ON total (key_hi, key_lo);
CREATE INDEX total_ident ON total (ident) WHERE ident <> 0;
CREATE INDEX total_country ON total (country, year, substance);

-- The rollups. rev is the counter of the transaction that last touched the
-- cell, so that a process can ask for what changed since it last looked.
CREATE TABLE cell (
	import     BIGINT NOT NULL,
	month      BIGINT NOT NULL,
	substance  TEXT NOT NULL,
	country    TEXT NOT NULL,
	division   TEXT NOT NULL,
	routing    TEXT NOT NULL,
	tlp        TEXT NOT NULL,
	doubtful   BIGINT NOT NULL,
	lines      BIGINT NOT NULL,
	events     BIGINT NOT NULL,
	weighed    BIGINT NOT NULL,
	micrograms BIGINT NOT NULL,
	equivalent BIGINT NOT NULL,
	microlitre BIGINT NOT NULL,
	milliunits BIGINT NOT NULL,
	rev        BIGINT NOT NULL,
	PRIMARY KEY (import, month, substance, country, division, routing, tlp, doubtful)
);
CREATE INDEX cell_rev ON cell (rev);

CREATE TABLE route_cell (
	import      BIGINT NOT NULL,
	year        BIGINT NOT NULL,
	substance   TEXT NOT NULL,
	country     TEXT NOT NULL,
	producing   TEXT NOT NULL,
	departure   TEXT NOT NULL,
	via         TEXT NOT NULL,
	destination TEXT NOT NULL,
	routing     TEXT NOT NULL,
	tlp         TEXT NOT NULL,
	doubtful    BIGINT NOT NULL,
	lines       BIGINT NOT NULL,
	events      BIGINT NOT NULL,
	micrograms  BIGINT NOT NULL,
	equivalent  BIGINT NOT NULL,
	rev         BIGINT NOT NULL,
	PRIMARY KEY (import, year, substance, country, producing, departure, via, destination, routing, tlp, doubtful)
);
CREATE INDEX route_cell_rev ON route_cell (rev);

CREATE TABLE total_cell (
	import     BIGINT NOT NULL,
	year       BIGINT NOT NULL,
	country    TEXT NOT NULL,
	substance  TEXT NOT NULL,
	lines      BIGINT NOT NULL,
	micrograms BIGINT NOT NULL,
	equivalent BIGINT NOT NULL,
	rev        BIGINT NOT NULL,
	PRIMARY KEY (import, year, country, substance)
);
CREATE INDEX total_cell_rev ON total_cell (rev);

-- SEARCH INDEX
