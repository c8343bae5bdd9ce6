package desk

import "paiza/internal/store"

// SetRoom lets a test say how much room a disk has.
func (d *Desk) SetRoom(room func(string) (free, all int64)) { d.room = room }

// Abandon makes the desk's claims those of a process that died without a word.
func (d *Desk) Abandon() { d.holder = "elsewhere/1/x" }

// Store is what the desk stands over, for a second desk beside it.
func (d *Desk) Store() *store.Store { return d.store }
