#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# An appliance of 200 MB on nginx: `info` asks for kilobytes, `import` gives
# the same disk as from the file.  bench/web-server.sh says how fast.
. ./tests/functions.sh
needs_shared corpus
PATH=$PATH:/usr/sbin
requires nginx
grep -q 'define HAVE_LIBCURL 1' config.h || skip_all "this build has no libcurl"
unset http_proxy all_proxy ALL_PROXY

cd "$tmp" || exit 99
head -c 200M /dev/urandom >big.raw
"$OVFTOOL" build --disk big.raw -o big.ova >log 2>&1 \
  || { tap_show log; skip_all "needs build"; }
ok "the archive has 200 MB" [ "$(stat -c %s big.ova)" -gt 200000000 ]

# A free port may be taken by another until nginx has it: several are tried.
serve () {
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 20000))
    "$srcdir/bench/nginx.sh" "$tmp" "$port" >nginx.log 2>&1 &
    server=$!
    for _ in $(seq 50); do
      kill -0 "$server" 2>/dev/null || break
      if python3 -c "import socket; socket.create_connection (('127.0.0.1', $port))" \
           2>/dev/null; then
        return 0
      fi
      sleep 0.1
    done
    kill "$server" 2>/dev/null
  done
  return 1
}
serve || { tap_show nginx.log; skip_all "nginx does not start"; }
cleanup_fn kill "$server"
url=http://127.0.0.1:$port/big.ova

sent () { awk '{ n += $10 } END { print n + 0 }' access.log; }
expect_exit 0 "info" "$OVFTOOL" info --json "$url"
sleep 0.5 # the server writes its log behind
ok "asks for kilobytes: $(sent) bytes" [ "$(sent)" -lt 200000 ]
ok "and asked at all" [ "$(sent)" -gt 1000 ]
expect_exit 0 "import" "$OVFTOOL" import "$url" --to libvirt --disk-format raw -o out
ok "gives the same disk" cmp big.raw out/big-disk1.raw
expect_exit 0 "verify" "$OVFTOOL" verify "$url"

done_testing
