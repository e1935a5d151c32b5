#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# import from a pipe: disks are used as they arrive, the manifest may come
# last, and nothing is kept before it has matched.
. ./tests/functions.sh
requires tar

cd "$tmp" || exit 99
for i in 1 2; do
  head -c 300000 /dev/urandom >"$i.raw"
  truncate -s 1M "$i.raw"
done
"$OVFTOOL" build --disk 1.raw --disk 2.raw --name vm -o vm.ova >log 2>&1 \
  || { tap_show log; skip_all "needs build"; }
mkdir d
tar xf vm.ova -C d

# arrives EXIT NAME FILE...: the files in this order, through a pipe, to out.
arrives () {
  local exit=$1 name=$2
  shift 2
  rm -rf out
  tar c --format=ustar -C d "$@" \
    | { "$OVFTOOL" import - --to libvirt --disk-format raw -o out "${options[@]}" \
          >"$out" 2>"$err"; echo $? >status; }
  is "$name" "$(cat status)" "$exit"
}
options=()
same () { cmp 1.raw out/vm-disk1.raw && cmp 2.raw out/vm-disk2.raw; }
nothing () { [ ! -e out ] && ! compgen -G ".*.partial" >/dev/null; }

arrives 0 "in order" vm.ovf vm.mf vm-disk1.vmdk vm-disk2.vmdk
ok "the same disks" same
arrives 0 "the other way round" vm.ovf vm.mf vm-disk2.vmdk vm-disk1.vmdk
ok "the same disks again" same
arrives 0 "the manifest last" vm.ovf vm-disk2.vmdk vm-disk1.vmdk vm.mf
ok "and again" same
echo more >d/unused
arrives 0 "something between them" vm.ovf vm-disk1.vmdk unused vm-disk2.vmdk vm.mf
arrives 3 "a disk before the descriptor" vm-disk1.vmdk vm.ovf vm-disk2.vmdk vm.mf
ok "says what to do" grep -q '^hint: save the archive' "$err"
ok "nothing is kept" nothing
arrives 3 "a disk that does not come" vm.ovf vm-disk1.vmdk
ok "nothing is kept of the other" nothing
cp d/vm.mf mf
sed -i '2s/= .\{8\}/= 00000000/' d/vm.mf
arrives 4 "a digest that differs, known at the end" vm.ovf vm-disk1.vmdk vm-disk2.vmdk vm.mf
ok "nothing is kept then" nothing
arrives 4 "known at the beginning" vm.ovf vm.mf vm-disk1.vmdk vm-disk2.vmdk
ok "nothing either" nothing
sed '2d' mf >d/vm.mf
arrives 4 "a disk that is not listed" vm.ovf vm-disk1.vmdk vm-disk2.vmdk vm.mf
ok "nothing of it" nothing
sed '1d' mf >d/vm.mf
arrives 4 "a descriptor that is not listed" vm.ovf vm-disk1.vmdk vm-disk2.vmdk vm.mf
options=(--lax-manifest)
arrives 0 "forgiven" vm.ovf vm-disk1.vmdk vm-disk2.vmdk vm.mf
options=(--require-signature)
arrives 4 "no signature came" vm.ovf vm-disk1.vmdk vm-disk2.vmdk
ok "nothing without one" nothing
done_testing
