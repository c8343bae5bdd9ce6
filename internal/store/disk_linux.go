package store

import (
	"path/filepath"
	"syscall"
)

// Disk is the free space for the program and the size of the file system where
// the store lies, in bytes. ok is false where that is not known: of PostgreSQL.
func (s *Store) Disk() (free, size uint64, ok bool) {
	if s.path == "" {
		return 0, 0, false
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(s.path), &st); err != nil {
		return 0, 0, false
	}
	unit := uint64(st.Bsize)
	return st.Bavail * unit, st.Blocks * unit, true
}
