#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The hostile seeds that can be imported, turned into what a shell will run:
# Proxmox's and QEMU's.  Judged by the seeds' own harness, and every script
# that comes out is one of a POSIX shell, whose program gets whole words.
. ./tests/functions.sh
needs_shared attack/make_attacks.py attack/run_attacks.py
requires python3

mkdir "$tmp/seeds" "$tmp/scratch" "$tmp/bin" "$tmp/made"
python3 "$SHARED/attack/make_attacks.py" "$tmp/seeds" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  exit 99
}
# What a script starts, started here, says nothing and does nothing.
for program in qm qemu-system-x86_64; do
  printf '#!/bin/sh\nexit 0\n' >"$tmp/bin/$program"
  chmod +x "$tmp/bin/$program"
done

# An import, and then each script that it made.
cat >"$tmp/op.sh" <<'END'
#!/bin/sh
kind=$1 in=$2 out=$3
shift 3
case $in in
  *.ova | *.ovf) "$OVFTOOL" import "$@" "$in" --to "$kind" -o "$out" ;;
  *) exec "$OVFTOOL" disk convert --to qcow2 "$in" "$out" ;;
esac || exit $?
for script in "$out"/*.sh; do
  sh -n "$script" || exit 90
  QEMU=$STUBS/qemu-system-x86_64 PATH=$STUBS:$PATH OVMF_CODE=/dev/null \
    OVMF_VARS=/dev/null sh "$script" 100 local >/dev/null 2>&1 || :
done
exit 0
END
chmod +x "$tmp/op.sh"
export OVFTOOL STUBS=$tmp/bin

for kind in proxmox qemu; do
  python3 "$SHARED/attack/run_attacks.py" "$tmp/seeds" \
    --op "import=$tmp/op.sh $kind {in} {out} {trust} {policy}" \
    --trust '--ca {trust}' --require-signature=--require-signature \
    --work "$tmp/scratch" --report "$tmp/report.json" >"$tmp/attacks" 2>"$err"
  status=$?
  [ -s "$tmp/report.json" ] || { tap_show "$err"; exit 99; }
  grep '^FAIL' "$tmp/attacks" | tap_show /dev/stdin
  is "$kind: the harness counts no failure" "$status" 0
  ok "$kind: twenty cases ran" test "$(grep -c '^PASS' "$tmp/attacks")" -gt 20
  note "$kind: $(grep -c '^PASS' "$tmp/attacks") passed"
  rm -f "$tmp/report.json"
done
done_testing
