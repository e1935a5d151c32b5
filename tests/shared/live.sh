#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A real libvirt host: a guest goes to a storage pool of it, starts, comes back
# as a package, goes there again, and finds its payload whole.  Then what must
# leave nothing behind: a pool that is full, SIGTERM; and SIGKILL, after which
# the next run cleans up.
. ./tests/functions.sh
needs_shared guests/make-guest.sh oracles/libvirt-up.sh
[ "${OVFTOOL_TEST_SLOW:-yes}" = yes ] || skip_all "OVFTOOL_TEST_SLOW=$OVFTOOL_TEST_SLOW"
requires virsh libvirtd virtlogd qemu-img qemu-system-x86_64 python3 busybox cpio mcopy \
  mkfs.vfat syslinux sfdisk mke2fs grub-mkstandalone modprobe
tap_status "$OVFTOOL" info libvirt:test:///default#test
[ "$status" -eq 0 ] || skip_all "a build without libvirt"

uri=qemu:///system
me=ovftest$$ # whatever is made on the host begins so
v () { virsh -q -c "$uri" "$@"; }
said=$("$SHARED/oracles/libvirt-up.sh" up 2>"$tap_log") || {
  tap_show "$tap_log"
  skip_all "libvirtd does not run here"
}

leave () {
  local d p
  for d in $(v list --all --name | grep "^$me"); do
    v destroy "$d" >/dev/null 2>&1
    v undefine --nvram "$d" >/dev/null 2>&1
  done
  for p in $(v pool-list --all --name | grep "^$me"); do
    v pool-destroy "$p" >/dev/null 2>&1
    v pool-undefine "$p" >/dev/null 2>&1
  done
  ! mountpoint -q "$tmp/small" || umount "$tmp/small"
  # Only who started it ends it.
  [ "$said" != up ] || "$SHARED/oracles/libvirt-up.sh" down >/dev/null
}
cleanup_fn leave

pool () { # pool NAME FOLDER
  mkdir -p "$2"
  v pool-define-as "$1" dir --target "$2" && v pool-start "$1"
}
volumes () { v vol-list "$1" | awk '{ print $1 }' | sort | xargs; }
domains () { v list --all --name | grep "^$me" | sort | xargs; }
json () { python3 -c 'import json, sys
r = json.load (open (sys.argv[1])); print (eval (sys.argv[2]))' "$out" "$1"; }

"$SHARED/guests/make-guest.sh" "$tmp/guest" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  skip_all "no guest can be made here"
}
sha=$(sed -n 's/^PAYLOAD_SHA256=//p' "$tmp/guest/guest.env")
chmod 755 "$tmp"
ok "a pool" pool "$me" "$tmp/pool"
expect_exit 0 "an appliance" "$OVFTOOL" build --disk "$tmp/guest/disk-bios.raw" \
  --name "$me" --memory 256M -o "$tmp/guest.ova"

live () { # live EXIT NAME PACKAGE OPTIONS...
  local exit=$1 name=$2 package=$3
  shift 3
  expect_exit "$exit" "$name" $VG "$OVFTOOL" import "$package" --connect "$uri" \
    --virt-type qemu --net '*=user' "$@"
}

# ---- preflight ------------------------------------------------------------------
rules () { json 'sorted ({f["rule"] for f in r["findings"] if f["rule"].startswith ("PRE")})'; }
live 0 "the live host would take it" "$tmp/guest.ova" --pool "$me" --dry-run --json
before=$(rules)
is "nothing was made" "$(volumes "$me")$(domains)" ""
v domcapabilities --virttype qemu --machine pc >"$tmp/caps.xml"
expect_exit 0 "so do its saved capabilities" "$OVFTOOL" import "$tmp/guest.ova" --to libvirt \
  -o "$tmp/folder" --virt-type qemu --net '*=user' --dry-run --json --target-caps "$tmp/caps.xml"
is "with the same findings" "$(rules)" "$before"
sed 's/<value>ide</<value>none</' "$tmp/caps.xml" >"$tmp/none.xml"
expect_exit 3 "without IDE they do not" "$OVFTOOL" import "$tmp/guest.ova" --to libvirt \
  -o "$tmp/folder" --virt-type qemu --dry-run --json --target-caps "$tmp/none.xml"
