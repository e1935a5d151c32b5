#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The house rules of HACKING.md, as far as a program can see them.
. ./tests/functions.sh
cd "$srcdir" || exit 99

mapfile -t c_files < <(find libovf converters ovftool -name '*.[ch]' | sort)
mapfile -t all_files < <(find libovf converters ovftool schemas samples man \
  tests bench bootstrap .ci Makefile.am configure.ac ./*.md -type f \
  ! -name '*.o' ! -name '*.lo' ! -name '*.la' ! -name '*.a' ! -name '*.log' \
  ! -name '*.trs' ! -name '*.Plo' ! -name '*.Po' ! -path '*/.libs/*' \
  ! -path '*/__pycache__/*' ! -path tests/functions.sh -exec grep -Il . {} + | sort)

# Code only: comments blanked and the inside of strings taken out, every line
# with its place before it.
awk '
  FNR == 1 { block = 0 }
  {
    s = $0
    gsub(/\\./, "_", s)
    gsub(/'\''"'\''/, "0", s)
    if (s !~ /^[ \t]*#[ \t]*include/) gsub(/"[^"]*"/, "\"\"", s)
    code = ""
    while (s != "") {
      if (block) {
        i = index(s, "*/")
        if (!i) { s = ""; break }
        s = substr(s, i + 2); block = 0
      } else {
        i = index(s, "/*")
        if (!i) { code = code s; s = ""; break }
        code = code substr(s, 1, i - 1) " "
        s = substr(s, i + 2); block = 1
      }
    }
    if (code !~ /^[ \t]*$/) print FILENAME ":" FNR ":" code
  }' "${c_files[@]}" >"$tmp/code"
[ "$(wc -l <"$tmp/code")" -gt 500 ] || fail "no code found to look at"

# empty NAME FILE: passes when FILE has no line; shows the lines otherwise.
empty () {
  if [ ! -s "$2" ]; then
    pass "$1"
  else
    fail "$1"
    tap_show "$2"
  fi
}

# banned NAME REGEX [EXCEPT-FILES [ONLY-FILES]]: calls of REGEX occur nowhere
# but in the files that match.
banned () {
  grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_.>])?($2)[[:space:]]*\(" "$tmp/code" \
    | grep -vE "^(${3:-nothing}):" | grep -E "^(${4:-.*}):" >"$tmp/hits"
  empty "$1" "$tmp/hits"
}

banned "no call that cannot be bounded or that starts a shell" \
  'system|popen|gets|v?sprintf|st[rp]n?cpy|strn?cat|strtok(_r)?|alloca|mktemp|tmpnam|tempnam|ato(i|l|ll|f)|v?f?scanf|v?sscanf|longjmp'
banned "numbers are parsed in base/text.c" \
  'strto(l|ul|ll|ull|imax|umax|f|d|ld|q|uq)' 'libovf/base/text\.c'
banned "children are started in base/child.c" \
  'exec(l|lp|le|v|vp|ve|vpe)|fexecve|posix_spawnp?|v?fork|clone3?' \
  'libovf/base/(child|sandbox)\.c'
banned "names are opened in base/file.c" \
  'open(at|at2|64)?|creat|f(re)?open(64)?|opendir|fdopendir' \
  'libovf/base/(file|output|child|sandbox)\.c|libovf/package/signer-run\.c'
banned "temporary files are made where there is no target yet" \
  'mk(o|d)?s?temps?|tmpfile' 'libovf/package/signer-run\.c|libovf/base/.*'
banned "XML is parsed in base/xml.c, schemas in base/xml-schema.c" \
  'xml(Read|CtxtRead|CtxtParse|Parse|NewParser|SAX|ReaderFor|NewTextReader|XInclude|Recover|Load|NewInputFrom)[A-Za-z]*|xmlCreate[A-Za-z]*ParserCtxt|html[A-Z][A-Za-z]*|xmlSchemaNewParserCtxt' \
  'libovf/base/xml(-schema)?\.c'
banned "the library does not print" \
  'v?printf|puts|putchar|perror|psignal|error' '' '(libovf|converters)/.*'
grep -E '^(libovf|converters)/.*[^A-Za-z0-9_](stdout|stderr)[^A-Za-z0-9_]' \
  "$tmp/code" >"$tmp/hits"
empty "the library does not know stdout and stderr" "$tmp/hits"
banned "the library does not exit" 'exit|_exit|quick_exit' \
  'libovf/base/(child|sandbox)\.c' '(libovf|converters)/.*'
banned "the environment is read by the program, for children and for keys" \
  '(secure_)?getenv' 'libovf/base/(child|http|output)\.c|ovftool/.*|libovf/package/(passin|signer-run|write)\.c'
banned "assertions are not left to input" 'assert'
grep -E ':.*//' "$tmp/code" >"$tmp/hits"
empty "comments are /* */" "$tmp/hits"

