#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The table of kinds in the README and the list in the manual say what this
# build reads and writes.
. ./tests/functions.sh
requires python3

"$OVFTOOL" formats --json >"$tmp/formats" || exit 99
python3 - "$tmp/formats" "$srcdir/README.md" "$srcdir/man/ovftool-formats.pod" >"$tmp/cases" <<'END'
import json, re, sys
kinds = {k["name"]: (k["read"], k["write"])
         for k in json.load(open(sys.argv[1]))["result"]["kinds"]}
readme = {name: (r == "yes", w == "yes") for name, r, w in
          re.findall(r"^\| `([a-z-]+)` \| .* \| (yes|no) \| (yes|no) \|$",
                     open(sys.argv[2]).read(), re.M)}
pod = re.sub(r"\s+", " ", open(sys.argv[3]).read())
lists = [set(re.findall(r"C<([a-z-]+)>", part.group(1))) if part else set()
         for part in (re.search(p, pod) for p in (r"Read and written are ([^.]*)\.",
                                                  r"Only read: ([^.]*)\.",
                                                  r"Only written: ([^.]*)\."))]
manual = {n: v for names, v in zip(lists, ((True, True), (True, False), (False, True)))
          for n in names}
for where, says in (("README.md", readme), ("ovftool-formats.pod", manual)):
    for name in sorted(set(kinds) | set(says)):
        print("%s\t%s: %s" % ("good" if kinds.get(name) == says.get(name) else "bad",
                              where, name))
END
while IFS=$'\t' read -r verdict name; do
  if [ "$verdict" = good ]; then pass "$name"; else fail "$name"; fi
done <"$tmp/cases"
ok "there are kinds" test "$tap_n" -gt 10
done_testing
