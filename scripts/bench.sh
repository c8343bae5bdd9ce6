#!/bin/sh
# bench.sh prints every figure that the product promises.
set -eu
go run ./internal/bench "$@"
(cd internal/bench/jetstream && go run .) || echo "JetStream is not measured: its module cannot be built here"
echo
go run ./internal/torture -load -duration "${LOAD:-5m}"
echo
go test ./chem -run '^$' -bench . -benchtime 1x -count 5 2>&1 | sh scripts/median.sh
