#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Appliances on a web server: by ranges where the server has them, else from
# front to back; what servers do wrong; what is never followed.
. ./tests/functions.sh
requires python3 openssl
grep -q 'define HAVE_LIBCURL 1' config.h || skip_all "this build has no libcurl"
unset http_proxy https_proxy all_proxy ALL_PROXY HTTPS_PROXY

cd "$tmp" || exit 99
mkdir www
head -c 3000000 /dev/urandom >disk.raw
truncate -s 4M disk.raw
"$OVFTOOL" build --disk disk.raw --name vm -o www/vm.ova >log 2>&1 \
  || { tap_show log; skip_all "needs build"; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null

# serve NAME ARG...: starts a server; its port into $port.
serve () {
  local name=$1
  shift
  python3 "$srcdir/tests/http-server.py" "$@" >"$name.port" 2>"$name.err" &
  cleanup_fn kill "$!"
  for _ in $(seq 100); do
    [ -s "$name.port" ] && break
    sleep 0.1
  done
  port=$(cat "$name.port")
}
serve http www http.log
url=http://127.0.0.1:$port
DOWN=$url/ranges/ serve https www https.log cert.pem key.pem
secure=https://127.0.0.1:$port

sent () { awk '{ n += $3 } END { print n + 0 }' http.log; }
import () { rm -rf out; "$OVFTOOL" import "$@" --to libvirt --disk-format raw -o out; }
nothing () { [ ! -e out ] && ! compgen -G ".*.partial" >/dev/null; }
same () { cmp disk.raw out/vm-disk1.raw; }

# ---- a server as it should be --------------------------------------------------
expect_exit 0 "info" "$OVFTOOL" info "$url/ranges/vm.ova"
ok "shows the disk" grep -q 'vm-disk1.vmdk' "$out"
ok "little of the file was sent" [ "$(sent)" -lt 200000 ]
"$OVFTOOL" info --json www/vm.ova | sed 's/.*"result"//' >file.json
expect_exit 0 "info --json" "$OVFTOOL" info --json "$url/ranges/vm.ova"
is "the same document as of the file" "$(sed 's/.*"result"//' "$out")" "$(cat file.json)"
expect_exit 0 "verify" "$OVFTOOL" verify "$url/ranges/vm.ova"
is "says yes" "$(head -n 1 "$out")" "verified: yes"
expect_exit 0 "import" import "$url/ranges/vm.ova"
ok "gives the disk" same
expect_exit 0 "a redirect" import "$url/moved/vm.ova"
ok "gives it too" same
expect_exit 0 "unpack makes a folder of the name" "$OVFTOOL" unpack "$url/ranges/vm.ova?a=/b"
ok "with the disk" test -s vm/vm-disk1.vmdk
expect_exit 0 "a user" import "http://me:secret@127.0.0.1:${url##*:}/auth/vm.ova"
ok "gives the disk too" same

expect_exit 2 "it cannot be changed there" "$OVFTOOL" set "$url/ranges/vm.ova" cpus=2
expect_exit 0 "but here" "$OVFTOOL" set "$url/ranges/vm.ova" cpus=2 -o set.ova
expect_exit 0 "and be compared" "$OVFTOOL" diff "$url/ranges/vm.ova" www/vm.ova

# ---- without ranges ------------------------------------------------------------
for habit in plain unsized; do
  expect_exit 0 "$habit: import" import "$url/$habit/vm.ova"
  ok "$habit: the disk" same
  expect_exit 0 "$habit: info" "$OVFTOOL" info "$url/$habit/vm.ova"
done

# ---- what goes wrong -------------------------------------------------------------
fails () { # fails HABIT WORDS
  expect_exit 1 "$1: import" import "$url/$1/vm.ova"
  ok "$1: says it" grep -q -- "$2" "$err"
  ok "$1: keeps nothing" nothing
}
fails missing 'answered 404'
fails cut 'cannot read'
fails plaincut 'cannot read'
fails changed 'changed on the server'
fails longer 'changed on the server\|ended too early\|ends early\|answered'
fails forgets 'changed on the server'
fails loop 'cannot read'
fails local 'cannot read'
fails auth 'USER:PASSWORD'
expect_exit 1 "no server" import "http://127.0.0.1:1/vm.ova"
expect_exit 1 "a password is not shown" import "http://me:secret@127.0.0.1:1/vm.ova"
not_ok "indeed not" grep -q secret "$err"
printf 'no archive' >www/text.ova
expect_exit 3 "no archive" import "$url/ranges/text.ova"
expect_exit 1 "ftp is not read" "$OVFTOOL" info "ftp://127.0.0.1/vm.ova"

cp www/vm.ova www/bad.ova
printf x | dd of=www/bad.ova bs=1 seek=2000000 conv=notrunc 2>/dev/null
expect_exit 4 "a byte that differs" import "$url/ranges/bad.ova"
ok "is kept from the target" nothing
expect_exit 4 "without ranges, too" import "$url/plain/bad.ova"
ok "and kept from it" nothing

# ---- https -------------------------------------------------------------------------
expect_exit 1 "an unknown authority" import "$secure/ranges/vm.ova"
ok "is refused with a hint" grep -q '^hint: SSL_CERT_FILE' "$err"
export SSL_CERT_FILE=$tmp/cert.pem
expect_exit 0 "a known one" import "$secure/ranges/vm.ova"
ok "gives the disk as well" same
expect_exit 1 "no redirect from https to http" import "$secure/down/vm.ova"

# ---- no URL from inside is followed ----------------------------------------------------
: >http.log
"$OVFTOOL" unpack www/vm.ova -C inside >/dev/null
sed -i "s|href=\"vm-disk1.vmdk\"|href=\"$url/ranges/vm-disk1.vmdk\"|" inside/vm.ovf
expect_exit 3 "a URL in References" import inside/vm.ovf --no-verify
is "nobody was asked" "$(wc -l <http.log)" 0

done_testing
