#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Proxmox configurations: what is opened and what is not, what comes out of
# import, and that the script beside it says to `qm` what it shall.
. ./tests/functions.sh
requires python3
cd "$tmp" || exit 99

# said NAME: the value of a key of $conf.
said () { sed -n "s/^$1: //p" "$conf"; }
has () { grep -q "$1" "$err"; }

# A disk of four megabytes that begins like a raw one.
head -c 4194304 /dev/zero >disk.img
expect_exit 0 "an appliance" "$OVFTOOL" build --disk disk.img --cpus 4 --memory 512M \
  --os debian12_64Guest --nic 'VM Network' --firmware efi --name 'Web 1; reboot' -o web.ova

expect_exit 0 "import" $VG "$OVFTOOL" import web.ova --to proxmox -o out --json
python3 - "$out" >roles <<'END'
import json, os, sys
r = json.load(open(sys.argv[1]))["result"]
print(" ".join("%s=%s" % (f["role"], os.path.basename(f["path"])) for f in r["files"]))
print(r["start"][0].split("/")[-1], "|", r["start"][1])
END
is "files and their roles" "$(sed -n 1p roles)" \
  "disk=Web_1__reboot-disk1.qcow2 file=Web_1__reboot.qm.sh configuration=Web_1__reboot.conf"
is "how to start" "$(sed -n 2p roles)" "Web_1__reboot.qm.sh VMID STORAGE | qm start VMID"
conf=out/Web_1__reboot.conf script=out/Web_1__reboot.qm.sh
is "the name is a host name" "$(said name)" "Web-1--reboot"
is "memory" "$(said memory)" 512
is "processors" "$(said sockets)x$(said cores)" 1x4
is "firmware" "$(said bios)" ovmf
is "the disk's path is absolute" "$(said scsi0)" \
  "$tmp/out/Web_1__reboot-disk1.qcow2,size=4M"
ok "the script may be run" test -x "$script"
not_ok "the configuration may not" test -x "$conf"
ok "the script is one of a POSIX shell" sh -n "$script"

expect_exit 0 "a dry run" $VG "$OVFTOOL" import web.ova --to proxmox -o dry --dry-run --json
ok "names the script" grep -q 'Web_1__reboot.qm.sh' "$out"
not_ok "and makes nothing" test -e dry
expect_exit 1 "what exists is refused" "$OVFTOOL" import web.ova --to proxmox -o out
expect_exit 0 "but for -f" "$OVFTOOL" import web.ova --to proxmox -o out -f
ok "the script may still be run" test -x "$script"
expect_exit 5 "--strict: the name is changed" "$OVFTOOL" import web.ova --to proxmox -o s --strict
ok "a loss" has 'LOSS-proxmox-name'
not_ok "nothing is left" test -e s

# ---- the script, with a `qm` that prints its words ---------------------------
mkdir bin
cat >bin/qm <<'END'
#!/bin/sh
printf '<%s>' "$@" | tr '\n' '~' >>"$QM_LOG"
echo >>"$QM_LOG"
END
chmod +x bin/qm
run () { QM_LOG=$tmp/qm.log PATH=$tmp/bin:$PATH sh "$@"; }
expect_exit 2 "without words: the usage" run "$script"
ok "said" has '^Usage: .* VMID STORAGE'
expect_exit 0 "--help" run "$script" --help
expect_exit 2 "a VMID is a number" run "$script" '1; touch x' local
expect_exit 2 "a storage is a word" run "$script" 100 '$(touch x)'
not_ok "qm was not run" test -e qm.log
expect_exit 0 "the guest is created" run "$script" 100 local-lvm
is "the last word" "$(cat "$out")" "qm start 100"
ok "create with the name" grep -q '^<create><100><--name><Web-1--reboot><' qm.log
ok "the disk is imported" grep -qxF \
  "<set><100><--scsi0><local-lvm:0,import-from=$tmp/out/Web_1__reboot-disk1.qcow2>" qm.log
ok "variables are made" grep -qxF \
  '<set><100><--efidisk0><local-lvm:0,efitype=4m,pre-enrolled-keys=0>' qm.log
ok "and the order last" grep -q '^<set><100><--boot><order=scsi0;net0>$' qm.log
printf '#!/bin/sh\n[ "$1" = create ]\n' >bin/qm
expect_exit 1 "qm fails" run "$script" 100 local-lvm
ok "what is left is said" has 'qm destroy 100'

