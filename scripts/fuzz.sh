#!/bin/sh
# fuzz.sh runs every fuzz target of the module for FUZZTIME each. Packages may be
# named; without a name it is all of them. It ends with the first that finds
# something.
set -eu
: "${FUZZTIME:=1m}"
[ $# -gt 0 ] || set -- ./...
for pkg in $(go list "$@"); do
	for target in $(go test "$pkg" -list '^Fuzz' | grep '^Fuzz' || true); do
		echo "== $pkg $target"
		go test "$pkg" -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME"
	done
done
