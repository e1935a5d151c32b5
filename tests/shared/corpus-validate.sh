#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `validate` on real files: a producer's own test descriptors get the verdict
# that their maker gives them, every rule named can be explained, and all
# descriptors and archives are judged in one call of a few seconds.
# corpus-validate.py has the cases.
. ./tests/functions.sh
needs_shared corpus
requires python3
python3 "$srcdir/tests/shared/corpus-validate.py" "$OVFTOOL" "$SHARED/corpus"
