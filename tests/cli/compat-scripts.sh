#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What build tools and scripts do with VMware's tool, as they do it: their
# options and what they cut from the output.
. ./tests/functions.sh
requires openssl
cd "$tmp" || exit 99
mkdir bin && ln -s "$OVFTOOL" bin/ovftool
PATH=$tmp/bin:$PATH

truncate -s 2M disk.raw
mkdir vm
"$OVFTOOL" disk convert disk.raw vm/vm.vmdk >/dev/null 2>&1 || exit 99
cat >vm/vm.vmx <<'V'
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "10"
displayName = "vm"
guestOS = "other3xlinux-64"
memsize = "512"
scsi0.present = "TRUE"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "vm.vmdk"
ethernet0.present = "TRUE"
ethernet0.connectionType = "bridged"
ethernet0.virtualDev = "e1000"
V
verifies () { "$OVFTOOL" verify "$1"; }

# Packer's VMware builder exports into a folder, with a bare and a joined
# boolean and the type in the short form.
mkdir output
expect_exit 0 "Packer: OVA" ovftool --noSSLVerify=true --skipManifestCheck \
  -tt=ova vm/vm.vmx output
ok "is made" verifies output/vm.ova
expect_exit 0 "Packer: OVF" ovftool --noSSLVerify=true --skipManifestCheck \
  -tt=ovf vm/vm.vmx output
ok "is made" verifies output/vm/vm.ovf
expect_exit 0 "a Packer post-processor" ovftool --quiet --overwrite \
  --compress=9 --targetType=OVA vm/vm.vmx packed.ova
ok "is made" verifies packed.ova

expect_exit 0 "kiwi" ovftool --shaAlgorithm=SHA1 --exportFlags=extraconfig \
  --allowExtraConfig vm/vm.vmx kiwi.ova
ok "has SHA-1" bash -c "tar xOf kiwi.ova kiwi.mf | grep -q '^SHA1(kiwi.ovf)= '"

expect_exit 0 "image-builder" ovftool --lax --acceptAllEulas vm/vm.vmx \
  image.ova
expect_exit 0 "and its check" ovftool --verifyOnly image.ova
ok "says the words" grep -qx 'Completed successfully' "$out"

# photon: an OVF to edit, then everything by hand.
mkdir photon
expect_exit 0 "photon" ovftool vm/vm.vmx photon/photon.ovf
(cd photon && rm photon.mf \
  && sed -i 's,<Info>A virtual machine</Info>,<Info>Photon</Info>,' photon.ovf \
  && openssl sha1 -r ./*.vmdk photon.ovf \
    | sed -E 's,^([0-9a-f]+) \*?(\./)?(.*)$,SHA1(\3)= \1,' >photon.mf \
  && tar cf ../photon.ova --format=ustar photon.ovf photon.mf ./*.vmdk)
expect_exit 0 "and probed" ovftool photon.ova

# To a host: what only it understands is ignored where the target is a folder.
expect_exit 0 "options of a deployment" ovftool --acceptAllEulas \
  --skipManifestCheck --X:injectOvfEnv --X:waitForIp --X:logFile=o.log \
  --X:logLevel=verbose --allowExtraConfig --datastore=ds1 --diskMode=thin \
  --net:net1=lan --powerOn --name=web1 --noSSLVerify image.ova deployed/
ok "are converted" verifies deployed/web1/web1.ovf
not_ok "without a log" test -e o.log

# An appliance for another tool, types given.
expect_exit 0 "types given" ovftool --lax --sourceType=VMX --targetType=OVA \
  vm/vm.vmx typed.ova
expect_exit 0 "old members are replaced" ovftool -o -q -tt=OVA vm/vm.vmx typed.ova

# ---- what is cut from a probe -------------------------------------------------
probe=$srcdir/tests/golden/probe/router.ovf
is "the first network" \
  "$(ovftool "$probe" | grep Networks -A 3 | grep Name: | awk '{print $2}')" \
  GigabitEthernet1
is "all keys" "$(ovftool "$probe" | grep 'Key:' | awk '{print $2}' | tr '\n' ' ')" \
  "hostname secret ports mode ssh address "
is "the version" "$(ovftool "$probe" | sed -n 's/^Version: *//p')" 17.04.02
is "configurations" \
  "$(ovftool "$probe" | sed -n '/^Deployment Options/,/^$/s/^  Id: *//p')" 4CPU-8GB
is "are there licences?" \
  "$(ovftool "$probe" | grep -c '^End-user License Agreements:')" 1
is "--hideEula" \
  "$(ovftool --hideEula "$probe" | grep -c '^End-user License Agreements:')" 0
is "the size" "$(ovftool "$probe" | grep 'Download Size' | cut -d: -f2 | xargs)" \
  "771.00 MB"
is "blocks: memory" "$(ovftool --machineOutput "$probe" \
  | sed 's/^+ //' | grep -A 1 '<memory>' | tail -n 1)" 8589934592
is "blocks: result" "$(ovftool --machineOutput "$probe" \
  | grep -A 1 '^RESULT' | tail -n 1)" "+ SUCCESS"
ok "a failure is found by its status" bash -c '! ovftool no.ova >/dev/null'
is "and by its words" "$(ovftool no.ova 2>&1 | tail -n 1)" "Completed with errors"
done_testing
