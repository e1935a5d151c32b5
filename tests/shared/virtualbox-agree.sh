#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Real machines of VirtualBox, against a reading of the same XML that shares
# nothing with ours; and what is written for every other source, under
# VirtualBox's own schema.
. ./tests/functions.sh
needs_shared corpus/vbox oracles/vbox-check.sh oracles/VirtualBox-settings.xsd
requires python3 xmllint
python3 -c 'import jsonschema' 2>/dev/null || skip_all "needs python3-jsonschema"
roundtrip=$builddir/tests/roundtrip
corpus=$SHARED/corpus

# ---- read -----------------------------------------------------------------------
n=0
for f in "$corpus"/vbox/*; do
  name=$(basename "$f")
  if "$OVFTOOL" info --json "$f" >"$tmp/info" 2>"$err"; then
    n=$((n + 1))
    ok "$name: the same machine" python3 "$srcdir/tests/shared/virtualbox-agree.py" \
      "$f" "$tmp/info" "$srcdir/schemas/ovftool-json-1.schema.json"
  else # a text that is no XML to anybody
    not_ok "$name: refused by others too" xmllint --nonet --noout "$f"
  fi
done
ok "ten machines were read" test "$n" -ge 10

# ---- written ---------------------------------------------------------------------
# The schema is of VirtualBox 6: it does not know TPMs.
try () { # NAME FILE...
  local name=$1 made
  shift
  rm -rf "$tmp/o"
  mkdir "$tmp/o"
  "$roundtrip" -t virtualbox -o "$tmp/o" "$@" >"$tmp/log"
  made=$(find "$tmp/o" -type f | wc -l)
  note "$name: $made of $# written"
  ok "$name: most are written" test "$made" -ge $(($# / 2))
  sed -i '/<TrustedPlatformModule /d' "$tmp"/o/*
  TMPDIR=$tmp sh "$SHARED/oracles/vbox-check.sh" "$SHARED/oracles/VirtualBox-settings.xsd" \
    "$tmp"/o/* >"$tmp/judged" 2>&1
  is "$name: every one is accepted" $? 0
  grep -v ' validates$' "$tmp/judged" | head -n 20 | tap_show /dev/stdin
  not_ok "$name: none is unreadable to us" grep -q 'cannot be read back' "$tmp/log"
}
try machines "$corpus"/vbox/*
try domains "$corpus"/libvirt/*.xml
try configurations "$corpus"/vmx/*.vmx
try descriptors "$corpus"/ovf/*.ovf
done_testing
