#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --prop on the way: into the descriptor of a package, or onto an image in a
# CD drive of the guest.
. ./tests/functions.sh
requires bsdtar tar python3

has () { grep -qF -- "$1" "$err"; }
property () { tr -d '\n' <"$1" | grep -o 'key="[^"]*hostname"[^/]*value="[^"]*"' | grep -o '[^"]*"$'; }

cd "$tmp" || exit 99
mkdir p
cp "$srcdir/samples/properties.ovf" p/
truncate -s 4G g.raw
"$OVFTOOL" disk convert -q g.raw p/properties-disk1.vmdk --to vmdk >/dev/null \
  || exit 99

expect_exit 0 "import" "$OVFTOOL" import p --to libvirt -o i --prop hostname=edge1
is "makes an image beside the disks" "$(ls i | tr '\n' ' ')" \
   "router-disk1.qcow2 router-disk2.qcow2 router-file1.iso router.xml "
bsdtar xOf i/router-file1.iso ovf-env.xml >e.xml
is "that holds the value" "$(property e.xml)" 'edge1"'
python3 - i/router.xml <<'PY' >drive
import sys
from xml.etree import ElementTree as e
for d in e.parse(sys.argv[1]).iter("disk"):
    if d.get("device") == "cdrom":
        print(d.find("source").get("file"))
PY
is "in the CD drive of the domain" "$(cat drive)" "$(cd i && pwd -P)/router-file1.iso"
not_ok "no property counts as lost" has 'LOSS-libvirt-properties'
expect_exit 0 "without --prop" "$OVFTOOL" import p --to libvirt -o j
ok "they do" has 'LOSS-libvirt-properties'
is "and no image is made" "$(ls j | grep -c iso)" 0

expect_exit 0 "to a package" "$OVFTOOL" convert p x.ova --prop hostname=edge2
tar xOf x.ova x.ovf >x.ovf
is "the descriptor has the value" "$(property x.ovf)" 'edge2"'

expect_exit 2 "a property that is not there" \
  "$OVFTOOL" import p --to libvirt -o k --prop colour=red
expect_exit 2 "a value of the wrong kind" \
  "$OVFTOOL" import p --to libvirt -o k --prop mode=magic
expect_exit 2 "for a package as well" "$OVFTOOL" convert p y.ova --prop mode=magic
ok "nothing is left" test ! -e k -a ! -e y.ova -a ! -e .k.partial
done_testing
