#!/bin/sh
# fuzz.sh runs every fuzz target of the module for FUZZTIME each.
set -eu
: "${FUZZTIME:=1m}"
go list ./... | while read -r pkg; do
	go test "$pkg" -list '^Fuzz' | grep '^Fuzz' | while read -r target; do
		echo "== $pkg $target"
		go test "$pkg" -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME"
	done || true
done
