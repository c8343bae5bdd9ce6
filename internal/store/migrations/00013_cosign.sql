-- +goose Up

-- Heads of ledgers: of this node's own (peer 0) those that were sent to peers, of
-- peers those that they showed. note is the signed note with all cosignatures.
-- refused is why a head does not count, against is the head that it
-- contradicts, restored when its node says that it was put back from a backup;
-- epoch and seq are the place of the message that brought it.
CREATE TABLE checkpoint (
	num      BIGINT PRIMARY KEY,
	peer     BIGINT NOT NULL,
	size     BIGINT NOT NULL,
	root     BYTEA NOT NULL,
	verifier TEXT NOT NULL,
	note     TEXT NOT NULL,
	at       BIGINT NOT NULL,
	refused  TEXT NOT NULL,
	against  BIGINT NOT NULL,
	restored BIGINT NOT NULL,
	epoch    BIGINT NOT NULL,
	seq      BIGINT NOT NULL
);
CREATE INDEX checkpoint_peer ON checkpoint (peer, size);
INSERT INTO counter (name, value) VALUES ('checkpoint', 0);

-- To whom an own head was sent, where in his log, and when he cosigned it (0: not
-- yet). base marks the head from which the next one for the peer is proved.
CREATE TABLE cosignature (
	checkpoint BIGINT NOT NULL,
	peer       BIGINT NOT NULL,
	sent       BIGINT NOT NULL,
	signed     BIGINT NOT NULL,
	epoch      BIGINT NOT NULL,
	seq        BIGINT NOT NULL,
	base       BIGINT NOT NULL,
	PRIMARY KEY (checkpoint, peer)
);
CREATE INDEX cosignature_peer ON cosignature (peer, checkpoint);

-- Two histories of one log, both signed by the peer: the header of the batch that
-- is here and that of the one that contradicts it.
CREATE TABLE fork (
	peer   BIGINT NOT NULL,
	epoch  BIGINT NOT NULL,
	seq    BIGINT NOT NULL,
	at     BIGINT NOT NULL,
	ours   BYTEA NOT NULL,
	theirs BYTEA NOT NULL,
	PRIMARY KEY (peer, epoch, seq)
);

-- How much of a peer is taken in a day (of UTC, as a number of days since 1970),
-- and how much may be where it is not the node's own rule; 0 is the rule.
CREATE TABLE peer_use (
	peer     BIGINT NOT NULL,
	day      BIGINT NOT NULL,
	messages BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	files    BIGINT NOT NULL,
	warned   BIGINT NOT NULL,
	PRIMARY KEY (peer, day)
);
CREATE TABLE peer_quota (
	peer     BIGINT PRIMARY KEY,
	messages BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	files    BIGINT NOT NULL
);
