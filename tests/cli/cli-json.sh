#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The JSON document: one, complete, ASCII, also when the command fails.
. ./tests/functions.sh
requires python3

# field EXPRESSION: of the document `d`, as Python prints it.
field () {
  python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' \
    "$out" "$1"
}
ascii () { ! LC_ALL=C grep -qP '[^\n -~]' "$1"; }

expect_exit 0 "version --json" "$OVFTOOL" version --json
is "has the head" "$(field '[d["ovftool"], d["command"], d["findings"]]')" \
  "[1, 'version', []]"
is "has the result" "ovftool $(field 'd["result"]["version"]')" \
  "$("$OVFTOOL" --version)"

expect_exit 0 "formats --json" "$OVFTOOL" formats --json
is "names its parts" "$(field 'sorted(d["result"])')" \
  "['disk_formats', 'helpers', 'kinds', 'profiles', 'sandbox']"
is "rows have a name and two directions" \
  "$(field 'all(sorted(r) == ["name", "read", "write"] for k in ("kinds", "disk_formats") for r in d["result"][k])')" \
  True
is "helpers are said honestly" \
  "$(field '[h["found"] for h in d["result"]["helpers"] if h["name"] == "qemu-img"][0]')" \
  "$(command -v qemu-img >/dev/null && echo True || echo False)"

expect_exit 1 "a file that does not exist" "$OVFTOOL" info --json "$tmp/no.ova"
is "is an io error" "$(field '[d["error"]["code"], d["error"]["exit"], "result" in d]')" \
  "['io', 1, False]"
is "error has its keys" \
  "$(field 'set("code exit message hint".split()) <= set(d["error"])')" True
ok "and stands on standard error, too" grep -q ': error: ' "$err"

expect_exit 2 "wrong usage" "$OVFTOOL" verify --json
is "is a usage error" "$(field 'd["error"]["code"]')" usage
expect_exit 2 "--json before an option that is wrong" "$OVFTOOL" --json info -Z x
is "is a usage error" "$(field '[d["command"], d["error"]["code"]]')" \
  "['info', 'usage']"
expect_exit 2 "--json behind it" "$OVFTOOL" disk inof --json
is "is a usage error" "$(field 'd["error"]["code"]')" usage
expect_exit 1 "info --format json" "$OVFTOOL" info --format json "$tmp/no.ova"
is "is the same" "$(field 'd["error"]["code"]')" io

# Names that are no text must not break the document or the terminal.
expect_exit 1 "bytes that are no UTF-8" \
  "$OVFTOOL" info --json "$tmp/"$'a\377\033[31m\177\302\205\342\200\256b.ova'
ok "the document is ASCII" ascii "$out"
is "it parses" "$(field 'd["error"]["code"]')" io
ok "standard error has no control characters" ascii "$err"

# A full disk or a closed pipe is an error, not silence.
if [ -w /dev/full ]; then
  expect_exit 1 "a full output" bash -c '"$1" version >/dev/full' - "$OVFTOOL"
  ok "is said" grep -q 'standard output' "$err"
else
  skip "a full output" "no /dev/full"
fi
expect_exit 1 "a closed output" bash -c '"$1" version >&-' - "$OVFTOOL"
ok "a closed pipe does not kill silently" bash -c \
  'set -o pipefail; "$1" help | exec true; s=$?; [ $s -eq 0 ] || [ $s -eq 1 ]' \
  - "$OVFTOOL"
done_testing