is "and say why" "$(rules)" "['PREFLIGHT-DISK-BUS']"

# ---- there and back ----------------------------------------------------------------
# boots DOMAIN: waits for the guest's last word on its serial port.
boots () {
  local tty n=0
  tty=$(v ttyconsole "$1") && [ -n "$tty" ] || return 1
  timeout 150 cat "$tty" >"$tmp/serial" 2>/dev/null &
  until grep -aq OVFTOOL-GUEST-OK "$tmp/serial" 2>/dev/null || [ $((n += 1)) -gt 300 ]; do
    sleep 0.5
  done
  kill $! 2>/dev/null
  tr -d '\r' <"$tmp/serial" | grep -a "OVFTOOL-GUEST-OK.*payload=$sha" && return
  tail -n 5 "$tmp/serial"
  return 1
}
stopped () {
  local n=0
  until [ "$(v domstate "$1")" = "shut off" ] || [ $((n += 1)) -gt 60 ]; do sleep 0.5; done
  [ "$(v domstate "$1")" = "shut off" ] || v destroy "$1"
}

live 0 "imported and started" "$tmp/guest.ova" --pool "$me" --start --json
is "its volume" "$(json 'r["result"]["files"][0]["path"]')" "$tmp/pool/$me-disk1.qcow2"
is "nothing is left to start" "$(json 'r["result"]["start"]')" "[]"
is "no mark is left" "$(volumes "$me")" "$me-disk1.qcow2"
expect_exit 1 "while it runs it is not exported" "$OVFTOOL" export "libvirt:$uri#$me" \
  -o "$tmp/back.ova"
ok "it boots with its payload whole" boots "$me"
stopped "$me"
expect_exit 0 "exported" $VG "$OVFTOOL" export "libvirt:$uri#$me" -o "$tmp/back.ova"
expect_exit 0 "verified" "$OVFTOOL" verify "$tmp/back.ova"
live 1 "the name is taken" "$tmp/back.ova" --pool "$me"
live 0 "imported again, raw" "$tmp/back.ova" --pool "$me" --name "${me}b" --uuid new --mac new \
  --disk-format raw --start
ok "it boots again with its payload whole" boots "${me}b"
stopped "${me}b"
expect_exit 0 "a raw volume is exported as a stream" $VG "$OVFTOOL" export \
  "libvirt:$uri#${me}b" -o "$tmp/raw.ova"
expect_exit 0 "its disk" "$OVFTOOL" convert "$tmp/raw.ova" "$tmp/raw.qcow2" --to disk
ok "holds the same bytes" qemu-img compare -f qcow2 -F raw "$tmp/raw.qcow2" "$tmp/pool/${me}b-disk1.raw"
# A host by name is not this one: what is no stream is copied beside the output.
cat >"$tmp/relay" <<'END'
#!/usr/bin/env python3
import os, select, socket
s = socket.socket (socket.AF_UNIX)
s.connect ("/run/libvirt/libvirt-sock")
while True:
    for f in select.select ([0, s], [], [])[0]:
        data = os.read (0, 65536) if f == 0 else s.recv (65536)
        if not data:
            raise SystemExit
        s.sendall (data) if f == 0 else os.write (1, data)
END
chmod 755 "$tmp/relay"
mkdir "$tmp/far"
expect_exit 0 "as from another host" $VG "$OVFTOOL" export \
  "libvirt:qemu+ext://localhost/system?command=$tmp/relay#$me" -o "$tmp/far/back.ova"
ok "the same package" cmp "$tmp/far/back.ova" "$tmp/back.ova"
is "no copy is left" "$(ls -A "$tmp/far")" back.ova
live 0 "-f replaces a guest" "$tmp/guest.ova" --pool "$me" -f
is "and only that" "$(volumes "$me") $(domains)" \
  "$me-disk1.qcow2 ${me}b-disk1.raw $me ${me}b"

# ---- what must leave nothing --------------------------------------------------------
was=$(volumes "$me")
head -c 400M /dev/urandom >"$tmp/big.raw"
expect_exit 0 "a large one" "$OVFTOOL" build --disk "$tmp/big.raw" --name "${me}big" \
  --memory 64M -o "$tmp/big.ova" --compress 1
