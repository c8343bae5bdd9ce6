-- +goose Up

-- The agencies that share the node. Every node begins with one; its name is
-- given when the first account is made.
CREATE TABLE agency (
	id      TEXT PRIMARY KEY,
	name    TEXT NOT NULL,
	kind    TEXT NOT NULL,
	shares  TEXT NOT NULL,
	closed  BIGINT NOT NULL,
	created BIGINT NOT NULL
);
INSERT INTO agency (id, name, kind, shares, closed, created) VALUES ('home', '', 'coordination', '', 0, 0);

ALTER TABLE person ADD COLUMN agency TEXT NOT NULL DEFAULT 'home';

-- Investigations and proceedings: who is a member reads what belongs to one.
CREATE TABLE casefile (
	id        TEXT PRIMARY KEY,
	reference TEXT NOT NULL,
	title     TEXT NOT NULL,
	owner     TEXT NOT NULL,
	closed    BIGINT NOT NULL,
	created   BIGINT NOT NULL
);
CREATE TABLE casefile_member (
	casefile TEXT NOT NULL,
	person   TEXT NOT NULL,
	PRIMARY KEY (casefile, person)
);
CREATE INDEX casefile_member_person ON casefile_member (person);

-- How records are handled. Equal handlings are one row, which never changes:
-- a record that is handled otherwise points to another. mark is all of it in
-- one text; agencies and persons are the sets again, for reading.
CREATE TABLE handling (
	id       BIGINT PRIMARY KEY,
	mark     TEXT NOT NULL UNIQUE,
	owner    TEXT NOT NULL,
	origin   TEXT NOT NULL,
	casefile TEXT NOT NULL,
	tlp      TEXT NOT NULL,
	purpose  TEXT NOT NULL,
	named_agencies TEXT NOT NULL,
	named_persons  TEXT NOT NULL
);
CREATE TABLE handling_agency (
	handling BIGINT NOT NULL,
	agency   TEXT NOT NULL,
	PRIMARY KEY (handling, agency)
);
CREATE TABLE handling_person (
	handling BIGINT NOT NULL,
	person   TEXT NOT NULL,
	PRIMARY KEY (handling, person)
);
INSERT INTO handling (id, mark, owner, origin, casefile, tlp, purpose, named_agencies, named_persons) VALUES
	(1, 'home|||clear|statistics||', 'home', '', '', 'clear', 'statistics', '', ''),
	(2, 'home|||green|statistics||', 'home', '', '', 'green', 'statistics', '', ''),
	(3, 'home|||amber|statistics||', 'home', '', '', 'amber', 'statistics', '', ''),
	(4, 'home|||amber+strict|statistics||', 'home', '', '', 'amber+strict', 'statistics', '', ''),
	(5, 'home|||red|statistics||', 'home', '', '', 'red', 'statistics', '', '');
INSERT INTO counter (name, value) VALUES ('handling', 5);

-- Records: the free text of the purpose becomes a caveat.
ALTER TABLE seizure ADD COLUMN handling BIGINT NOT NULL DEFAULT 0;
ALTER TABLE seizure ADD COLUMN caveat TEXT NOT NULL DEFAULT '';
ALTER TABLE seizure ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
UPDATE seizure SET handling = CASE tlp WHEN 'clear' THEN 1 WHEN 'green' THEN 2 WHEN 'amber+strict' THEN 4 WHEN 'red' THEN 5 ELSE 3 END, caveat = purpose;
ALTER TABLE seizure DROP COLUMN tlp;
ALTER TABLE seizure DROP COLUMN purpose;
ALTER TABLE total ADD COLUMN handling BIGINT NOT NULL DEFAULT 3;
ALTER TABLE import ADD COLUMN handling BIGINT NOT NULL DEFAULT 3;
ALTER TABLE import ADD COLUMN person TEXT NOT NULL DEFAULT '';

