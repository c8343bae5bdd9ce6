package store

import (
	"errors"
	"os"
	"syscall"
)

// sameOwner gives a new file the owner of the one that it replaces, so that a
// change by the machine's administrator does not shut the program's account out.
func sameOwner(f *os.File, replaced string) error {
	info, err := os.Stat(replaced)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(st.Uid) == os.Geteuid() && int(st.Gid) == os.Getegid() {
		return nil
	}
	return f.Chown(int(st.Uid), int(st.Gid))
}
