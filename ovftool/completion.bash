# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion for ovftool.  The tool itself says what it knows, so that this
# file never has to follow it.

_ovftool ()
{
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local tool=${COMP_WORDS[0]} command='' word i
  local -a words=()

  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done

  case $cur in
    -*)
      mapfile -t words < <("$tool" ${command:+"$command"} --long-options \
                             2>/dev/null;
                           "$tool" ${command:+"$command"} --short-options \
                             2>/dev/null)
      ;;
    *)
      if [[ -z $command || $command = help ]]; then
        mapfile -t words < <("$tool" --commands 2>/dev/null)
      elif [[ $command = disk && $prev = disk ]]; then
        words=(info check convert)
      fi
      ;;
  esac
  for word in "${words[@]}"; do
    [[ $word = "$cur"* ]] && COMPREPLY+=("$word")
  done
  # A value follows "--name=" at once.
  if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} = *= ]]; then
    compopt -o nospace 2>/dev/null
  fi
}

complete -o default -o bashdefault -F _ovftool ovftool
