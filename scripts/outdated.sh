#!/bin/sh
# Which libraries that the program asks for have a newer version, and since when.
# It fails when one has been behind for ninety days (docs/SECURITY.md, Libraries).
set -eu
limit=$(date -u -d '90 days ago' +%Y-%m-%d)
go list -m -f '{{if not (or .Main .Indirect)}}{{.Path}}{{end}}' all |
	xargs go list -m -u -f '{{with .Update}}{{.Time.Format "2006-01-02"}} {{$.Path}} {{$.Version}} {{.Version}}{{end}}' |
	awk -v limit="$limit" 'NF { print $2, $3, "->", $4, "since", $1; if ($1 < limit) late = 1 } END { exit late }'
