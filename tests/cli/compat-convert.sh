#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `ovftool SOURCE TARGET`: the lines that are printed, where the target goes,
# what stops it, and what is left behind then.
. ./tests/functions.sh
requires python3
cd "$tmp" || exit 99

says () { grep -qxF -- "$1" "$out"; }
has () { grep -qF -- "$1" "$out"; }
nothing () { [ -z "$(find "$@" 2>/dev/null)" ]; }
lines () { tr '\n' '|' <"$out"; }

head -c 300000 /dev/urandom >disk.raw && truncate -s 2M disk.raw
"$OVFTOOL" build --disk disk.raw --name vm --nic net1 -o vm.ova >/dev/null 2>&1 \
  || exit 99
mkdir licensed
cp "$srcdir/tests/golden/probe/router.ovf" licensed/
"$OVFTOOL" disk convert disk.raw licensed/router-disk1.vmdk >/dev/null 2>&1
truncate -s 4096 licensed/router-file1.iso
size=$(stat -c %s licensed/router-disk1.vmdk)
sed -i "s/ovf:size=\"284164096\"/ovf:size=\"$size\"/
  s/524288000/4096/; s/ovf:capacity=\"8\"/ovf:capacity=\"2\"/
  s/byte \* 2^30/byte * 2^20/; s/1104150528/300000/" licensed/router.ovf

# ---- the lines, in their order ---------------------------------------------
expect_exit 0 "an OVA to an OVA" $VG "$OVFTOOL" vm.ova b.ova
is "says what it does" "$(lines)" "Opening OVA source: vm.ova|The manifest \
validates|Opening OVA target: b.ova|Writing OVA package: b.ova|Transfer \
Completed|Completed successfully|"
ok "the target verifies" "$OVFTOOL" verify b.ova
is "members are called like the target" "$(tar tf b.ova | tr '\n' ' ')" \
  "b.ovf b.mf b-disk1.vmdk "
expect_exit 0 "to an OVF" "$OVFTOOL" vm.ova c.ovf
is "says so" "$(grep -c 'OVF \(target\|package\): c.ovf$' "$out")" 2
ok "with its files beside it" test -e c-disk1.vmdk -a -e c.mf
expect_exit 0 "quiet" "$OVFTOOL" --quiet vm.ova q.ova
is "says nothing" "$(cat "$out" "$err")" ""
expect_exit 0 "for a program" "$OVFTOOL" --machineOutput vm.ova m.ova
is "says how it went" "$(lines)" "RESULT|+ SUCCESS|"

# ---- folders -----------------------------------------------------------------
mkdir out
expect_exit 0 "into a folder" "$OVFTOOL" vm.ova out
ok "has a folder of its own" "$OVFTOOL" verify out/vm/vm.ovf
expect_exit 0 "under another name" "$OVFTOOL" -n=x vm.ova out/
ok "is called so" "$OVFTOOL" verify out/x/x.ovf
expect_exit 0 "an OVA into a folder" "$OVFTOOL" -tt=OVA --name=y vm.ova out/
ok "lies in it" "$OVFTOOL" verify out/y.ova
expect_exit 0 "into a folder that is absent" "$OVFTOOL" vm.ova new/
ok "makes it" "$OVFTOOL" verify new/vm/vm.ovf
expect_exit 0 "a name that leads outside" "$OVFTOOL" --name=../../z vm.ova out/
ok "stays inside" "$OVFTOOL" verify out/_._.._z/_._.._z.ovf

# ---- what exists, what is missing -------------------------------------------
cp b.ova before.ova
expect_exit 1 "a target that exists" "$OVFTOOL" vm.ova b.ova
ok "ends with errors" says "Completed with errors"
ok "is as it was" cmp b.ova before.ova
expect_exit 0 "and with --overwrite" "$OVFTOOL" --overwrite vm.ova b.ova
expect_exit 0 "or -o" "$OVFTOOL" -o vm.ova b.ova
expect_exit 1 "a source that is absent" "$OVFTOOL" no.ova d.ova
ok "is named" has "no.ova"
expect_exit 1 "the source as target" "$OVFTOOL" -o vm.ova vm.ova

