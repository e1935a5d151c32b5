#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every build file in samples/ builds, verifies, and comes back as a build file
# that makes the same machine.
. ./tests/functions.sh
requires tar python3

cp "$srcdir"/samples/build-* "$tmp"
chmod u+w "$tmp"/build-*
truncate -s 3M "$tmp/disk.img" "$tmp/raw.img"
truncate -s 64K "$tmp/tools.iso" "$tmp/driver.flp"

# same A B: do two packages describe one machine?  Names of files, and the
# numbers that devices and their kept texts have, may differ.
same () {
  "$OVFTOOL" info --json "$1" >"$tmp/a.json" && "$OVFTOOL" info --json "$2" >"$tmp/b.json" \
    && python3 - "$tmp/a.json" "$tmp/b.json" <<'PY'
import json, sys
def plain(x, key=None):
    if isinstance(x, dict):
        if str(x.get('value', '')).startswith('<'):
            return x['key']
        return {k: plain(v, k) for k, v in x.items()
                if k not in ('id', 'descriptor', 'package', 'href', 'size')}
    return [plain(v) for v in x] if isinstance(x, list) else x
a, b = (plain(json.load(open(f))['result']) for f in sys.argv[1:])
def differ(a, b, path=''):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return any([differ(a[k], b[k], path + '/' + k) for k in a])
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return any([differ(x, y, '%s/%d' % (path, i)) for i, (x, y) in enumerate(zip(a, b))])
    if a != b:
        print(path, a, b)
    return a != b
sys.exit(differ(a, b))
PY
}

for file in "$tmp"/build-*.yaml; do
  name=$(basename "$file" .yaml)
  for version in 1.1 2.0; do
    expect_exit 0 "$name: builds as $version" "$OVFTOOL" build "$file" --strict \
      --ovf-version $version -o "$tmp/$name-$version.ova"
    expect_exit 0 "$name: verifies" "$OVFTOOL" verify "$tmp/$name-$version.ova"
  done
  ok "$name: both versions say the same" python3 - "$OVFTOOL" "$tmp/$name-1.1.ova" \
    "$tmp/$name-2.0.ova" <<'PY'
import json, subprocess, sys
def read(f):
    r = json.loads(subprocess.check_output([sys.argv[1], 'info', '--json', f]))['result']
    return json.dumps([r['machines'], r['disks'], r['networks'], r['configurations']]) \
        .replace('envelope/2', 'envelope/1')
sys.exit(read(sys.argv[2]) != read(sys.argv[3]))
PY

  mkdir "$tmp/$name"
  tar xf "$tmp/$name-1.1.ova" -C "$tmp/$name"
  expect_exit 0 "$name: comes back as a build file" "$OVFTOOL" info --strict \
    --format spec "$tmp/$name-1.1.ova"
  cp "$out" "$tmp/$name/back.yaml"
  expect_exit 0 "$name: which builds" "$OVFTOOL" build "$tmp/$name/back.yaml" \
    -o "$tmp/$name/back.ova"
  ok "$name: the same machine" same "$tmp/$name-1.1.ova" "$tmp/$name/back.ova"
  expect_exit 0 "$name: is stable" "$OVFTOOL" info --format spec "$tmp/$name/back.ova"
  sed 's/back-/'"$name-1.1"'-/' "$out" >"$tmp/$name/twice.yaml"
  ok "$name: the second time too" cmp "$tmp/$name/back.yaml" "$tmp/$name/twice.yaml"
done

expect_exit 0 "parameters" "$OVFTOOL" build "$tmp/build-router.yaml" --param version=1.4 \
  --param 'full_version=1.4 of today' -o "$tmp/p.ova"
tar xOf "$tmp/p.ova" p.ovf >"$tmp/p.ovf"
ok "are filled in" grep -q '<Version>1.4</Version>' "$tmp/p.ovf"
ok "with blanks" grep -q '<FullVersion>1.4 of today</FullVersion>' "$tmp/p.ovf"
ok "or have defaults" grep -q '<Name>router</Name>' "$tmp/p.ovf"
expect_exit 0 "a parameter that is not there" "$OVFTOOL" build "$tmp/build-minimal.yaml" \
  --param nonsense=1 -o "$tmp/q.ova"
ok "is told" grep -q "no parameter 'nonsense'" "$err"
done_testing
