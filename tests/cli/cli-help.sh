#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Help and version: the same text by every way to ask for it.
. ./tests/functions.sh

expect_exit 0 "--help" "$OVFTOOL" --help
cp "$out" "$tmp/general"
ok "lists the commands" grep -qE '^  verify +check' "$tmp/general"
for way in -h help; do
  expect_exit 0 "$way" "$OVFTOOL" $way
  ok "$way is the same text" cmp -s "$out" "$tmp/general"
done

while read -r c <&3; do
  expect_exit 0 "help $c" "$OVFTOOL" help "$c"
  cp "$out" "$tmp/text"
  ok "help $c begins with the usage" grep -q "^usage: ovftool $c" "$tmp/text"
  for way in --help -h; do
    expect_exit 0 "$c $way" "$OVFTOOL" "$c" $way
    ok "$c $way is the same text" cmp -s "$out" "$tmp/text"
  done
  expect_exit 0 "--help $c" "$OVFTOOL" --help "$c"
  ok "--help $c is the same text" cmp -s "$out" "$tmp/text"
  ok "$c is in the list" grep -qE "^  $c +[a-z]" "$tmp/general"
done 3< <("$OVFTOOL" --commands)

expect_exit 0 "--version" "$OVFTOOL" --version
ok "is one line" grep -qxE 'ovftool [0-9]+\.[0-9]+\.[0-9]+.*' "$out"
cp "$out" "$tmp/version"
for way in -V -v version "info --version" "version -q"; do
  # shellcheck disable=SC2086
  expect_exit 0 "$way" "$OVFTOOL" $way
  ok "$way is the same text" cmp -s "$out" "$tmp/version"
done
expect_exit 0 "help disk convert" "$OVFTOOL" help disk convert
done_testing
