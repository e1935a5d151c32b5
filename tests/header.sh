#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The public face: ovf.h stands alone, in C and C++, and the shared library
# exports exactly what it declares.
. ./tests/functions.sh
header=$srcdir/libovf/ovf.h

echo '#include "ovf.h"' >"$tmp/t.c"
cp "$tmp/t.c" "$tmp/t.cc"
ok "ovf.h is C11" $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
  -I "$srcdir/libovf" "$tmp/t.c"
if command -v g++ >/dev/null; then
  ok "ovf.h is C++11" g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror \
    -fsyntax-only -I "$srcdir/libovf" "$tmp/t.cc"
else
  skip "ovf.h is C++11" "needs g++"
fi

lib=$builddir/libovf/.libs/libovf.so
if [ -e "$lib" ] && command -v nm >/dev/null; then
  tr '\n' ' ' <"$header" | grep -oE 'OVF_PUBLIC [^;]*;' \
    | grep -oE 'ovf_[a-z0-9_]+ \(' | tr -d ' (' | sort -u >"$tmp/declared"
  nm -D --defined-only "$lib" | awk '{ print $3 }' | sed 's/@.*//' \
    | grep -vE '^(LIBOVF|__(a|ub|t)san|_fini|_init|__gcov|_edata|_end|__bss)' \
    | sort -u >"$tmp/exported"
  is "what is exported is what is declared" \
    "$(comm -3 "$tmp/declared" "$tmp/exported" | tr -d '\t')" ""
  ok "the library is linked against its own needs" \
    bash -c "! ldd -r '$lib' 2>&1 | grep 'undefined symbol' | grep -v san"
else
  skip "what is exported is what is declared" "needs nm and a shared library"
fi
done_testing
