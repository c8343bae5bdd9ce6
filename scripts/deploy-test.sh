#!/bin/sh
# deploy-test.sh runs what is in deploy/: in a virtual machine of Debian that
# has no network and is thrown away it installs the unit by the guide's lines and
# puts it through its life, then builds the image and brings compose.yaml up.
#
#   scripts/deploy-test.sh [unit] [image]     both when none is named
#
# It needs Debian's mmdebstrap, qemu-system-x86 and e2fsprogs, and a mirror of
# Debian for the first run; the machine is kept in bin/deploy-test and is made by
# root. Without KVM it takes five minutes or more. SUITE (trixie or later) and MIRROR name
# another Debian, ACCEL=tcg goes without KVM where it is broken, WAIT is how many
# seconds the machine may take.
set -eu
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need mmdebstrap mmdebstrap
need qemu-system-x86_64 qemu-system-x86
need mkfs.ext4 e2fsprogs
if [ -n "$missing" ]; then
	echo "These packages are missing:$missing" >&2
	echo "Install them, on Debian with:  sudo apt-get install$missing" >&2
	exit 1
fi
[ -x bin/paiza ] || { echo "There is no bin/paiza: make build" >&2; exit 1; }

suite=${SUITE:-trixie}
keep=$PWD/bin/deploy-test/$suite
accel=${ACCEL:-}
if [ -z "$accel" ]; then
	accel=tcg
	[ ! -w /dev/kvm ] || accel=kvm
fi
processor=max
[ "$accel" != kvm ] || processor=host

# The machine: made once, never written to again.
if [ ! -e "$keep/root.img" ]; then
	[ "$(id -u)" = 0 ] || { echo "The machine is made by root: run this once as root." >&2; exit 1; }
	mkdir -p "$keep"
	include=systemd-sysv,dbus,udev,kmod,iproute2,procps,linux-image-cloud-amd64
	include=$include,postgresql,openssl,curl,ca-certificates,tzdata,docker.io,docker-cli,docker-compose,iptables
	# shellcheck disable=SC2086
	mmdebstrap --variant=minbase --include=$include \
		--customize-hook='copy-in scripts/deploy-test/deploy-test.service /etc/systemd/system' \
		--customize-hook='chroot "$1" systemctl -q enable deploy-test.service' \
		--customize-hook='chroot "$1" systemctl -q mask serial-getty@ttyS0.service' \
		--customize-hook='chroot "$1" systemctl -q disable docker.service docker.socket containerd.service postgresql.service' \
		"$suite" "$keep/root.tar" ${MIRROR:-}
	(
		cd "$keep"
		rm -rf root new.img && mkdir root && tar -x -C root -f root.tar
		cat root/boot/vmlinuz-* >vmlinuz
		cat root/boot/initrd.img-* >initrd
		truncate -s 8G new.img && mkfs.ext4 -q -d root new.img
		rm -rf root root.tar && mv new.img root.img
	)
fi

payload=$(mktemp "$keep/payload.XXXXXX")
trap 'rm -f "$payload"' EXIT INT TERM
printf '%s\n' "${*:-unit image}" >"$keep/parts"
tar -cf "$payload" bin/paiza deploy docs/guides/node-operator.md scripts/deploy-test -C "$keep" parts

timeout "${WAIT:-3600}" qemu-system-x86_64 -accel "$accel" -cpu "$processor" -smp 2 -m 2560 -nographic -no-reboot -nic none -snapshot \
	-drive "file=$keep/root.img,if=virtio,format=raw" -drive "file=$payload,if=virtio,format=raw,readonly=on" \
	-kernel "$keep/vmlinuz" -initrd "$keep/initrd" -append "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=no" \
	</dev/null | tee "$keep/log" || true
grep -q '^deploy-test: passed' "$keep/log" || {
	echo "deploy-test: what is in deploy/ does not run as it says; see above and $keep/log" >&2
	exit 1
}