-- The rollups by handling in the place of the label.
CREATE TABLE cell_new (
	import     BIGINT NOT NULL,
	month      BIGINT NOT NULL,
	substance  TEXT NOT NULL,
	country    TEXT NOT NULL,
	division   TEXT NOT NULL,
	routing    TEXT NOT NULL,
	handling   BIGINT NOT NULL,
	doubtful   BIGINT NOT NULL,
	lines      BIGINT NOT NULL,
	events     BIGINT NOT NULL,
	weighed    BIGINT NOT NULL,
	micrograms BIGINT NOT NULL,
	equivalent BIGINT NOT NULL,
	microlitre BIGINT NOT NULL,
	milliunits BIGINT NOT NULL,
	rev        BIGINT NOT NULL,
	PRIMARY KEY (import, month, substance, country, division, routing, handling, doubtful)
);
INSERT INTO cell_new SELECT import, month, substance, country, division, routing,
	CASE tlp WHEN 'clear' THEN 1 WHEN 'green' THEN 2 WHEN 'amber+strict' THEN 4 WHEN 'red' THEN 5 ELSE 3 END, doubtful,
	sum(lines), sum(events), sum(weighed), sum(micrograms), sum(equivalent), sum(microlitre), sum(milliunits), max(rev)
	FROM cell GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;
DROP TABLE cell;
ALTER TABLE cell_new RENAME TO cell;
CREATE INDEX cell_rev ON cell (rev);

CREATE TABLE route_cell_new (
	import      BIGINT NOT NULL,
	year        BIGINT NOT NULL,
	substance   TEXT NOT NULL,
	country     TEXT NOT NULL,
	producing   TEXT NOT NULL,
	departure   TEXT NOT NULL,
	via         TEXT NOT NULL,
	destination TEXT NOT NULL,
	routing     TEXT NOT NULL,
	handling    BIGINT NOT NULL,
	doubtful    BIGINT NOT NULL,
	lines       BIGINT NOT NULL,
	events      BIGINT NOT NULL,
	micrograms  BIGINT NOT NULL,
	equivalent  BIGINT NOT NULL,
	rev         BIGINT NOT NULL,
	PRIMARY KEY (import, year, substance, country, producing, departure, via, destination, routing, handling, doubtful)
);
INSERT INTO route_cell_new SELECT import, year, substance, country, producing, departure, via, destination, routing,
	CASE tlp WHEN 'clear' THEN 1 WHEN 'green' THEN 2 WHEN 'amber+strict' THEN 4 WHEN 'red' THEN 5 ELSE 3 END, doubtful,
	sum(lines), sum(events), sum(micrograms), sum(equivalent), max(rev)
	FROM route_cell GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11;
DROP TABLE route_cell;
ALTER TABLE route_cell_new RENAME TO route_cell;
CREATE INDEX route_cell_rev ON route_cell (rev);

-- A subject as it was after each act, in the form of package wire. The ledger
-- holds a salted commitment to it.
CREATE TABLE version (
	subject TEXT NOT NULL,
	version BIGINT NOT NULL,
	seq     BIGINT NOT NULL,
	content BYTEA NOT NULL,
	PRIMARY KEY (subject, version)
);

-- form 1 is a leaf without agency, version and content (package ledger).
ALTER TABLE act ADD COLUMN form BIGINT NOT NULL DEFAULT 1;
ALTER TABLE act ADD COLUMN agency TEXT NOT NULL DEFAULT '';
ALTER TABLE act ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE act ADD COLUMN content TEXT NOT NULL DEFAULT '';

-- What leaves an agency: proposed by one person, confirmed by another.
CREATE TABLE release (
	id       TEXT PRIMARY KEY,
	subject  TEXT NOT NULL,
	version  BIGINT NOT NULL,
	audience TEXT NOT NULL,
	digest   TEXT NOT NULL,
	owner    TEXT NOT NULL,
	state    TEXT NOT NULL,
	proposer TEXT NOT NULL,
	proposer_name TEXT NOT NULL,
	proposed BIGINT NOT NULL,
	reason   TEXT NOT NULL,
	decider  TEXT NOT NULL,
	decider_name TEXT NOT NULL,
	decided  BIGINT NOT NULL,
	note     TEXT NOT NULL
);
CREATE INDEX release_subject ON release (subject);
CREATE INDEX release_state ON release (state, proposed);
