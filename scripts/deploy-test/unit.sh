#!/bin/bash
# unit.sh: the unit of systemd, installed by the guide's own lines and put through
# its life. Runs as root inside the machine of deploy-test.sh and nowhere else.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
. "$here/say.sh"
root=$(readlink -f "$here/../..")
node="https://127.0.0.1:8443"
config=/etc/paiza/paiza.toml
export SSL_CERT_FILE=/etc/paiza/tls/cert.pem

on_fail() {
	systemctl status --no-pager -n 0 paiza || true
	journalctl --no-pager -q -u paiza -n 40 || true
}

# certificate FOLDER SERIAL
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -set_serial "$2" -subj /CN=node.example \
		-addext subjectAltName=DNS:node.example,DNS:localhost,IP:127.0.0.1 -keyout "$1/key.pem" -out "$1/cert.pem" 2>/dev/null
}

served_serial() {
	openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -serial
}

as_paiza() { runuser -u paiza -- paiza --config "$config" "$@"; }

# guide prints the lines of the guide's first block under a heading, without the
# words that explain them.
guide() {
	awk -v heading="## $1" '$0 == heading {on = 1} on && /^```/ {if (inside) exit; inside = 1; next} inside' \
		"$root/docs/guides/node-operator.md" | sed 's/   *[^ ].*$//'
}

# What a person does in an editor.
editor() {
	local recipient
	recipient=$(paiza backup key /run/backup.key | grep -o 'age1[a-z0-9]*')
	sed -i -e 's|^public_url = "https://node.example:8443"|public_url = "https://localhost:8443"|' \
		-e '/^# \[backup\]/,$s/^# //' -e "s/\"age1...\"/\"$recipient\"/" "$1"
	grep -q "^recipients = .*$recipient" "$1"
}

step "install by the guide"
cd "$root/deploy/systemd"
certificate . 1
guide "Install on one machine without Internet" >/run/install.sh
grep -q systemctl /run/install.sh || fail "the guide has no lines to install by"
. /run/install.sh >/run/install.out
grep -q 'localhost:8443/setup#' /run/install.out || fail "the journal has no one-time link"

step "verify and judge the unit"
[ -z "$(systemd-analyze verify /etc/systemd/system/paiza.service 2>&1 | tee /dev/stderr)" ] || fail "systemd-analyze verify has something to say"
systemd-analyze security --no-pager paiza | tail -n 1
systemd-analyze security --no-pager --threshold=20 paiza >/dev/null || fail "the unit is exposed more than 2.0"

step "the node is active, ready and shut in"
systemctl is-active paiza
paiza --config "$config" health
as_paiza health
curl -sf http://127.0.0.1:9464/metrics | grep -q '^paiza_check_ok' || fail "no figures"
pid=$(systemctl show -P MainPID paiza)
grep -E '^(NoNewPrivs|Seccomp|CapEff|CapBnd|Uid):' "/proc/$pid/status"
grep -q '^Seccomp:.*2$' "/proc/$pid/status" || fail "no filter of system calls"
grep -q '^CapBnd:.*0000000000000000$' "/proc/$pid/status" || fail "the service has capabilities"
nsenter -t "$pid" -m sh -c 'touch /var/lib/paiza/x && rm /var/lib/paiza/x' || fail "the service cannot write to its own folder"
for place in /etc/paiza /usr/local/bin /var/lib /srv; do
	! nsenter -t "$pid" -m touch "$place/x" 2>/dev/null || fail "the service can write to $place"
done

