#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `info --json` on every OVF and OVA of the corpus: no crash, none over two
# seconds, JSON by our schema or exit 3, as a namespace parser of others
# judges.  corpus-info.py has the cases.
. ./tests/functions.sh
needs_shared corpus
requires python3
python3 -c 'import jsonschema' 2>/dev/null || skip_all "needs python3-jsonschema"
python3 "$srcdir/tests/shared/corpus-info.py" "$OVFTOOL" "$SHARED/corpus" \
  "$srcdir/schemas/ovftool-json-1.schema.json"
