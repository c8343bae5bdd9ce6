#!/bin/sh
# Whether the program reaches code of a library, or of Go itself, with a known
# weakness. It fails when it does, and when that cannot be found out: a check that
# was not made is not passed. The database is that of the Go project; without a
# network GOVULNDB=file:///FOLDER names a copy (its vulndb.zip, unpacked), which
# may be thirty days old. Arguments are packages; all of them when none is given.
set -eu
db=${GOVULNDB:-https://vuln.go.dev}
not_checked() {
	echo "not checked: $1 ($db)" >&2
	exit 1
}
case $db in
file://*)
	index=${db#file://}/index/db.json
	[ -r "$index" ] || not_checked "the database of known weaknesses is not there"
	of=$(sed -n 's/.*"modified": *"\([0-9-]*\)T.*/\1/p' "$index")
	oldest=$(date -u -d '30 days ago' +%Y-%m-%d)
	[ "$(printf '%s\n' "$oldest" "$of" | sort | head -n 1)" = "$oldest" ] ||
		not_checked "the copy of the database is of ${of:-no date} and has to be newer than $oldest"
	;;
esac
[ $# -gt 0 ] || set -- ./...
code=0
${GO:-go} tool -modfile=scripts/vuln/go.mod govulncheck -db "$db" "$@" || code=$?
case $code in
0) echo "no known weakness is reached ($db)" ;;
3)
	echo "a known weakness is reached: bring the library up to date (docs/SECURITY.md, Libraries)" >&2
	exit 3
	;;
*) not_checked "the database of known weaknesses does not answer, or the program does not build" ;;
esac
