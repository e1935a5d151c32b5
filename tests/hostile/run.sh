#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every line of LIST: a hostile sample, a command, the exit status and the
# rule it must end with.  Whatever happens, it must happen within ten seconds
# and bounded memory, without a signal or a sanitizer's report, and leave
# nothing behind unless it succeeded.
. ./tests/functions.sh
requires python3
list=$srcdir/tests/hostile/LIST
samples=$tmp/samples
python3 "$srcdir/tests/hostile/make.py" "$samples" || exit 99
# Virtual memory cannot be limited under a sanitizer: its shadow is huge.
if ! nm "$OVFTOOL" 2>/dev/null | grep -q '__asan_init\|__tsan_init'; then
  ulimit -v $((1024 * 1024))
fi

# command_of WORD SAMPLE TARGET: the arguments in $argv.
command_of () {
  case $1 in
    info | verify) argv=("$1" "$2") ;;
    lax) argv=(verify --lax-manifest "$2") ;;
    ca) argv=(verify --ca system "$2") ;;
    unpack) argv=(unpack "$2" -C "$3") ;;
    import) argv=(import "$2" --to libvirt -o "$3") ;;
    to-ova) argv=(convert "$2" "$3" --to ova) ;;
    disk-info) argv=(disk info "$2") ;;
    disk-check) argv=(disk check "$2") ;;
    to-raw) argv=(disk convert "$2" "$3" --to raw) ;;
    to-qcow2) argv=(disk convert "$2" "$3" --to qcow2) ;;
    *) return 1 ;;
  esac
}

# What must be true of standard error: one error line with the rule, and
# nothing that a terminal could act on.
said () { # said RULE
  if LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$err" "$out"; then
    echo "raw control characters"
    return 1
  fi
  [ "$1" = - ] && return 0
  grep -qE "^[^ ].*: error: .*\[$1\]\$" "$err" && return 0
  echo "no error line with [$1]"
  return 1
}

judge () { # judge SAMPLE COMMAND EXIT RULE
  local name="$2 $1" target=$tmp/target why began took
  command_of "$2" "$samples/$1" "$target" || { fail "$name: unknown command"; return; }
  began=$(date +%s)
  tap_status timeout 20 $VG "$OVFTOOL" "${argv[@]}"
  took=$(($(date +%s) - began))
  why=
  [ "$status" -eq "$3" ] || why="exit status $status, expected $3"
  tap_sane || why="$why; a sanitizer's report"
  [ "$took" -le 10 ] || why="$why; took $took s"
  [ "$3" -eq 0 ] || [ ! -e "$target" ] || why="$why; left a target"
  ! compgen -G "$tmp/.*.partial" >/dev/null || why="$why; left a .partial"
  # verify prints its verdict on standard output.
  case $2/$3 in
    verify/[04] | lax/[04] | ca/[04]) r=- ;;
    *) r=$4 ;;
  esac
  if [ "$3" -ne 0 ] || [ "$r" != - ]; then
    says=$(said "$r") || why="$why; $says"
  fi
  rm -rf "$target"
  if [ -z "$why" ]; then
    pass "$name"
  else
    fail "$name"
    note "${why#; }"
    tap_show "$err"
  fi
}

grep -vE '^(#|$)' "$list" >"$tmp/list"
while read -r sample command exit rule; do
  if [ ! -e "$samples/$sample" ]; then
    fail "$sample is made by make.py"
    continue
  fi
  judge "$sample" "$command" "$exit" "$rule"
done <"$tmp/list"

# Every sample is in the list.
for f in "$samples"/*; do
  grep -q "^${f##*/} " "$tmp/list" || echo "${f##*/}"
done >"$tmp/unlisted"
ok "every sample has its line" test ! -s "$tmp/unlisted"
[ ! -s "$tmp/unlisted" ] || tap_show "$tmp/unlisted"
done_testing
