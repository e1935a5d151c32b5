#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Configurations that we write, of every kind of source in the corpus: the real
# xl accepts them, and sees the disks, adapters and memory that we see.
. ./tests/functions.sh
needs_shared oracles/xl-dryrun.sh oracles/xlmock.c corpus/xen
requires python3 gcc
xl=$(find /usr/lib/xen-*/bin/xl 2>/dev/null | sort -V | tail -n 1)
[ -n "$xl" ] || skip_all "no xen-utils"
gcc -w -shared -fPIC -O -o "$tmp/xlmock.so" "$SHARED/oracles/xlmock.c" 2>"$tap_log" || {
  tap_show "$tap_log"
  skip_all "xlmock.c does not build: no libxen-dev"
}
convert=$builddir/tests/convert-text
n=0 turn=0
# Every second one of the big sets: all if OVF_TEST_ALL is set.
chosen () { turn=$((turn + 1)); [ -n "${OVF_TEST_ALL:-}" ] || [ $((turn % 2)) = 1 ]; }
written () { # KIND FILE
  "$convert" "$1" xen settle <"$2" >"$tmp/guest.cfg" 2>/dev/null || return 0
  n=$((n + 1))
  "$convert" xen json <"$tmp/guest.cfg" >"$tmp/ours" 2>/dev/null
  if LD_PRELOAD=$tmp/xlmock.so "$xl" create -n "$tmp/guest.cfg" >"$tmp/theirs" 2>"$tap_log" \
    && python3 "$srcdir/tests/shared/xen-xl.py" "$tmp/ours" "$tmp/theirs" >>"$tap_log" 2>&1; then
    pass "$1/$(basename "$2")"
  else
    fail "$1/$(basename "$2")"
    tap_show "$tap_log"
  fi
}
for f in "$SHARED"/corpus/xen/*; do
  case $f in *.xml) written libvirt "$f" ;; *) written xen "$f" ;; esac
done
for f in "$SHARED"/corpus/libvirt/*.xml; do written libvirt "$f"; done
for f in "$SHARED"/corpus/vmx/*.vmx; do if chosen; then written vmx "$f"; fi; done
for f in "$SHARED"/corpus/ovf/*[aeiou].ovf; do if chosen; then written ovf "$f"; fi; done
for f in "$SHARED"/corpus/proxmox/*.conf; do written proxmox "$f"; done
ok "a hundred configurations were written" test "$n" -gt 100
done_testing
