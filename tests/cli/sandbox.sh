#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Helpers that read disks are confined: --sandbox=auto|require|off, on systems
# that lack a part of it (tests/ovftool-hooks pretends), killed and silent
# helpers, and what `formats` says.
. ./tests/functions.sh
requires qemu-img qemu-nbd python3
HOOKED=$builddir/tests/ovftool-hooks

qemu-img create -q -f raw "$tmp/a.raw" 4M
printf hello | dd of="$tmp/a.raw" bs=1 seek=70000 conv=notrunc status=none
qemu-img convert -f raw -O vdi "$tmp/a.raw" "$tmp/a.vdi"

convert () { "${TOOL:-$OVFTOOL}" disk convert "$tmp/a.vdi" "$tmp/out.raw" -f "$@"; }

# ---- what there is -----------------------------------------------------------
"$OVFTOOL" formats --json >"$tmp/formats.json"
field () {
  python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["result"]["sandbox"][sys.argv[2]])' "$tmp/formats.json" "$1"
}
mode=$(field mode)
case $mode in full | partial | limits) pass "formats says how whole it is" ;;
  *) fail "formats says how whole it is ($mode)" ;;
esac
is "no_new_privs" "$(field no_new_privs)" True
ok "formats says it to people, too" grep -q '^Sandbox for helpers: ' \
  <("$OVFTOOL" formats)

if [ "$mode" = full ]; then
  expect_exit 0 "require is content with a whole one" convert --sandbox=require
else
  expect_exit 1 "require refuses what is not whole" convert --sandbox=require
fi
expect_exit 0 "auto" convert
ok "the bytes are right" cmp "$tmp/a.raw" "$tmp/out.raw"
expect_exit 0 "off" convert --sandbox=off

# ---- a part is missing -----------------------------------------------------
for part in no-landlock no-seccomp; do
  export OVF_TEST_HOOKS=$part TOOL=$HOOKED
  expect_exit 1 "$part: require refuses" convert --sandbox=require --json
  ok "$part: as unsupported" grep -q '"code": "unsupported"' "$out"
  rm -f "$tmp/out.raw"
  expect_exit 0 "$part: auto goes on" convert
  is "$part: with one warning" "$(grep -c 'READ-SANDBOX' "$err")" 1
  expect_exit 0 "$part: off says nothing" convert --sandbox=off
  is "$part: nothing at all" "$(grep -c 'READ-SANDBOX' "$err")" 0
  "$HOOKED" formats --json >"$tmp/formats.json"
  is "$part: formats knows" "$(field mode)" "$([ "$mode" = full ] && echo partial || field mode)"
done
unset OVF_TEST_HOOKS TOOL
OVF_TEST_HOOKS=no-landlock expect_exit 0 "the tool itself has no hooks" convert
is "and does not look for them" "$(grep -c 'READ-SANDBOX' "$err")" "$([ "$mode" = full ] && echo 0 || echo 1)"

# ---- helpers that do not do their work --------------------------------------
# A folder of programs that comes first.
fake () { # fake NAME SCRIPT
  mkdir -p "$tmp/bin"
  printf '#!/bin/sh\n%s\n' "$2" >"$tmp/bin/$1"
  chmod +x "$tmp/bin/$1"
}
# Without libnbd it is qemu-img that reads.
helper=qemu-img
! grep -q 'define HAVE_LIBNBD 1' config.h || helper=qemu-nbd
fake "$helper" 'echo "no such thing" >&2; exit 1'
rm -f "$tmp/out.raw"
PATH=$tmp/bin:$PATH expect_exit 1 "a helper that fails" convert
ok "its words are shown" grep -q 'no such thing' "$err"
ok "nothing is left" test ! -e "$tmp/out.raw"
fake "$helper" 'while :; do :; done'
PATH=$tmp/bin:$PATH expect_exit 1 "a helper that is silent" \
  convert --limit helper-silence=1
ok "is taken for dead" grep -q 'done nothing for too long' "$err"
is "nothing is left of it" "$(find "$tmp" -name '*.partial' -o -name out.raw)" ""
expect_exit 1 "no helper at all" env PATH="$tmp/empty" "$OVFTOOL" disk convert \
  "$tmp/a.vdi" "$tmp/out.raw" --json
ok "as a tool that is missing" grep -q '"code": "tool"' "$out"
ok "the hint names the package" grep -q 'qemu-utils' "$out"

done_testing
