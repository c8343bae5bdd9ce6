# say.sh: how the parts of deploy-test speak. A part may define on_fail, which
# shows what a person would look at.
step() { echo "== $*"; }
on_fail() { :; }
fail() {
	echo "deploy-test: FAIL: $*"
	exit 1
}
# await SECONDS COMMAND… until it succeeds.
await() {
	local left=$1
	shift
	until "$@" >/dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || fail "in vain: $*"
		sleep 1
	done
}
trap 'code=$?; [ "$code" = 0 ] || { echo "-- ended with $code at line ${BASH_LINENO[0]:-?} of $0"; on_fail; }' EXIT
