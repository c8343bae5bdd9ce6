package link

import "sync"

// headroom has the collector of a process that talks to others begin later. The
// heap of a node is a dozen megabytes, and at full rate what messages leave
// behind would be collected twenty times a second. The collector counts headroom
// as in use and lets the heap grow by as much again; nothing touches it, and so
// it is no memory of the machine.
var headroom = sync.OnceValue(func() []byte { return make([]byte, 24<<20) })
