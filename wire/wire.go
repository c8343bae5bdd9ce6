// Package wire holds every shape that leaves the process, in two halves.
//
// The first half is what nodes of different states exchange: node cards, the
// trust directory, messages, the sealed and signed batches in which they
// travel, receipts, groups, attachments, courier files and proof files, with
// their cryptography. These formats are binary, versioned by their first four
// bytes, and read only within limits. What was signed is kept as the bytes that
// were signed and is never written anew. Read message.go for what one node says
// to another, chain.go for how a log is made of messages, batch.go for how a
// part of the log is sealed and signed. docs/PROTOCOL.md describes all of it
// for another implementation, testdata/vectors for its tests.
//
// The second half is the shapes of the JSON interface, which programs of the
// same authority use: one file for each subject.
//
// The package keeps nothing, talks to nobody and decides nothing about rights.
// It uses the standard library only, so that whoever must check a proof needs
// no more than this package.
package wire
