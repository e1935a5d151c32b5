#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Wrong usage: exit 2, one sentence, and the nearest word where one was meant.
. ./tests/functions.sh

says () { grep -qF -- "$1" "$err"; }
silent () { [ ! -s "$out" ]; }

expect_exit 2 "nothing at all" "$OVFTOOL"
ok "shows the usage on standard error" says "usage: ovftool COMMAND"
ok "and nothing on standard output" silent

expect_exit 2 "a misspelt command" "$OVFTOOL" verfy x.ova
ok "suggests the nearest" says "did you mean 'verify'?"
expect_exit 2 "a word near to nothing" "$OVFTOOL" frobnicate
not_ok "suggests nothing" says "did you mean"
expect_exit 2 "help of a misspelt command" "$OVFTOOL" help imprt
ok "suggests the nearest" says "did you mean 'import'?"

expect_exit 2 "a misspelt option" "$OVFTOOL" verify --require-signatur x
ok "suggests the nearest" says "did you mean '--require-signature'?"
expect_exit 2 "a misspelt global option" "$OVFTOOL" info --jsno x
ok "suggests the nearest" says "did you mean '--json'?"
expect_exit 2 "an abbreviation is refused" "$OVFTOOL" import --hard=same x
ok "and spelt out" says "did you mean '--hardware'?"
expect_exit 2 "an option of another command" "$OVFTOOL" verify --net=a=b x
ok "names that command" says "it is an option of 'ovftool convert'"
expect_exit 2 "an unknown letter" "$OVFTOOL" info -qZ x
ok "names it" says "'-Z'"

expect_exit 2 "a missing argument" "$OVFTOOL" info
ok "shows the synopsis" says "usage: ovftool info SOURCE..."
expect_exit 2 "too many arguments" "$OVFTOOL" verify a b
expect_exit 2 "a missing value" "$OVFTOOL" info x --configuration
expect_exit 2 "a value where none is taken" "$OVFTOOL" info --force=yes x
expect_exit 2 "a word that is not among the choices" \
  "$OVFTOOL" info --color=blue x
ok "names the choices" says "auto|always|never"
expect_exit 2 "letters for a number" "$OVFTOOL" info -j four x
expect_exit 2 "a size that is none" "$OVFTOOL" export --chunk-size=big x -o y
expect_exit 2 "a limit without a value" "$OVFTOOL" info --limit members x
expect_exit 2 "a limit that does not exist" "$OVFTOOL" info --limit memers=9 x
expect_exit 2 "a limit that is no size" "$OVFTOOL" info --limit members=-1 x
expect_exit 2 "disk without a verb" "$OVFTOOL" disk
expect_exit 2 "disk with a wrong verb" "$OVFTOOL" disk inof x
expect_exit 2 "disk convert with one file" "$OVFTOOL" disk convert x
expect_exit 2 "import without --to" "$OVFTOOL" import x.ova
expect_exit 2 "export without -o" "$OVFTOOL" export x.xml
expect_exit 2 "JSON and data on the same output" \
  "$OVFTOOL" convert --json --to ova x.xml -

# Before a command a value is joined: the command's name is never a value.
expect_exit 2 "a value is missing before the command" "$OVFTOOL" -j info x
ok "says how" says "--jobs=N"
expect_exit 0 "a joined value before the command" "$OVFTOOL" -j4 \
  --limit=members=9 --color=never version
expect_exit 0 "options behind the command" "$OVFTOOL" version -j 4 --limit \
  members=9 -qv
expect_exit 2 "only options" "$OVFTOOL" --json -j4

# The other face: a word that looks like a file is a SOURCE.
expect_exit 1 "SOURCE without a command" "$OVFTOOL" "$tmp/no.ova"
ok "is VMware's face" grep -qx "Completed with errors" "$out"
expect_exit 1 "SOURCE TARGET without a command" "$OVFTOOL" no.vmx no.ova
touch "$tmp/infos"
expect_exit 1 "an existing file is no misspelt command" \
  bash -c 'cd "$1" && "$2" infos' - "$tmp" "$OVFTOOL"
expect_exit 1 "an absent file" "$OVFTOOL" info -- --json
done_testing
