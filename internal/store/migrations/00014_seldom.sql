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
CREATE INDEX inbox_aside_peer ON inbox (peer, num) WHERE refused <> '';
DROP INDEX note_thread;
CREATE INDEX note_thread ON note (thread, num) WHERE thread <> '';
