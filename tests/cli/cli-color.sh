#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Colours: only where they are wanted.
. ./tests/functions.sh

plain () { ! grep -q "$(printf '\033')" "$1"; }

expect_exit 1 "no terminal" "$OVFTOOL" info "$tmp/no.ova"
ok "no colours" plain "$err"
expect_exit 1 "--color=always" "$OVFTOOL" info --color=always "$tmp/no.ova"
not_ok "colours" plain "$err"
expect_exit 1 "NO_COLOR against --color=always" \
  env NO_COLOR=1 "$OVFTOOL" info --color=always "$tmp/no.ova"
not_ok "the option wins" plain "$err"

if command -v script >/dev/null \
   && script -qec true /dev/null </dev/null >/dev/null 2>&1; then
  on_terminal () {
    TERM=xterm script -qec "$1" /dev/null </dev/null >"$out" 2>&1 || true
  }
  on_terminal "'$OVFTOOL' info $tmp/no.ova"
  not_ok "colours on a terminal" plain "$out"
  on_terminal "NO_COLOR=1 '$OVFTOOL' info $tmp/no.ova"
  ok "none with NO_COLOR" plain "$out"
  on_terminal "'$OVFTOOL' info --color=never $tmp/no.ova"
  ok "none with --color=never" plain "$out"
  on_terminal "TERM=dumb '$OVFTOOL' info $tmp/no.ova"
  ok "none on a dumb terminal" plain "$out"
else
  skip "on a terminal" "needs script"
fi
done_testing