# ---- text that wants to be more ------------------------------------------------
cat >evil.conf <<'END'
#first%0Aargs%3A -device evil $(touch owned) `touch owned`
#'; touch owned; '
name: a$(touch owned)'b
memory: 256
args: -chardev file,id=x,path=/etc/passwd
hookscript: local:snippets/evil.sh
onboot: 1
tags: web;prod
cpu: host,flags=+aes'
net0: virtio=BC:24:11:00:00:01,bridge=vmbr0;$(x),tag=5,rate=1'0
vmgenid: `touch owned`
scsihw: virtio-scsi-single
scsi0: /nowhere/else.raw,discard=on,serial=$(x)
END
expect_exit 3 "a path elsewhere is not opened" "$OVFTOOL" convert evil.conf e --to proxmox
ok "the hint says how" has "allow '/nowhere'"
expect_exit 0 "unless the user says so" $VG "$OVFTOOL" convert evil.conf e --to proxmox \
  --disk-map '/nowhere/else.raw=disk.img' --net '*=bridge:vmbr1'
conf=$(echo e/*.conf) script=$(echo e/*.qm.sh)
is "args are never written" "$(said args)" ""
is "nor hooks" "$(said hookscript)" ""
is "nor flags with a quote" "$(said cpu)" ""
is "nor what is no generation id" "$(said vmgenid)" ""
is "what is harmless is" "$(said onboot) $(said tags)" "1 web;prod"
is "a tag stays, a rate with a quote goes" "$(said net0)" \
  "virtio=BC:24:11:00:00:01,bridge=vmbr1,tag=5"
ok "the loss is said" has 'LOSS-proxmox-settings'
ok "and the hook" has 'PROXMOX-HOST'
is "every line is a comment or a key" "$(grep -cvE '^(#.*|[a-z][a-z_-]*[0-9]*: .+)$' "$conf")" 0
printf '#!/bin/sh\nprintf "<%%s>" "$@" >>"$QM_LOG"\n' >bin/qm
ok "the script is well formed" sh -n "$script"
rm -f qm.log
expect_exit 0 "and runs" run "$script" 101 local
not_ok "nothing but qm was run" test -e owned
# shellcheck disable=SC2016 # these are the words
ok "the description is one word" grep -qF '$(touch owned) `touch owned`' qm.log
mkdir 'a,b'
expect_exit 2 "a folder with a comma cannot be named" "$OVFTOOL" import web.ova --to proxmox -o a,b

# ---- volumes --------------------------------------------------------------------
cat >vol.conf <<'END'
name: vol
scsi0: local-lvm:vm-100-disk-0,size=4M
unused0: local-lvm:vm-100-disk-1
[snap]
name: other
END
mkdir -p local-lvm:vm-100-disk-0
expect_exit 0 "info needs no disk" $VG "$OVFTOOL" info vol.conf --json
ok "the name is that of the current state" grep -q '"name": "vol"' "$out"
ok "snapshots are a finding" grep -q PROXMOX-SNAPSHOT "$out"
expect_exit 3 "a volume is no file" "$OVFTOOL" convert vol.conf v.ova
ok "--disk-map is the hint" has "disk-map 'local-lvm:vm-100-disk-0=FILE'"
expect_exit 0 "with it" $VG "$OVFTOOL" convert vol.conf v.ova \
  --disk-map 'local-lvm:vm-100-disk-0=disk.img'
ok "what is plugged in nowhere is left out" has PROXMOX-UNUSED

# ---- what is wrong ----------------------------------------------------------------
wrong () { # NAME RULE LINE
  printf '%s\n' "$3" >w.conf
  expect_exit 3 "$1" $VG "$OVFTOOL" info --from proxmox w.conf
  ok "$1: $2" has "$2"
}
wrong "memory of words" PROXMOX-VALUE 'memory: much'
wrong "no processors" PROXMOX-VALUE 'cores: 0'
wrong "too many" PROXMOX-VALUE "$(printf 'sockets: 65535\ncores: 65535')"
wrong "another firmware" PROXMOX-VALUE 'bios: coreboot'
{ echo 'name: many'; seq -f 'key%.0f: x' 60; } >m.conf
expect_exit 3 "more keys than the limit" $VG "$OVFTOOL" info --from proxmox m.conf --limit elements=50
ok "the limit is named" has 'limit elements'
{ printf 'name: long\n'; printf '#%09000d\n' 1; } >l.conf
expect_exit 0 "a long description" $VG "$OVFTOOL" convert l.conf l --to proxmox
ok "is cut" has LOSS-proxmox-description
printf 'arch: amd64\nrootfs: local:100/x.raw\nhostname: c\n' >c.conf
expect_exit 1 "a container" "$OVFTOOL" info --from proxmox c.conf
ok "is no virtual machine" has 'container'
done_testing
