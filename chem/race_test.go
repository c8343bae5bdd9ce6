//go:build race

package chem

// raceEnabled tells tests of time that the race detector slows them down.
const raceEnabled = true
