#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A helper that dies or stops in the middle of a disk, and a tool that does:
# no target, no process, and of the tool's own death one .partial.
. ./tests/functions.sh
requires qemu-img qemu-nbd openssl

openssl enc -aes-128-ctr -nosalt -K "$(printf '%032d' 1)" -iv "$(printf '%032d' 2)" \
  -in /dev/zero 2>/dev/null | head -c 64M >"$tmp/a.raw"
qemu-img convert -f raw -O vdi "$tmp/a.raw" "$tmp/a.vdi"
mkdir "$tmp/t"

# The qemu-nbd that a process has started, or nothing: builtins only, since
# there is little time.
find_helper () { # find_helper PID
  local children child name
  helper=
  read -r children 2>/dev/null <"/proc/$1/task/$1/children"
  for child in $children; do
    read -r name 2>/dev/null <"/proc/$child/comm"
    [ "$name" != qemu-nbd ] || helper=$child
  done
}
[ -e /proc/$$/task/$$/children ] || skip_all "this kernel does not list children"
# A conversion that is stopped in its middle: our process in $tool, its helper
# in $helper, both stopped.  Tries again where it was too fast.
start () { # start IN OUT [OPTION...]
  local try i
  for ((try = 0; try < 20; try++)); do
    rm -rf "$tmp/t" && mkdir "$tmp/t"
    "$OVFTOOL" -q -j1 disk convert "$@" >"$out" 2>"$err" &
    tool=$!
    for ((i = 0; i < 20000; i++)); do
      find_helper "$tool"
      [ -z "$helper" ] || break
      kill -0 "$tool" 2>/dev/null || break
    done
    if [ -n "$helper" ] && kill -STOP "$helper" 2>/dev/null \
       && kill -0 "$tool" 2>/dev/null; then
      return 0
    fi
    wait "$tool"
  done
  return 1
}
# Nothing of ours in /tmp; another test may pass by.
clean () {
  local i
  for ((i = 0; i < 50; i++)); do
    [ -n "$(find /tmp -maxdepth 1 -type d -name 'ovftool-??????' -newer "$tmp/a.vdi")" ] \
      || return 0
    sleep 0.1
  done
  return 1
}
gone () { # gone PID: within ten seconds
  local i
  for ((i = 0; i < 100; i++)); do
    [ -d "/proc/$1" ] || return 0
    grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null && return 0
    sleep 0.1
  done
  return 1
}

for direction in 'a.vdi t/x.raw' 'a.raw t/x.vhdx'; do
  read -r from to <<<"$direction"
  ok "$to: a conversion runs" start "$tmp/$from" "$tmp/$to"
  kill -KILL "$helper"
  wait "$tool"
  is "$to: its helper is killed: exit status" "$?" 1
  ok "$to: and it says so" grep -q 'killed by signal 9' "$err"
  is "$to: nothing is left" "$(ls -A "$tmp/t")" ""

  ok "$to: another one runs" start "$tmp/$from" "$tmp/$to"
  kill -KILL "$tool"
  wait "$tool" 2>/dev/null
  ok "$to: the tool is killed: so is its helper" gone "$helper"
  is "$to: and one name is left" "$(ls -A "$tmp/t")" ".${to#t/}.partial"
  ok "$to: no socket, no folder" clean

  ok "$to: a third one runs" start "$tmp/$from" "$tmp/$to" --limit helper-silence=1
  wait "$tool"
  is "$to: its helper is silent: exit status" "$?" 1
  ok "$to: and it says so" grep -q 'done nothing for too long' "$err"
  ok "$to: the helper is gone" gone "$helper"
  is "$to: nothing is left" "$(ls -A "$tmp/t")" ""

  ok "$to: a fourth one runs" start "$tmp/$from" "$tmp/$to"
  kill -TERM "$tool"
  wait "$tool"
  is "$to: it is ended by a signal" "$?" 143
  ok "$to: the helper is gone" gone "$helper"
  is "$to: nothing is left" "$(ls -A "$tmp/t")" ""
done
"$OVFTOOL" -q disk convert "$tmp/a.vdi" "$tmp/t/x.raw"
ok "after all that it works" cmp "$tmp/a.raw" "$tmp/t/x.raw"

done_testing
