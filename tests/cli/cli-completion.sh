#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion asks the tool itself.
. ./tests/functions.sh

# complete WORD...: what the last word may become.
# shellcheck disable=SC2016
complete_words () {
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
           _ovftool; printf "%s\n" "${COMPREPLY[@]}"' \
    - "$srcdir/ovftool/completion.bash" "$OVFTOOL" "$@" 2>&1 | tr '\n' ' '
}

is "a command" "$(complete_words ver)" "verify version "
is "a command behind an option" "$(complete_words -q unp)" "unpack "
is "a command to explain" "$(complete_words help form)" "formats "
is "an option with a value" "$(complete_words import --disk-f)" "--disk-format= "
is "an option without" "$(complete_words verify --req)" "--require-signature "
is "a global option" "$(complete_words --stri)" "--strict "
is "what disk does" "$(complete_words disk '')" "info check convert "
is "an option of another command" "$(complete_words verify --disk-f)" " "
done_testing
