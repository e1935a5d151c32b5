#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `convert --strict`: a source that a target cannot hold ends with 5 and leaves
# nothing behind, for every kind that can be written; without --strict it is
# written.  A plain one is no loss.
. ./tests/functions.sh
requires python3

kinds=$("$OVFTOOL" formats --json | python3 -c '
import json, sys
print(*(k["name"] for k in json.load(sys.stdin)["result"]["kinds"]
        if k["write"] and k["name"] not in ("disk", "spec")
        and not k["name"].startswith("vagrant")))')
cat >"$tmp/plain.xml" <<'END'
<domain type='kvm'><name>plain</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os></domain>
END
# A drive of the host, and a setting that nobody else has.
cat >"$tmp/rich.xml" <<'END'
<domain type='kvm'><name>rich</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
<os><type arch='x86_64'>hvm</type></os>
<cputune><shares>2048</shares></cputune>
<devices><disk type='block' device='cdrom'><source dev='/dev/sr0'/>
<target dev='sda' bus='sata'/><readonly/></disk></devices></domain>
END

for kind in $kinds; do
  mkdir "$tmp/$kind"
  expect_exit 5 "$kind: a loss, strict" \
    "$OVFTOOL" convert --to "$kind" --strict "$tmp/rich.xml" "$tmp/$kind"
  is "$kind: nothing is written" "$(ls -A "$tmp/$kind")" ""
  expect_exit 0 "$kind: a loss, not strict" \
    "$OVFTOOL" convert --to "$kind" "$tmp/rich.xml" "$tmp/$kind"
  ok "$kind: it is said" grep -q 'LOSS-' "$err"
  rm -rf "${tmp:?}/$kind"
  mkdir "$tmp/$kind"
  expect_exit 0 "$kind: no loss, strict" \
    "$OVFTOOL" convert --to "$kind" --strict "$tmp/plain.xml" "$tmp/$kind"
done
ok "there are kinds" test "$tap_n" -gt 25
done_testing
