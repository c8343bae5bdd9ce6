-- +goose Up

-- What few rows have is looked up by an index of those rows alone: a group, a
-- conversation, a reason to lie in quarantine, a version that is owed.
DROP INDEX audience_party;
CREATE INDEX audience_party ON audience (party) WHERE party <> '';
DROP INDEX item_again;
CREATE INDEX item_again ON item (num) WHERE again = 1;
DROP INDEX inbox_refused;
CREATE INDEX inbox_refused ON inbox (refused, num) WHERE refused <> '';
CREATE INDEX inbox_aside ON inbox (num) WHERE refused <> '';
DROP INDEX note_thread;
CREATE INDEX note_thread ON note (thread, num) WHERE thread <> '';

-- Lists show the newest first: of a kind, of a partner, for a desk, of this node.
CREATE INDEX inbox_type ON inbox (type, num);
CREATE INDEX inbox_peer ON inbox (peer, num);
CREATE INDEX inbox_desk ON inbox (desk, num);
CREATE INDEX item_sent ON item (num) WHERE origin = '';
CREATE INDEX note_way ON note (incoming, num);
-- What people decided about a partner, among the thousands of acts of its traffic.
CREATE INDEX act_decision ON act (subject, seq) WHERE substr(subject, 1, 5) = 'peer/' AND actor <> 'exchange';

-- The time of the newest receipt that this node signed for a peer's log: a clock
-- that was put back signs no earlier one.
ALTER TABLE inlog ADD COLUMN stated BIGINT NOT NULL DEFAULT 0;
