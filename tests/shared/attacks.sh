#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The hostile seeds, each with every operation that this build has, judged by
# their own harness: outcome, bounds, no file opened or written outside, no
# network, no terminal escapes.  A case a run.
. ./tests/functions.sh
needs_shared attack/make_attacks.py attack/run_attacks.py attack/op.sh
requires python3

# The harness sees an opened canary by its access time.
keeps_atime () {
  local f=$1/.atime.$$
  echo x >"$f" && touch -a -d '5 days ago' "$f" && cat "$f" >/dev/null \
    && [ "$(stat -c %X "$f")" -gt "$(($(date +%s) - 86400))" ]
  local rc=$?
  rm -f "$f"
  return "$rc"
}
work=
for d in "$tmp" /var/tmp /dev/shm "$builddir/tests"; do
  [ -w "$d" ] && keeps_atime "$d" || continue
  work=$d/attack.$$
  break
done
[ -n "$work" ] || skip_all "every file system here is noatime"
mkdir "$work" "$work/scratch"
cleanup_fn rm -rf "$work"
python3 "$SHARED/attack/make_attacks.py" "$work/seeds" >"$tap_log" 2>&1 || {
  tap_show "$tap_log"
  exit 99
}

# An operation takes part as soon as its commands are there.
has () { "$OVFTOOL" help "$1" >/dev/null 2>&1; }
operations=()
op () { operations+=(--op "$1=$SHARED/attack/op.sh $1 {in} {out} ${2:-}"); }
op inspect
op verify '{trust} {policy}'
op unpack '{trust} {policy}'
op import '{trust} {policy}'
if has validate; then op validate; fi
if has convert && "$OVFTOOL" formats --json | python3 -c '
import json, sys
kinds = json.load(sys.stdin)["result"]["kinds"]
sys.exit(not any(k["name"] == "vmx" and k["write"] for k in kinds))'; then
  op convert '{trust} {policy}'
fi
export OVFTOOL
python3 "$SHARED/attack/run_attacks.py" "$work/seeds" "${operations[@]}" \
  --trust '--ca {trust}' --require-signature=--require-signature \
  --work "$work/scratch" --report "$work/report.json" >"$tmp/attacks" 2>"$err"
status=$?
[ -s "$work/report.json" ] || { tap_show "$err"; exit 99; }
python3 - "$work/report.json" <<'END' >"$tmp/tap"
import json, sys
for r in json.load(open(sys.argv[1])):
    print("%s\t%s %s\t%s: %s" % ("bad" if r["bad"] else "good", r["id"], r["op"],
          " ".join(r["bad"]),
          r["msg"].encode("ascii", "backslashreplace").decode().replace("\n", " ")))
END
while IFS=$'\t' read -r verdict name why; do
  if [ "$verdict" = good ]; then
    pass "$name"
  else
    fail "$name"
    note "$why"
  fi
done <"$tmp/tap"
is "the harness counts no failure" "$status" 0
ok "a hundred cases ran" test "$tap_n" -gt 100
done_testing
