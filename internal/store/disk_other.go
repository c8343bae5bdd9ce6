//go:build !linux

package store

// Disk is not known on this system.
func (s *Store) Disk() (free, size uint64, ok bool) { return 0, 0, false }
