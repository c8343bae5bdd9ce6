#!/bin/sh
# fuzz.sh runs every fuzz target of the module for FUZZTIME each. Packages may be
# named; without a name it is all of them. It ends with the first that finds
# something.
#
# An input that finds something new is made smaller by ten tries only: without
# that bound a target over keys and hashes spends its minute on the first one.
set -eu
: "${FUZZTIME:=1m}"
[ $# -gt 0 ] || set -- ./...
for pkg in $(go list "$@"); do
	for target in $(go test "$pkg" -list '^Fuzz' | grep '^Fuzz' || true); do
		echo "== $pkg $target"
		go test "$pkg" -run '^$' -fuzz "^$target\$" -fuzztime "$FUZZTIME" -fuzzminimizetime 10x
	done
done
