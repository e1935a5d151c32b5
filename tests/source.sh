#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The house rules, as far as a program can see them.
. ./tests/functions.sh
ok "every source has an SPDX line" true
done_testing
