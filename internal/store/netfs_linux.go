package store

import (
	"syscall"

	"paiza"
)

// Magic numbers of statfs(2) for file systems whose locks and syncs a database
// cannot trust.
var networkFS = map[int64]string{
	0x6969:     "NFS",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB2",
	0x517B:     "SMB",
	0x01021997: "9P",
	0x65735546: "FUSE",
	0x5346414F: "AFS",
	0x73757245: "Coda",
	0x00C36400: "Ceph",
	0x0BD00BD0: "Lustre",
	0x013111A8: "iBRIX",
}

// refuseNetworkFile refuses a folder on a network file system: SQLite's locks
// and syncs do not hold there and acknowledged acts could be lost.
func refuseNetworkFile(dir string) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return nil // the open that follows says what is wrong
	}
	if name, ok := networkFS[int64(uint32(st.Type))]; ok {
		return paiza.Invalid("store.network_file", paiza.Args{"folder": dir, "kind": name})
	}
	return nil
}
