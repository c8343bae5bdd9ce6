// Package paiza is the language of the field: what prosecutors, police,
// customs and forensic laboratories mean by a seizure, a substance, a routing,
// a period, an official total, and by the person who acts on them.
//
// Read seizure.go first: it is what the product is built around. quantity.go
// says how an amount is kept exactly, date.go how a date that is only a year
// or a month is kept, error.go how a refusal travels to a person.
//
// The package decides nothing about rights (package access), stores nothing
// (package store) and knows no names of substances or places (package
// catalog). It imports the standard library only, so that every other room may
// import it.
package paiza
