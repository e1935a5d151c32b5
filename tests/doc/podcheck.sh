#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual and the program say the same: commands, options, summaries,
# limits.  The program's side comes from its own tables, through hidden options.
. ./tests/functions.sh

man=$srcdir/man

page () { (cd "$man" && sed -f expand.sed "$1.pod"); }

# section PAGE TITLE: one =head1 section.
section () {
  page "$1" | awk -v t="=head1 $2" '/^=head1 /{on = ($0 == t)} on'
}

# "--output=" and "--force" from =item B<-o>, B<--output>=I<DIR>.
items () {
  sed -nE 's/^=item (B<-[A-Za-z]>, )?B<(--[a-z0-9-]+)>(=?).*/\2\3/p' | sort
}

same () {
  diff -u "$tmp/manual" "$tmp/program" >"$tmp/diff"
}

check_command () {
  local c=$1
  "$OVFTOOL" "$c" --long-options | sort | comm -23 - "$tmp/global" \
    >"$tmp/program"
  section "ovftool-$c" OPTIONS | items >"$tmp/manual"
  ok "$c: every option is in the manual, and no other" same
  [ -s "$tmp/diff" ] && note "$(cat "$tmp/diff")"

  is "$c: the manual's summary is the program's" \
     "$(page "ovftool-$c" | sed -n '3p')" \
     "ovftool-$c - $("$OVFTOOL" help "$c" | sed -n "s/^$c: //p")"
  is "$c: the manual's synopsis is the program's" \
     "$(section "ovftool-$c" SYNOPSIS | sed -n 's/^ ovftool //p')" \
     "$("$OVFTOOL" help "$c" | sed -nE 's/^(usage:|      ) ovftool //p')"
}

"$OVFTOOL" --long-options | sort >"$tmp/global"
ok "the program lists options" test -s "$tmp/global"

section ovftool "GLOBAL OPTIONS" | items >"$tmp/manual"
cp "$tmp/global" "$tmp/program"
ok "every global option is in the manual, and no other" same

"$OVFTOOL" --commands | sort >"$tmp/program"
section ovftool COMMANDS | sed -nE 's/^=item B<([a-z]+)>$/\1/p' | sort \
  >"$tmp/manual"
ok "every command is in the manual, and no other" same

while read -r c <&3; do
  check_command "$c"
done 3< <("$OVFTOOL" --commands)

sed -nE 's/^LIMIT \([A-Z_]+, "([a-z-]+)".*/\1/p' \
  "$srcdir/libovf/base/limits.def" | sort >"$tmp/program"
section ovftool-security LIMITS | sed -nE 's/^=item B<([a-z-]+)> .*/\1/p' \
  | sort >"$tmp/manual"
ok "every limit is in the manual, and no other" same

if command -v podchecker >/dev/null; then
  for f in "$man"/ovftool*.pod; do
    f=$(basename "$f" .pod)
    page "$f" >"$tmp/$f.pod"
    ok "$f: podchecker" podchecker -warnings -warnings "$tmp/$f.pod"
  done
else
  skip "podchecker" "not installed"
fi
done_testing
