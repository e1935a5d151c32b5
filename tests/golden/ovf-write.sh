#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Descriptors to the byte: CASE.ovf, CASE.xml or CASE.yaml in
# tests/golden/ovf-write becomes CASE.VERSION.out.
#
#   OVF_TEST_REGENERATE=1 writes the expected files: look at the difference.
. ./tests/functions.sh
folder=$srcdir/tests/golden/ovf-write

for source in "$folder"/*.ovf "$folder"/*.xml "$folder"/*.yaml; do
  name=$(basename "$source")
  for version in 1.1 2.0; do
    expected=$folder/${name%.*}.$version.out
    rm -f "$tmp/1.ovf"
    ok "$name as $version: nothing is lost in silence" \
      "$builddir/tests/roundtrip" -v "$version" -o "$tmp" "$source"
    if [ -n "${OVF_TEST_REGENERATE:-}" ]; then
      cp "$tmp/1.ovf" "$expected"
    fi
    ok "$name as $version: as expected" diff -u "$expected" "$tmp/1.ovf"
    expect_exit 0 "$name as $version: once more" \
      "$builddir/tests/roundtrip" -v "$version" -o "$tmp" "$expected"
    ok "$name as $version: the second time changes nothing" diff -u "$expected" "$tmp/1.ovf"
  done
done
done_testing
