#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The tour that `./bootstrap demo` ends with: a small appliance is made,
# looked at, verified, imported for KVM and booted.  Everything made lies in
# demo/, and the last line is the guest's own marker.
set -euo pipefail
cd "$(dirname "$0")/.."
marker=OVFTOOL-DEMO-OK

step () { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || step () { printf '\n== %s\n' "$*"; }
run () { printf '$ %s\n' "$*"; "$@"; }

ovftool=ovftool/ovftool
[ -x "$ovftool" ] || { echo "run ./bootstrap demo" >&2; exit 1; }
rm -rf demo
mkdir demo

step "1. An appliance that someone else made: packed with qemu-img and tar"
run samples/make-appliance.sh demo
run tar -tvf demo/hello.ova

step "2. What is inside, without unpacking it"
run "$ovftool" info demo/hello.ova

step "3. Is it what its maker packed?"
run "$ovftool" verify demo/hello.ova

step "4. Imported for KVM and libvirt"
run "$ovftool" import demo/hello.ova --to libvirt -o demo/hello
run ls -l demo/hello
xml=demo/hello/hello.xml
if command -v virt-xml-validate >/dev/null; then
  run virt-xml-validate "$xml" domain
fi

step "5. Booted from the imported disk, on the controller the XML names"
grep -E '<(type|controller|target|disk) |<interface|<model ' "$xml" | sed 's/^/  /'
rc=0
samples/boot-domain.py --seconds "${DEMO_SECONDS:-180}" --until "$marker" "$xml" \
  | tee demo/console.log | sed -u -n '/^Hello/,$p' || rc=$?
if [ "$rc" -ne 0 ] || ! grep -q "^$marker" demo/console.log; then
  echo "demo: the guest did not say $marker; its console is demo/console.log" >&2
  tail -n 20 demo/console.log >&2
  exit 1
fi
