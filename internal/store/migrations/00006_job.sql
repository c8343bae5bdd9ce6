-- +goose Up

-- Work that the node does by itself. A run is claimed by writing holder and
-- until into the job's row: of several processes one wins, and when it dies the
-- claim runs out. run is the number of the run under way, 0 for none.
CREATE TABLE job (
	name      TEXT PRIMARY KEY,
	schedule  TEXT NOT NULL,
	next      BIGINT NOT NULL,
	asked     TEXT NOT NULL,
	paused    BIGINT NOT NULL,
	reason    TEXT NOT NULL,
	paused_by TEXT NOT NULL,
	failures  BIGINT NOT NULL,
	run       BIGINT NOT NULL,
	holder    TEXT NOT NULL,
	until     BIGINT NOT NULL
);

CREATE TABLE job_run (
	num      BIGINT PRIMARY KEY,
	job      TEXT NOT NULL,
	asked    TEXT NOT NULL,
	holder   TEXT NOT NULL,
	started  BIGINT NOT NULL,
	finished BIGINT NOT NULL,
	state    TEXT NOT NULL,
	failure  TEXT NOT NULL,
	detail   TEXT NOT NULL
);
CREATE INDEX job_run_job ON job_run (job, num);
INSERT INTO counter (name, value) VALUES ('job_run', 0);

-- Backups that this node made. A row outlives its file.
CREATE TABLE backup (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	folder     TEXT NOT NULL,
	made       BIGINT NOT NULL,
	size       BIGINT NOT NULL,
	sha256     TEXT NOT NULL,
	plain      BIGINT NOT NULL,
	lines      BIGINT NOT NULL,
	entries    BIGINT NOT NULL,
	recipients TEXT NOT NULL,
	state      TEXT NOT NULL,
	checked    BIGINT NOT NULL
);
CREATE INDEX backup_made ON backup (made);

-- How large the store was at the last measurement of each day (yyyymmdd, UTC).
CREATE TABLE measure (
	day     BIGINT PRIMARY KEY,
	bytes   BIGINT NOT NULL,
	lines   BIGINT NOT NULL,
	entries BIGINT NOT NULL
);
