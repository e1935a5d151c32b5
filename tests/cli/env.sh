#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# env: the document of DSP8027 and its ISO image, read back by other programs.
. ./tests/functions.sh
requires bsdtar python3

has () { grep -qF -- "$1" "$err"; }
# The properties of an environment document: key=value, siblings as id/key=value.
properties () {
  python3 -c '
import sys
from xml.etree import ElementTree as e
n = "{http://schemas.dmtf.org/ovf/environment/1}"
r = e.parse(sys.argv[1]).getroot()
assert r.tag == n + "Environment", r.tag
print(r.get(n + "id"), *[p.get(n + "key") + "=" + p.get(n + "value")
  for p in r.findall(n + "PropertySection/" + n + "Property")],
  *[s.get(n + "id") + "/" + p.get(n + "key") + "=" + p.get(n + "value")
    for s in r.findall(n + "Entity") for p in s.iter(n + "Property")])' "$1"
}

cd "$tmp" || exit 99
for s in properties vapp; do
  mkdir "$s"
  cp "$srcdir/samples/$s.ovf" "$s/"
  sed -n 's/.*ovf:href="\([^"]*\)".*/\1/p' "$s/$s.ovf" \
    | while read -r f; do echo disk >"$s/$f"; done
done

# ---- the image
expect_exit 0 "an image" "$OVFTOOL" env properties -o e.iso \
  --prop hostname='a"<&b' --prop org.example.router.mode=bridge
is "one file in its root" "$(bsdtar tf e.iso | tr '\n' ' ')" ". ovf-env.xml "
is "the label in the primary volume descriptor" \
   "$(dd if=e.iso bs=1 skip=32808 count=32 2>/dev/null | sed 's/ *$//')" "OVF ENV"
is "and in Joliet's" \
   "$(dd if=e.iso bs=1 skip=34856 count=32 2>/dev/null | tr -d '\0' | sed 's/ *$//')" \
   "OVF ENV"
bsdtar xOf e.iso ovf-env.xml >e.xml
is "the properties" "$(properties e.xml)" \
   'router org.example.router.hostname=a"<&b org.example.router.mode=bridge org.example.router.cache=2 org.example.admin.password.1='
ok "the document alone" "$OVFTOOL" env properties -o f.xml \
  --prop hostname='a"<&b' --prop org.example.router.mode=bridge
ok "is the same" cmp e.xml f.xml

# ---- several machines
expect_exit 2 "which machine?" "$OVFTOOL" env vapp -o v.xml
ok "web" "$OVFTOOL" env vapp --machine web -o v.xml --prop domain=example.org
is "gets its collection's properties and sees its sibling" "$(properties v.xml)" \
   "web domain=example.org db/domain=example.org"
expect_exit 2 "nobody" "$OVFTOOL" env vapp --machine nobody -o w.xml

# ---- mistakes
expect_exit 2 "no target" "$OVFTOOL" env properties
expect_exit 2 "standard output" "$OVFTOOL" env properties -o -
expect_exit 1 "an existing target" "$OVFTOOL" env properties -o e.iso
expect_exit 2 "a property that is not there" \
  "$OVFTOOL" env properties -o x.iso --prop colour=red
expect_exit 2 "a value that the qualifiers exclude" \
  "$OVFTOOL" env properties -o x.iso --prop mode=magic
expect_exit 2 "no value" "$OVFTOOL" env properties -o x.iso --prop mode
"$OVFTOOL" pack properties -o p.ova >/dev/null
printf X | dd of=p.ova bs=1 seek=600 conv=notrunc 2>/dev/null
expect_exit 4 "a package that does not match" "$OVFTOOL" env p.ova -o x.iso
expect_exit 2 "the source as target" "$OVFTOOL" env p.ova -f -o p.ova
ok "nothing is left" test ! -e x.iso -a ! -e .x.iso.partial
done_testing
