#!/bin/bash
# postgres.sh: the entry point of the stand-in for the image of PostgreSQL. It
# keeps to the variables that compose.yaml uses and starts as root, as that one.
set -euo pipefail
bin=$(ls -d /usr/lib/postgresql/*/bin)
run() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ "$(id -u)" = 0 ]; then
	chown postgres:postgres "$PGDATA" /run/postgresql
	chmod 0700 "$PGDATA"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
	run bash -c 'exec "$0" -D "$PGDATA" -U "$POSTGRES_USER" --auth-host=scram-sha-256 --pwfile=<(cat "$POSTGRES_PASSWORD_FILE"; echo) $POSTGRES_INITDB_ARGS' "$bin/initdb"
	[ "$POSTGRES_DB" = postgres ] || echo "CREATE DATABASE \"$POSTGRES_DB\"" | run "$bin/postgres" --single -j -D "$PGDATA" postgres >/dev/null
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
