package store

import "context"

// ExecForTest changes the database behind the store's back.
func (s *Store) ExecForTest(ctx context.Context, query string) error {
	return s.Write(ctx, func(t *Tx) error {
		_, err := t.exec(query)
		return err
	})
}