step "a file is imported and a backup is made by the service"
printf 'seven bridges of koenigsberg\n' | as_paiza user add --name "Duty analyst" --role analyst --role registrar --role administrator duty
as_paiza token add --name deploy-test --scope import.run --scope picture.read --scope seizure.read --scope node.operate duty >/run/token
paiza --node "$node" --token-file /run/token import --json "$here/seizures.csv"
paiza --node "$node" --token-file /run/token picture market --json | grep -q '"1.5"' || fail "the import is not in the picture"
curl -sf -X POST -H "Authorization: Bearer $(cat /run/token)" "$node/api/v1/node/jobs/backup/run" >/dev/null
await 120 sh -c 'ls /var/backups/paiza/*.backup*'
await 60 sh -c "curl -sf http://127.0.0.1:9464/metrics | grep -q '^paiza_backup_last_timestamp_seconds [1-9]'"
copy=$(ls /var/backups/paiza/*.backup*)
stat -c '%A %U %n' "$copy"
as_paiza backup verify "$copy"

step "a reload takes the new certificate, and a broken one is left alone"
before=$(served_serial)
certificate /run 2
install -m 0640 -g paiza /run/cert.pem /run/key.pem /etc/paiza/tls/
systemctl reload paiza
await 30 sh -c "[ \"\$(openssl s_client -connect 127.0.0.1:8443 </dev/null 2>/dev/null | openssl x509 -noout -serial)\" != '$before' ]"
[ "$(systemctl show -P MainPID paiza)" = "$pid" ] || fail "the reload was a restart"
install -m 0640 -g paiza /run/key.pem /etc/paiza/tls/cert.pem
systemctl reload paiza
await 30 sh -c "curl -sf http://127.0.0.1:9464/metrics | grep -q '^paiza_certificate_reload_failed_total [1-9]'"
[ "$(served_serial)" = "serial=02" ] || fail "the broken certificate is in use"
install -m 0640 -g paiza /run/cert.pem /etc/paiza/tls/

step "killed, it comes back by itself"
kill -9 "$pid"
await 120 sh -c "[ \"\$(systemctl show -P MainPID paiza)\" != $pid ] && systemctl -q is-active paiza"
paiza --config "$config" health

step "stopped, it ends in order"
systemctl stop paiza
[ "$(systemctl show -P Result paiza)" = success ] || fail "the stop ended with $(systemctl show -P Result paiza)"
[ "$(systemctl show -P ExecMainStatus paiza)" = 0 ] || fail "the node ended with $(systemctl show -P ExecMainStatus paiza)"
as_paiza fsck

step "a fault of the configuration is said once and not tried again"
cp "$config" /run/right.toml
sed -i 's/^address = "0.0.0.0:8443"/adress = "0.0.0.0:8443"/' "$config"
! systemctl start paiza 2>/dev/null || fail "it starts with a fault in the configuration"
await 30 systemctl -q is-failed paiza
[ "$(systemctl show -P NRestarts paiza)" = 0 ] || fail "it was tried again"
journalctl -q -u paiza -n 10 | grep -q adress || fail "the journal does not name the fault"
cp /run/right.toml "$config"
systemctl reset-failed paiza

step "port 443, and the store on PostgreSQL by its socket, its secrets from sealed credentials"
systemctl start postgresql
runuser -u postgres -- createuser paiza
runuser -u postgres -- createdb -O paiza -l C.UTF-8 -T template0 paiza
drop=/etc/systemd/system/paiza.service.d
mkdir -p "$drop"
install -m 0644 paiza.service.d/port443.conf "$drop/"
sed -i 's/:8443"/:443"/' "$config"
grep -v oidc paiza.service.d/secret.conf | grep -v OIDC >"$drop/secret.conf"
# The lines of secret.conf itself: sealed to this machine, no copy in clear.
seal() { systemd-creds encrypt --name="$1" - "/etc/credstore.encrypted/$1"; }
grep -q 'systemd-creds encrypt --name=NAME - /etc/credstore.encrypted/NAME' "$drop/secret.conf" || fail "secret.conf says another way to put secrets in"
paiza secret new | seal node-secret
printf 'postgres:///paiza?host=/run/postgresql' | seal store
! grep -q postgres /etc/credstore.encrypted/store || fail "the secret lies open"
systemctl daemon-reload
[ -z "$(systemd-analyze verify /etc/systemd/system/paiza.service 2>&1 | tee /dev/stderr)" ] || fail "systemd-analyze verify has something to say of the drop-ins"
systemctl start paiza
paiza health --url https://localhost:443
systemd-analyze security --no-pager paiza | tail -n 1
runuser -u postgres -- psql -At paiza -c 'SELECT count(*) FROM pg_stat_activity WHERE usename = $$paiza$$' | grep -qv '^0$' || fail "the node is not on PostgreSQL"
pid=$(systemctl show -P MainPID paiza)
grep -q '^CapEff:.*0000000000000400$' "/proc/$pid/status" || fail "more or less than CAP_NET_BIND_SERVICE"
systemctl restart paiza
paiza health --url https://localhost:443
systemctl stop paiza
echo "deploy-test: unit passed"
