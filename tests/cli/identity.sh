#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine made of a template: --name, --uuid, --mac, --prop.
. ./tests/functions.sh
requires python3
cd "$tmp" || exit 99

cat >spec.yaml <<'END'
system: { name: template, type: vmx-13, os_cim: 101, firmware: bios }
networks: { lan: { name: lan, description: "the only one" } }
hardware:
  cpus: 1
  memory: 512
  lan0: { type: ethernet, subtype: E1000, network: lan, mac: "52:54:00:11:22:33" }
  lan1: { type: ethernet, subtype: E1000, network: lan }
environment:
  transports: [ iso ]
  properties: { hostname: { type: string, value: none, user_configurable: true } }
END
"$OVFTOOL" build spec.yaml -o template.ova >log 2>&1 || { tap_show log; skip_all "needs build"; }

# macs FILE, uuid FILE: of a libvirt domain.
macs () { sed -n "s/.*<mac address='\?\"\?\([0-9a-f:]*\).*/\1/p" "$1" | tr '\n' ' '; }
uuid () { sed -n 's|.*<uuid>\(.*\)</uuid>.*|\1|p' "$1"; }
clone () { # clone NAME OPTION...
  local name=$1
  shift
  expect_exit 0 "a clone: $*" "$OVFTOOL" import template.ova --to libvirt -o "$name" "$@"
}

clone plain
ok "keeps the address that is said" grep -q 52:54:00:11:22:33 plain/template.xml
clone strip --mac strip
not_ok "has none of it" grep -q 52:54:00:11:22:33 strip/template.xml

clone one --name web1 --mac new --uuid new --prop hostname=web1
ok "the files have its name" test -e one/web1.xml
ok "and the machine" grep -q '<name>web1</name>' one/web1.xml
not_ok "the address is another" grep -q 52:54:00:11:22:33 one/web1.xml
is "each card has one, of QEMU's" "$(macs one/web1.xml | grep -oE '52:54:00:..:..:..' | sort -u | wc -l)" 2
ok "it is told its properties" grep -q 'web1-file1.iso' one/web1.xml
clone two --name web2 --mac new --uuid new
not_ok "two clones have different addresses" [ "$(macs one/web1.xml)" = "$(macs two/web2.xml)" ]
ok "an identity" grep -qE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' \
  <(uuid one/web1.xml)
not_ok "that is its own" [ "$(uuid one/web1.xml)" = "$(uuid two/web2.xml)" ]

# Each hypervisor has a vendor's prefix of its own.
kinds=$("$OVFTOOL" formats --json | python3 -c '
import json, sys
for k in json.load(sys.stdin)["result"]["kinds"]:
    if k["read"] and k["write"]:
        print(k["name"])')
while read -r kind suffix prefix; do
  grep -qx "$kind" <<<"$kinds" || continue
  expect_exit 0 "$kind: new addresses" "$OVFTOOL" import template.ova --to "$kind" -o "new-$kind" --mac new
  "$OVFTOOL" info --json "new-$kind/template$suffix" >model
  is "$kind: of its vendor" "$(grep -oE '"mac": ?"[0-9a-f:]{8}' model | sort -u)" "\"mac\": \"$prefix"
done <<'END'
libvirt .xml 52:54:00
xen .cfg 00:16:3e
vmx .vmx 00:0c:29
virtualbox .vbox 08:00:27
proxmox .conf bc:24:11
END

expect_exit 2 "no such word" "$OVFTOOL" import template.ova --to libvirt -o x --mac some
expect_exit 2 "nor such" "$OVFTOOL" import template.ova --to libvirt -o x --uuid some
done_testing
