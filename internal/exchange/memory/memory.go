// Package memory keeps the exchange of one node in memory: every log, receipt
// and subject, and nothing of it on a disk. Tests and the model of the network
// use it; it shows what a store must do, in the fewest lines. Nothing in the
// program imports it.
//
// Read node.go and subject.go for what people do, outbox.go, inbox.go and trust.go
// for what package exchange asks, reopen.go for what becomes of a log whose peer has
// another history of it, snapshot.go for backups and crashes.
package memory