# ---- layers ----------------------------------------------------------------
# folder -> what may stand in #include "..." there.
{
  layer () {
    grep -E "^$1:[0-9]+:[[:space:]]*#[[:space:]]*include[[:space:]]*\"" "$tmp/code" \
      | grep -vE "include[[:space:]]*\"($2)\""
  }
  layer 'libovf/base/[^:]*' 'ovf\.h|config\.h|base/[^"]*'
  layer 'libovf/model/[^:]*' 'ovf\.h|(base|model)/[^"]*'
  layer 'libovf/package/[^:]*' 'ovf\.h|(base|package)/[^"]*'
  layer 'libovf/disk/[^:]*' 'ovf\.h|(base|disk)/[^"]*'
  layer 'libovf/check/[^:]*' 'ovf\.h|(base|model|package|check)/[^"]*'
  layer 'converters/[^:]*' 'ovf\.h|(base|model)/[^"]*|[^/"]*'
  layer 'ovftool/[^:]*' 'ovf\.h|[^/"]*'
} >"$tmp/hits"
empty "includes point down" "$tmp/hits"
# The same by what the program may call: the exports of ovf.h.
grep -ohE '^OVF_PUBLIC [^;]*' libovf/ovf.h | grep -oE 'ovf_[a-z0-9_]+ \(' \
  | tr -d ' (' | sort -u >"$tmp/exports"
{
  grep -vE '^libovf/ovf\.h:' "$tmp/code" | grep -oE '^[^ ]*:ovf_[a-z0-9_]+ \(' \
    | sed 's/.*://' | tr -d ' (' | sort -u
} >"$tmp/defined"
comm -13 "$tmp/exports" "$tmp/defined" >"$tmp/hits"
empty "only what ovf.h exports is called ovf_" "$tmp/hits"

# ---- size ------------------------------------------------------------------
awk '/^\{/ { start = FNR; sig = prev }
     /^\}/ { if (start && FNR - start > 80)
               print FILENAME ":" start ": " sig " has " FNR - start " lines"
             start = 0 }
     { prev = $0 }' "${c_files[@]}" >"$tmp/hits"
empty "functions have at most 80 lines" "$tmp/hits"
wc -l "${c_files[@]}" | awk '$1 > 600 && $2 != "total"' >"$tmp/hits"
empty "files have at most 600 lines" "$tmp/hits"

# ---- text ------------------------------------------------------------------
for f in "${all_files[@]}"; do
  case $f in
    *.[ch] | *.def | *.sh | *.py | *.in | *.ac | *.am | bootstrap | .ci/run)
      head -n 3 "$f" | grep -q 'SPDX-License-Identifier: LGPL-2.1-or-later' \
        || echo "$f" ;;
  esac
done >"$tmp/hits"
empty "files begin with the SPDX line" "$tmp/hits"
for f in "${c_files[@]}"; do
  sed -n 2p "$f" | grep -q '^/\*' || echo "$f"
done >"$tmp/hits"
empty "C files say their one idea on the second line" "$tmp/hits"
grep -nE '[[:space:]]$' "${c_files[@]}" >"$tmp/hits"
empty "no blanks at ends of lines" "$tmp/hits"
grep -nP '\t' "${c_files[@]}" >"$tmp/hits"
empty "no tabs in C files" "$tmp/hits"
# Brackets keep this file from finding itself.
grep -nE '\b(TOD[O]|FIXM[E])\b' "${all_files[@]}" >"$tmp/hits"
empty "nothing is left for later" "$tmp/hits"
grep -nE 'CV[E]-[0-9]' "${all_files[@]}" >"$tmp/hits"
empty "no vulnerabilities of other programs are named" "$tmp/hits"
grep -nE '(^|[^A-Za-z0-9._-])/wor[k](/|\b)' "${all_files[@]}" >"$tmp/hits"
empty "no path of one machine" "$tmp/hits"

# ---- nothing is forgotten --------------------------------------------------
cat ./*/local.mk libovf/*/local.mk Makefile.am >"$tmp/mk"
for f in "${c_files[@]}" $(find tests -name '*.c' ! -path 'tests/fuzz/*'); do
  case $f in
    tests/unit/*) f=${f%.c} ;;
  esac
  grep -qF "$f" "$tmp/mk" || echo "$f"
done >"$tmp/hits"
empty "every source is built" "$tmp/hits"
find tests -name '*.sh' ! -name functions.sh | sort | while read -r f; do
  grep -qF "$f" "$tmp/mk" || echo "$f"
done >"$tmp/hits"
empty "every test script runs" "$tmp/hits"

# ---- globals ---------------------------------------------------------------
# Variables that can be written, by the objects of the build.
mapfile -t objects < <(find "$builddir/libovf" "$builddir/converters" \
  -path '*/.libs/*.o' -o -path "$builddir/libovf/*.o" -o -path "$builddir/converters/*.o")
if [ "${#objects[@]}" -eq 0 ] || ! command -v objdump >/dev/null; then
  skip "no globals but constant tables" "needs objdump and a build"
elif objdump -t "${objects[@]}" | grep -qE '__asan_|__tsan_|__gcov'; then
  skip "no globals but constant tables" "a sanitizer adds its own"
else
  objdump -t "${objects[@]}" \
    | awk '/^[^ ]*\.o:/ { file = $1 }
           $NF ~ /^once(\.[0-9]+)?$/ { next } # pthread_once
           / O (\.data|\.bss|\.tdata|\.tbss|\*COM\*)[ \t]/ { print file, $NF }' \
    >"$tmp/hits"
  empty "no globals but constant tables" "$tmp/hits"
fi

done_testing
