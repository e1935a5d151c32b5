#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every description of the corpus, written as OVF 1.1 and 2.0 and as a build
# file and read back: what differs, a finding explains.  The descriptors are
# valid under the official schemas; what is not is the source's own.
. ./tests/functions.sh
needs_shared corpus/ovf corpus/libvirt dmtf/catalog.xml
requires xmllint

roundtrip=$builddir/tests/roundtrip
corpus=$SHARED/corpus dmtf=$SHARED/dmtf

# Foreign sections are against the schemas wherever they stand (a source's own
# are kept), and so are names of elements and files that OVF does not have.
foreign='UnknwonSection|Description.: This element is not expected|UserDefinedSectionToAllowExtensibility|TemplateId|CreationDate|ProcessorAllocationSettingData|UnsupportedSectionFoo|type definition is abstract|'\''xs:anyURI'\'''
judge () { # SCHEMA FOLDER: names what is wrong
  (cd "$dmtf" && XML_CATALOG_FILES=$dmtf/catalog.xml \
    xmllint --nonet --noout --schema "$1" "$2"/*.ovf 2>&1) \
    | grep 'Schemas validity error' \
    | grep -vE "Element '\{http://schemas.dmtf.org/ovf/envelope/2\}(ScaleOut|PlacementGroup|Placement)Section'" \
    | grep -E "Element '\{http://schemas.dmtf.org/" | grep -vE "$foreign"
}

# try NAME VERSION SCHEMA FILE...
try () {
  local name=$1 version=$2 schema=$3
  shift 3
  mkdir -p "$tmp/o"
  "$roundtrip" -v "$version" -o "$tmp/o" "$@" >"$tmp/log"
  status=$?
  ok "$name as $version: nothing is lost in silence" test "$status" -eq 0
  grep '^differs' "$tmp/log" | tap_show /dev/stdin
  note "$(cut -d' ' -f1 "$tmp/log" | sort | uniq -c | tr -s '\n ' ' ')"
  ok "$name as $version: most are written" test "$(find "$tmp/o" -type f | wc -l)" -ge $(($# / 2))
  judge "$schema" "$tmp/o" >"$tmp/wrong"
  not_ok "$name as $version: schema-valid" test -s "$tmp/wrong"
  tap_show "$tmp/wrong"
  rm -r "$tmp/o"
}

# Sources that are wrong on purpose have kept sections that stay wrong.
descriptors=()
for f in "$corpus"/ovf/*.ovf "$corpus"/ovf/*.xml; do
  case $f in *+Neg+*) ;; *) descriptors+=("$f") ;; esac
done

try descriptors 1.1 xen-orchestra/dsp8023_1.1.1.xsd "${descriptors[@]}"
try descriptors 2.0 itchy/dsp8023_2.0.1.orig.xsd "${descriptors[@]}"
try domains 1.1 xen-orchestra/dsp8023_1.1.1.xsd "$corpus"/libvirt/*.xml
try domains 2.0 itchy/dsp8023_2.0.1.orig.xsd "$corpus"/libvirt/*.xml

"$roundtrip" "$corpus"/ovf/*+Neg+*.ovf >"$tmp/log"
status=$?
ok "wrong descriptors: nothing is lost in silence" test "$status" -eq 0
grep '^differs' "$tmp/log" | tap_show /dev/stdin

"$roundtrip" -t spec "$corpus"/ovf/*.ovf >"$tmp/log"
status=$?
ok "descriptors as build files: nothing is lost in silence" test "$status" -eq 0
grep '^differs' "$tmp/log" | tap_show /dev/stdin
done_testing
