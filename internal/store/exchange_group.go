package store

import (
	"context"
	"database/sql"
	"errors"

	"paiza"
	"paiza/wire"
)

// InsertGroup keeps a version of a group.
func (t *Tx) InsertGroup(g *wire.Group) error {
	_, err := t.exec("INSERT INTO node_group (id, version, owner, name, raw) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id, version) DO NOTHING",
		g.Group.String(), int64(g.Version), g.Owner.String(), g.Name, g.Bytes())
	return err
}

// Group gives a version of a group; nil when it is not known here.
func (t *Tx) Group(ref wire.GroupRef) (*wire.Group, error) { return groupAt(t.ctx, t.conn, ref) }

// Group gives a version of a group; nil when it is not known here.
func (s *Store) Group(ctx context.Context, ref wire.GroupRef) (*wire.Group, error) {
	return groupAt(ctx, s.read, ref)
}

func groupAt(ctx context.Context, q querier, ref wire.GroupRef) (*wire.Group, error) {
	return scanGroup(q.QueryRowContext(ctx, "SELECT raw FROM node_group WHERE id = $1 AND version = $2", ref.Group.String(), int64(ref.Version)))
}

func scanGroup(row scanner) (*wire.Group, error) {
	var raw []byte
	err := row.Scan(&raw)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, diskError(err)
	}
	return wire.ParseGroup(raw)
}

// GroupVersions lists every version of a group that is known here, in order.
func (t *Tx) GroupVersions(id string) ([]*wire.Group, error) {
	return groupVersions(t.ctx, t.conn, "SELECT raw FROM node_group WHERE id = $1 ORDER BY version", id)
}

// LatestGroup gives the latest version of a group.
func (t *Tx) LatestGroup(id string) (*wire.Group, error) { return latestGroup(t.ctx, t.conn, id) }

// LatestGroup gives the latest version of a group.
func (s *Store) LatestGroup(ctx context.Context, id string) (*wire.Group, error) {
	return latestGroup(ctx, s.read, id)
}

func latestGroup(ctx context.Context, q querier, id string) (*wire.Group, error) {
	g, err := scanGroup(q.QueryRowContext(ctx, "SELECT raw FROM node_group WHERE id = $1 ORDER BY version DESC LIMIT 1", id))
	if err == nil && g == nil {
		err = paiza.NotFound("group", id)
	}
	return g, err
}

// Groups lists the latest version of every group.
func (s *Store) Groups(ctx context.Context) ([]*wire.Group, error) {
	return groupVersions(ctx, s.read, "SELECT raw FROM node_group g WHERE version = (SELECT max(version) FROM node_group o WHERE o.id = g.id) ORDER BY name, id")
}

func groupVersions(ctx context.Context, q querier, query string, args ...any) (out []*wire.Group, err error) {
	err = each(ctx, q, func(r scanner) error {
		g, err := scanGroup(r)
		out = append(out, g)
		return err
	}, query, args...)
	return out, err
}
