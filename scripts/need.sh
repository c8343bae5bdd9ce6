#!/bin/sh
# need.sh PROGRAM… makes sure that programs are there: on Debian and as root it
# installs their packages, elsewhere it says exactly what to install and stops.
set -eu

missing=""
want() { # program package
	case "$1" in
	postgres) ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing $2" ;;
	*) command -v "$1" >/dev/null 2>&1 || missing="$missing $2" ;;
	esac
}

for program in "$@"; do
	case "$program" in
	node) want node nodejs ;;
	npm) want npm npm ;;
	postgres) want postgres postgresql ;;
	chromium) want chromium chromium ;;
	*) want "$program" "$program" ;;
	esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
	echo "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
	exit 0
fi
echo "These packages are missing:$missing" >&2
echo "Install them, on Debian with:  sudo apt-get install$missing" >&2
exit 1
