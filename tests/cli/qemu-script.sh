#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The script that starts QEMU, run with a program in its place that prints
# its words.
. ./tests/functions.sh
cd "$tmp" || exit 99

head -c 4194304 /dev/zero >disk.img
mkdir bin
printf '#!/bin/sh\nprintf "%%s\\n" "$@"\n' >bin/qemu-system-x86_64
chmod +x bin/qemu-system-x86_64
# run SCRIPT WORDS...: each word of the command on a line
run () { PATH=$tmp/bin:$PATH sh "$@"; }
has () { grep -q "$1" "$err"; }
word () { grep -qxF -- "$1" "$out"; }
built () { # NAME OPTIONS...
  local name=$1
  shift
  "$OVFTOOL" build --disk disk.img --cpus 2 --memory 256M --nic 'VM Network' \
    --name "$name" -o "$tmp/x.ova" -f "$@" >/dev/null 2>&1 || exit 99
}

built plain
expect_exit 0 "import" $VG "$OVFTOOL" import x.ova --to qemu -o plain
ok "the script may be run" test -x plain/plain.qemu.sh
ok "it is one of a POSIX shell" sh -n plain/plain.qemu.sh
expect_exit 0 "it runs" run plain/plain.qemu.sh -snapshot "two words"
for w in guest=plain pc kvm cpus=2 256M user,id=net0 -nodefaults -snapshot "two words" \
  if=none,id=drive0,format=qcow2,file=./plain-disk1.qcow2 \
  ide-hd,drive=drive0,bus=ide.0,unit=0 base=utc; do
  ok "a word: $w" word "$w"
done
not_ok "no firmware files" grep -q pflash "$out"
is "the user's words come last" "$(tail -n 1 "$out")" "two words"
expect_exit 0 "a file name as target" $VG "$OVFTOOL" convert x.ova other.qemu.sh --virt-type qemu \
  --net 'VM Network=bridge:br7'
ok "is made beside" test -x other.qemu.sh
ok "with its disk" test -e other-disk1.qcow2
expect_exit 0 "it runs" run other.qemu.sh
ok "emulation" word tcg
ok "a bridge" word bridge,id=net0,br=br7
expect_exit 2 "what QEMU has no network for" "$OVFTOOL" import x.ova --to qemu -o z --net '*=internal:a'
expect_exit 2 "it cannot be read" "$OVFTOOL" info --from qemu plain/plain.qemu.sh

expect_exit 0 "native" $VG "$OVFTOOL" import x.ova --to qemu -o native --hardware native
expect_exit 0 "it runs" run native/plain.qemu.sh
ok "virtio disk" word virtio-blk-pci,drive=drive0
ok "virtio adapter" word virtio-net-pci,netdev=net0

# ---- firmware -------------------------------------------------------------------
built uefi --firmware efi
expect_exit 0 "UEFI" $VG "$OVFTOOL" import x.ova --to qemu -o uefi
echo code >code.fd
echo vars >vars.fd
expect_exit 0 "firmware of the user's" env OVMF_CODE="$tmp/code.fd" OVMF_VARS="$tmp/vars.fd" \
  PATH="$tmp/bin:$PATH" sh uefi/uefi.qemu.sh
ok "its code is used" word "if=pflash,unit=0,format=raw,readonly=on,file=$tmp/code.fd"
ok "a copy of its variables" cmp vars.fd uefi/uefi-vars.fd
echo changed >uefi/uefi-vars.fd
expect_exit 0 "once more" env OVMF_CODE="$tmp/code.fd" OVMF_VARS="$tmp/vars.fd" \
  PATH="$tmp/bin:$PATH" sh uefi/uefi.qemu.sh
is "variables are kept" "$(cat uefi/uefi-vars.fd)" changed

# ---- names that want to be more ---------------------------------------------------
evil="a'b,file=/etc/passwd \$(touch owned)\`touch owned\`;touch owned -x"
built "$evil"
expect_exit 0 "an evil name" $VG "$OVFTOOL" import x.ova --to qemu -o evil
cp "$err" evil.err
ok "well formed" sh -n evil/*.qemu.sh
expect_exit 0 "runs" run evil/*.qemu.sh
ok "the name is one word, its commas doubled" word \
  "guest=a_b,,file=_etc_passwd _(touch owned)_touch owned__touch owned -x"
ok "and what is changed is said" grep -q LOSS-qemu-name evil.err
is "nothing else was run" "$(find . -name owned)" ""
done_testing
