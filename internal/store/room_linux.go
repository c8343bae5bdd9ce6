package store

import "syscall"

// Room is how many bytes an ordinary program may still write into a folder, and
// how many the disk has in all; -1 where the machine does not say.
func Room(folder string) (free, all int64) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return -1, -1
	}
	return int64(st.Bavail) * st.Bsize, int64(st.Blocks) * st.Bsize
}
