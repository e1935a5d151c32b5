#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# No silent loss in a .vbox: every source that there is a reader for, written
# as VirtualBox's settings and read back.  What differs is in the report.
. ./tests/functions.sh
requires python3
convert=$builddir/tests/convert-text

no_loss () { # KIND FILE
  local name
  name=$(basename "$2")
  "$convert" "$1" json settle for=virtualbox <"$2" >"$tmp/before" 2>/dev/null || return 0
  : >"$tmp/log"
  if "$convert" "$1" virtualbox settle <"$2" >"$tmp/made" 2>"$tmp/report" \
    && "$convert" virtualbox json <"$tmp/made" >"$tmp/after" 2>>"$tmp/log" \
    && python3 "$srcdir/tests/golden/same-model.py" virtualbox "$tmp/before" \
      "$tmp/after" "$tmp/report" >"$tmp/log" 2>&1
  then
    pass "$name: no silent loss"
  else
    fail "$name: no silent loss"
    tap_show "$tmp/log"
  fi
}

for f in "$srcdir"/tests/golden/virtualbox-read/*.vbox; do
  no_loss virtualbox "$f"
done
for f in "$srcdir"/tests/golden/libvirt-*/domain.xml \
  "$srcdir"/tests/golden/libvirt-*/source.xml; do
  no_loss libvirt "$f"
done
ok "most were read" test "$tap_n" -gt 15
if [ -n "$SHARED" ]; then
  for f in "$SHARED"/corpus/vbox/*; do no_loss virtualbox "$f"; done
  for f in "$SHARED"/corpus/libvirt/*.xml; do no_loss libvirt "$f"; done
  for f in "$SHARED"/corpus/vmx/*.vmx; do no_loss vmx "$f"; done
fi
done_testing
