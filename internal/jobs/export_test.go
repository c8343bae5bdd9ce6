package jobs

import "time"

// LookEvery lets a test wait less.
func (s *Webhooks) LookEvery(d time.Duration) { s.look = d }
