#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The pairs of the corpus: what we read from a configuration of Xen, and what
# we read from the domain that libvirt makes of it, are the same machine.
. ./tests/functions.sh
needs_shared corpus/xen
requires python3
for cfg in "$SHARED"/corpus/xen/*.cfg; do
  xml=${cfg%.cfg}.xml name=$(basename "${cfg%.cfg}")
  [ -e "$xml" ] || continue
  "$OVFTOOL" info --json --from xen "$cfg" >"$tmp/$name.ours" 2>/dev/null
  "$OVFTOOL" info --json --from libvirt "$xml" >"$tmp/$name.theirs" 2>/dev/null
  printf '%s\t%s\t%s\n' "$name" "$tmp/$name.ours" "$tmp/$name.theirs"
done >"$tmp/pairs"
[ -s "$tmp/pairs" ] || skip_all "no pairs in the corpus"
python3 "$srcdir/tests/shared/agree.py" "$srcdir/tests/shared/xen-agree.tsv" \
  <"$tmp/pairs"
