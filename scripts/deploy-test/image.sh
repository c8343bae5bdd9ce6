#!/bin/bash
# image.sh: the image and compose.yaml, run by Docker. Runs as root inside the
# machine of deploy-test.sh and nowhere else.
#
# No registry is asked. The last stage of the Dockerfile, word for word, is built
# over a stand-in for the stage "build" with the program that was built outside;
# postgres:17-bookworm is stood in for by PostgreSQL of this machine with an
# entry point that keeps to the same variables.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/say.sh"
root=$(readlink -f "$here/../..")
export DOCKER_BUILDKIT=0 COMPOSE_PROJECT_NAME=paiza COMPOSE_ANSI=never COMPOSE_PROGRESS=plain

compose() { docker compose -f "$root/deploy/docker/compose.yaml" "$@"; }

on_fail() {
	compose ps -a || true
	compose logs --no-color --tail 40 || true
}

# healthy CONTAINER
healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ]; }

step "the engine"
systemctl start docker.service
docker version -f '{{.Server.Version}}'

step "stand-ins for the images of others"
mkdir -p /run/stage/out/data /run/stage/out/backup /run/stage/out/tmp /run/stage/etc/ssl/certs /run/stage/usr/share
cp "$root/bin/paiza" /run/stage/out/paiza
cp /etc/ssl/certs/ca-certificates.crt /run/stage/etc/ssl/certs/
cp -r /usr/share/zoneinfo /run/stage/usr/share/
tar -C /run/stage -c . | docker import - stage-build >/dev/null
base=$(ls -d /usr/lib/postgresql/*/bin)
db=/run/db
mkdir -p $db/bin $db/tmp $db/run $db/var/lib/postgresql
for program in "$base/postgres" "$base/initdb" "$base/pg_isready" /usr/bin/{bash,setpriv,chown,chmod,cat,ls,id}; do
	cp "$program" $db/bin/
	ldd "$program" | grep -o '/[^ ]*' | xargs -I{} cp -n --parents {} $db/ # what it is linked with
done
ln -s bash $db/bin/sh
ln -s /run $db/var/run
cp --parents -r "${base%/bin}/lib" /usr/share/postgresql /usr/share/zoneinfo /usr/lib/locale /etc/passwd /etc/group /etc/nsswitch.conf $db/
mkdir -p "$db$base" && cp "$base/postgres" "$base/initdb" "$db$base/"
rm -rf $db"${base%/bin}"/lib/{bitcode,llvmjit.so}
install -m 0755 "$here/postgres.sh" $db/bin/postgres-entry
tar -C $db -c . | docker import -c 'ENTRYPOINT ["/bin/postgres-entry"]' -c "ENV PGDATA=/var/lib/postgresql/data PATH=$base:/bin" - postgres:17-bookworm >/dev/null

step "the last stage of the Dockerfile"
mkdir -p /run/context
{
	echo "FROM stage-build AS build"
	sed -n '/^FROM scratch/,$p' "$root/deploy/docker/Dockerfile"
} >/run/context/Dockerfile
docker build -q -t paiza /run/context
docker run --rm paiza version
docker image inspect -f '{{.Config.User}} {{.Config.StopSignal}} {{.Size}} bytes' paiza

step "one container with SQLite: read-only but for its volumes, without rights"
docker run -d --name single --read-only --cap-drop ALL --security-opt no-new-privileges=true -e PAIZA_HTTPS=true \
	-e PAIZA_PUBLIC_URL=https://node.example -v single:/var/lib/paiza -v single-backup:/var/backups/paiza paiza >/dev/null
await 180 healthy single
docker logs single 2>&1 | grep -q 'https://node.example/setup#' || fail "no one-time link in the log"
printf 'seven bridges of koenigsberg\n' | docker exec -i single /paiza user add --name "Duty analyst" --role analyst --role registrar duty
docker exec single /paiza token add --name deploy-test --scope import.run --scope seizure.read --scope picture.read duty >/run/token
install -m 0755 "$root/bin/paiza" /usr/local/bin/ # nothing runs in /run
at=http://$(docker inspect -f '{{.NetworkSettings.IPAddress}}' single):8080
paiza --node "$at" --insecure-http --token-file /run/token import --json "$here/seizures.csv"
docker stop -t 120 single >/dev/null
[ "$(docker inspect -f '{{.State.ExitCode}}' single)" = 0 ] || fail "SIGTERM ended it with $(docker inspect -f '{{.State.ExitCode}}' single)"
docker rm single >/dev/null
docker run --rm --read-only -v single:/var/lib/paiza paiza fsck

step "compose.yaml by its own first lines"
cd "$root/deploy/docker"
sed -n 's/^#   //p' compose.yaml >/run/before.sh
grep -q openssl /run/before.sh || grep -q urandom /run/before.sh || fail "compose.yaml does not say what to make before"
. /run/before.sh
compose config -q
compose up -d --no-build
await 240 healthy paiza-db-1
await 240 healthy paiza-paiza-1
compose logs --no-color paiza | grep -q 'https://node.example/setup#' || fail "no one-time link in the log"
[ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/readyz)" = 200 ] || fail "the port of the machine does not lead to the node"

step "down and up: the same node, with its secret"
compose exec -T paiza /paiza node init --state KAZ --address https://node.example:8443 "Node of an exercise" >/dev/null
card=$(compose exec -T paiza /paiza node card --json)
compose down -t 120
compose up -d --no-build
await 240 healthy paiza-paiza-1
[ "$(compose exec -T paiza /paiza node card --json)" = "$card" ] || fail "the node has lost its card"
compose exec -T paiza /paiza fsck

step "stopped, both end in order"
compose stop
[ "$(docker inspect -f '{{.State.ExitCode}}' paiza-paiza-1)" = 0 ] || fail "the node ended with $(docker inspect -f '{{.State.ExitCode}}' paiza-paiza-1)"
echo "deploy-test: image passed"
