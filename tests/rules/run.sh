#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every rule has a sample that breaks it and one that does not: ID.bad.* must
# be reported with that rule, ID.good.* without it and without any error.
# Samples are .ovf files here; what is binary is made by make-samples.py.  A
# rule without both fails.
. ./tests/functions.sh
requires python3 openssl
here=$srcdir/tests/rules
made=$tmp/made

# Rules that no sample can meet here, each with the reason.
UNREACHABLE='
READ-UNSAFE: validate does not open the disks of a configuration
READ-SANDBOX: a system that cannot confine is simulated: tests/cli/sandbox.sh
DISK-CHANGED: no file at rest changes while it is read: tests/unit/test-vmdk-sparse.c
OVF-ENV-001: a rule on environment documents, which no package carries
OVF-ENV-002: a rule on environment documents, which no package carries
OVF-ENV-003: a rule on environment documents, which no package carries
OVF-ENV-004: a rule on environment documents, which no package carries
OVF-ENV-005: a rule on environment documents, which no package carries
OVF-ENV-006: a rule on environment documents, which no package carries
OVF-ENV-007: a rule on environment documents, which no package carries
'
# What a platform of --for refuses: tests/cli/validate-for.sh; what a host
# cannot run: tests/unit/test-preflight.c, tests/cli/preflight.sh.
ELSEWHERE='PROFILE-* PREFLIGHT-*'

mkdir "$made" && cp "$here"/*.ovf "$made" \
  && python3 "$here/make-samples.py" "$made" || exit 99

# rules_of FILE: the ids of its findings, one a line; "error" where any is one.
rules_of () {
  grep -aq '"findings": \[' "$1" || return 1
  sed -n 's/^ *"rule": "\([^"]*\)".*/\1/p; s/^ *"severity": "error".*/error/p' "$1"
}

# Samples of one rule may need an option of their own: ID.KIND.*.options.
validate () { # validate SAMPLE
  local options=() source=$1
  [ ! -e "$1.options" ] || read -ra options <"$1.options"
  # A folder gives an archive the name that its descriptor has.
  [ ! -e "$1/vm.ova" ] || source=$1/vm.ova
  tap_status timeout 20 $VG "$OVFTOOL" validate --json "${options[@]}" "$source"
  [ "$status" -eq 0 ] || [ "$status" -eq 3 ] || { why="exit status $status"; return 1; }
  tap_sane || { why="a sanitizer's report"; return 1; }
  rules_of "$out" >"$tmp/found" || { why="no JSON"; return 1; }
}

judge () { # judge ID: sets $why, empty when all is well
  local s good=0 bad=0
  why=
  for s in "$made/$1".good.* "$made/$1".bad.*; do
    case $s in *.options | *.mf | *.cert | *'*') continue ;; esac
    validate "$s" || { why="${s##*/}: $why"; return; }
    case ${s##*/} in
      *.good.*)
        good=1
        ! grep -qxF -e "$1" "$tmp/found" || why="${s##*/}: reported"
        ! grep -qxF error "$tmp/found" || why="${s##*/}: has errors"
        ;;
      *)
        bad=1
        grep -qxF -e "$1" "$tmp/found" || why="${s##*/}: not reported"
        ;;
    esac
    [ -z "$why" ] || return
  done
  [ $good = 1 ] || why="no sample $1.good.*"
  [ $bad = 1 ] || why="no sample $1.bad.*"
}

tap_status "$OVFTOOL" validate --list-rules --json
python3 -c '
import json, sys
for r in json.load (open (sys.argv[1]))["result"]["rules"]:
    print (r["id"])' "$out" >"$tmp/rules" || exit 99

while read -r id; do
  for other in $ELSEWHERE; do
    # shellcheck disable=SC2254
    case $id in $other) continue 2 ;; esac
  done
  if reason=$(grep -F "$id: " <<<"$UNREACHABLE"); then
    skip "$id" "${reason#*: }"
    continue
  fi
  judge "$id"
  if [ -z "$why" ]; then
    pass "$id"
  else
    fail "$id"
    note "$why"
    tap_show "$out"
    tap_show "$err"
  fi
done <"$tmp/rules"

# A sample of no rule is a mistake in its name.
for s in "$made"/*.good.* "$made"/*.bad.*; do
  s=${s##*/}
  grep -qxF -e "${s%%.*}" "$tmp/rules" || fail "$s is of no rule"
done
done_testing