# ---- digests ------------------------------------------------------------------
python3 - <<'P'
data = bytearray (open ("vm.ova", "rb").read ())
data[-3000] ^= 1
open ("bad.ova", "wb").write (data)
P
expect_exit 1 "a digest that differs" $VG "$OVFTOOL" bad.ova absent/
ok "is said in a line" says "The manifest does not validate"
ok "and in VMware's words" grep -q \
  '^Error: SHA digest of file vm-disk1.vmdk does not match manifest\.$' "$out"
ok "nothing is left" nothing absent .absent.partial
expect_exit 1 "and without the check before" "$OVFTOOL" --preCheck=false \
  bad.ova bad-out.ova
ok "nothing is left either" nothing bad-out.ova .bad-out.ova.partial
expect_exit 0 "a good one without it" "$OVFTOOL" --preCheck=false vm.ova g.ova
is "validates in the end" "$(lines)" "Opening OVA source: vm.ova|Opening OVA \
target: g.ova|Writing OVA package: g.ova|The manifest validates|Transfer \
Completed|Completed successfully|"
expect_exit 0 "--skipManifestCheck" "$OVFTOOL" --skipManifestCheck bad.ova s.ova
expect_exit 1 "an error for a program" "$OVFTOOL" --machineOutput bad.ova n.ova
is "stands in blocks" "$(lines)" "ERROR|+ <Errors>|+ <Error>|+ \
<Type>ovftool.integrity</Type>|+ <LocalizedMsg>|+ SHA digest of file \
vm-disk1.vmdk does not match manifest.|+ </LocalizedMsg>|+ </Error>|+ \
</Errors>||RESULT|+ ERROR|"
mkdir plain && "$OVFTOOL" unpack vm.ova -C plain >/dev/null 2>&1 && rm plain/*.mf
expect_exit 0 "no manifest" "$OVFTOOL" plain/vm.ovf p.ova
ok "is a warning" says " - No manifest file found."
expect_exit 1 "and an error where a signature is asked for" "$OVFTOOL" \
  --requireSignature plain/vm.ovf p2.ova

# ---- --verifyOnly -------------------------------------------------------------
expect_exit 0 "--verifyOnly" "$OVFTOOL" --verifyOnly vm.ova
is "checks" "$(lines)" \
  "Opening OVA source: vm.ova|The manifest validates|Completed successfully|"
expect_exit 1 "and finds" "$OVFTOOL" --verifyOnly bad.ova
sed 's/<Info>/<Nifo>/; s,</Info>,</Nifo>,' plain/vm.ovf >plain/odd.ovf
expect_exit 1 "what the schema forbids" "$OVFTOOL" --verifyOnly plain/odd.ovf
expect_exit 1 "or --schemaValidate" "$OVFTOOL" --schemaValidate plain/odd.ovf o.ova
ok "with its line" grep -qE '(Error:| -) Line [0-9]+: ' "$out"
ok "and no target" nothing o.ova

# ---- licences -------------------------------------------------------------------
expect_exit 1 "a licence without a terminal" "$OVFTOOL" licensed/router.ovf l.ova
ok "is refused" has "license agreement was not accepted"
ok "nothing is left" nothing l.ova .l.ova.partial
expect_exit 0 "and accepted" "$OVFTOOL" --acceptAllEulas licensed/router.ovf l.ova
expect_exit 1 "from a pipe it cannot be seen" bash -c '"$1" - l2.ova <vm.ova' - "$OVFTOOL"
expect_exit 0 "from a pipe, accepted" bash -c \
  '"$1" --acceptAllEulas - l3.ova <vm.ova' - "$OVFTOOL"
ok "is converted" "$OVFTOOL" verify l3.ova
expect_exit 0 "to a pipe" bash -c '"$1" vm.ova - >piped.ova' - "$OVFTOOL"
ok "only the archive is there" "$OVFTOOL" verify piped.ova

# ask ANSWER: on a terminal.
ask () {
  rm -f asked.ova
  python3 - "$OVFTOOL" "$1" >"$out" 2>"$err" <<'P'
import os, pty, sys
pid, fd = pty.fork ()
if pid == 0:
    os.execv (sys.argv[1], [sys.argv[1], "licensed/router.ovf", "asked.ova"])
text = b""
sent = False
while True:
    try:
        got = os.read (fd, 4096)
    except OSError:
        break
    if not got:
        break
    text += got
    if b"(yes/no)" in text and not sent:
        sent = True
        os.write (fd, sys.argv[2].encode ())
sys.stdout.write (text.decode ().replace ("\r\n", "\n"))
status = os.waitstatus_to_exitcode (os.waitpid (pid, 0)[1])
sys.exit (status if status >= 0 else 128 - status)
P
}
expect_exit 0 "yes on a terminal" ask $'yes\n'
ok "after the text was shown" has "All else is forbidden."
ok "converts" test -e asked.ova
ok "with progress" grep -q 'Progress: 100%' "$out"
expect_exit 1 "no on a terminal" ask $'no\n'
ok "does not" nothing asked.ova
expect_exit 130 "an interrupt at the question" ask $'\003'
ok "leaves nothing" nothing asked.ova .asked.ova.partial

# ---- VMX ----------------------------------------------------------------------------
mkdir vmx && cp licensed/router-disk1.vmdk vmx/vm.vmdk
cat >vmx/vm.vmx <<'V'
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "13"
displayName = "vm"
guestOS = "debian10-64"
memsize = "512"
numvcpus = "2"
scsi0.present = "TRUE"
scsi0.virtualDev = "pvscsi"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "vm.vmdk"
ethernet0.present = "TRUE"
ethernet0.connectionType = "bridged"
ethernet0.virtualDev = "vmxnet3"
ethernet0.addressType = "static"
ethernet0.address = "00:50:56:12:34:56"
V
expect_exit 0 "a VMX" "$OVFTOOL" vmx/vm.vmx
ok "is probed" grep -qE '^  Operating System: +debian10_64guest$' "$out"
expect_exit 0 "a VMX to an OVA" "$OVFTOOL" vmx/vm.vmx v.ova
ok "says so" says "Opening VMX source: vmx/vm.vmx"
ok "the target verifies" "$OVFTOOL" verify v.ova
ok "and has the disk" bash -c '
  mkdir back && "$1" unpack v.ova -C back >/dev/null 2>&1 \
    && "$1" disk convert back/v-disk1.vmdk back/disk.raw >/dev/null 2>&1 \
    && cmp back/disk.raw disk.raw' - "$OVFTOOL"
is "but not the address" "$("$OVFTOOL" info --json v.ova 2>/dev/null \
  | grep -c '"mac": null')" 1
expect_exit 0 "which --exportFlags keeps" "$OVFTOOL" --exportFlags=mac \
  vmx/vm.vmx v2.ova
is "it" "$("$OVFTOOL" info --json v2.ova 2>/dev/null \
  | grep -c '"mac": "00:50:56:12:34:56"')" 1
expect_exit 0 "an OVA to a VMX" "$OVFTOOL" vm.ova w.vmx
ok "says so" says "Writing VMX file: w.vmx"
ok "with its disk" bash -c '"$1" disk convert w-disk1.vmdk w.raw >/dev/null 2>&1 \
  && cmp w.raw disk.raw' - "$OVFTOOL"
expect_exit 0 "and back" "$OVFTOOL" w.vmx w.ova
ok "the package verifies" "$OVFTOOL" verify w.ova
expect_exit 0 "a VMX in a folder" "$OVFTOOL" -tt=VMX --name=box vm.ova out
ok "has a folder of its own" test -e out/box/box.vmx -a -e out/box/box-disk1.vmdk

# ---- VMware's words ----------------------------------------------------------------
sed 's/ovf:size="[0-9]*"/ovf:size="1234"/' plain/vm.ovf >plain/size.ovf
expect_exit 1 "a wrong size" "$OVFTOOL" --verifyOnly plain/size.ovf
ok "in VMware's words" grep -qE "Wrong file size specified in OVF descriptor for \
'vm-disk1.vmdk' \\(specified: 1234, actual [0-9]+\\)\." "$out"
tar cf none.ova -C plain vm-disk1.vmdk
expect_exit 1 "an archive without a descriptor" "$OVFTOOL" none.ova
ok "in VMware's words" grep -q \
  'Did not find an .ovf file at the beginning of the OVA package\.$' "$out"
sed 's/vmx-13/virtualbox-2.2/' plain/vm.ovf >plain/family.ovf
expect_exit 0 "a machine of VirtualBox" "$OVFTOOL" plain/family.ovf f.ova
ok "in VMware's words" says " - Unsupported hardware family 'virtualbox-2.2'."
done_testing
