#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every Proxmox configuration of the corpus is read as Proxmox reads it:
# proxmox-agree.py compares with the QEMU command that it makes.
. ./tests/functions.sh
needs_shared corpus/proxmox
requires python3
python3 -c 'import jsonschema' 2>/dev/null || skip_all "needs python3-jsonschema"
python3 "$srcdir/tests/shared/proxmox-agree.py" "$OVFTOOL" "$SHARED/corpus/proxmox" \
  "$srcdir/schemas/ovftool-json-1.schema.json"