rm "$tmp/big.raw"
# cut SIGNAL: an import that gets it while it uploads; its status in $status.
cut () {
  local n=0 job
  "$OVFTOOL" import "$tmp/big.ova" --connect "$uri" --pool "$me" --virt-type qemu \
    >"$out" 2>"$err" &
  job=$!
  until [ -e "$tmp/pool/${me}big-disk1.qcow2" ] || [ $((n += 1)) -gt 6000 ]; do sleep 0.01; done
  kill "-$1" "$job"
  status=0
  wait "$job" || status=$?
} 2>/dev/null
cut TERM
is "SIGTERM ends it" "$status" 143
is "and leaves nothing" "$(volumes "$me")$(domains)" "$was$me ${me}b"
cut KILL
is "SIGKILL leaves the volume and its mark" "$(volumes "$me")" \
  "$(printf '%s\n' $was "${me}big-disk1.qcow2" "${me}big.ovftool-import" | sort | xargs)"
live 0 "the next plan sees it" "$tmp/big.ova" --pool "$me" --dry-run
ok "and says so" grep -q 'would be removed \[IMPORT-LEFTOVER\]' "$err"
live 0 "the next run" "$tmp/big.ova" --pool "$me"
ok "cleans up and says so" grep -q 'was removed \[IMPORT-LEFTOVER\]' "$err"
is "and makes its own" "$(volumes "$me")" \
  "$(printf '%s\n' $was "${me}big-disk1.qcow2" | sort | xargs)"
# The mark of a run that nobody can see to be gone, and what is no mark at all.
printf 'ovftool import 1\nrun elsewhere 1 1\nvolume %s-disk1.qcow2\n' "${me}c" >"$tmp/mark"
v vol-create-as "$me" "${me}c.ovftool-import" 4096 --format raw
v vol-upload --pool "$me" "${me}c.ovftool-import" "$tmp/mark"
live 1 "an import from elsewhere is let be" "$tmp/guest.ova" --pool "$me" --name "${me}c"
ok "-f takes it over" grep -q 'hint: .*-f removes' "$err"
live 0 "with -f" "$tmp/guest.ova" --pool "$me" --name "${me}c" -f
v vol-create-as "$me" "${me}d.ovftool-import" 4096 --format raw
live 1 "what is no mark is let be" "$tmp/guest.ova" --pool "$me" --name "${me}d" -f
ok "said how it goes away" grep -q 'vol-delete' "$err"

mkdir "$tmp/small"
if mount -t tmpfs -o size=12M none "$tmp/small" 2>"$tap_log"; then
  ok "a small pool" pool "${me}s" "$tmp/small"
  live 3 "the plan sees that it is too small" "$tmp/guest.ova" --pool "${me}s" \
    --name "${me}e" --dry-run
  ok "and says so" grep -q PREFLIGHT-SPACE "$err"
  # Who does not say how much is in use is found out later.
  mkdir "$tmp/silent" && tar xf "$tmp/guest.ova" -C "$tmp/silent" && rm "$tmp/silent"/*.mf
  sed -i 's/ ovf:populatedSize="[0-9]*"//' "$tmp/silent/guest.ovf"
  head -c 30M /dev/zero | tr '\0' x >"$tmp/same.raw"
  "$OVFTOOL" convert "$tmp/same.raw" "$tmp/silent/guest-disk1.vmdk" --to disk -f --from-disk raw \
    >"$tap_log" 2>&1
  sed -i "s/ ovf:size=\"[0-9]*\"/ ovf:size=\"$(stat -c %s "$tmp/silent/guest-disk1.vmdk")\"/
    s/ovf:capacity=\"[0-9]*\"/ovf:capacity=\"$((30 << 20))\"/" "$tmp/silent/guest.ovf"
  for format in qcow2 raw; do
    live 1 "$format: too full while it uploads" "$tmp/silent" --pool "${me}s" --name "${me}e" \
      --disk-format "$format"
    is "$format: no volume, no domain" "$(volumes "${me}s")$(domains | grep -o "${me}e")" ""
  done
else
  skip "a pool that is full" "no tmpfs can be mounted here"
fi
done_testing
