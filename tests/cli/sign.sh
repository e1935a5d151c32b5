#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# sign and unsign: keys of all kinds, where passwords come from, a signing
# program; openssl agrees with every certificate file made.
. ./tests/functions.sh
requires tar openssl xxd

has () { grep -qF -- "$1" "$err"; }
said () { grep -qxF -- "$1" "$out"; }
sig () { "$OVFTOOL" verify "$@" 2>/dev/null | sed -n 's/^signature: //p'; }

# openssl_agrees OVA CERT: the signature is one over the manifest's bytes.
openssl_agrees () {
  rm -rf "$tmp/x"
  mkdir "$tmp/x"
  tar xf "$1" -C "$tmp/x"
  openssl x509 -in "$2" -pubkey -noout >"$tmp/pub.pem"
  sed -n '1s/.*= //p' "$tmp/x/minimal.cert" | xxd -r -p >"$tmp/sig"
  openssl dgst -sha256 -verify "$tmp/pub.pem" -signature "$tmp/sig" \
    "$tmp/x/minimal.mf"
}

cd "$tmp" || exit 99
new_cert () { # NAME, then options of openssl req
  local name=$1
  shift
  openssl req -x509 -nodes -keyout "$name.key" -out "$name.pem" -days 3 \
    -subj "/CN=$name" "$@" 2>/dev/null
}
new_cert rsa -newkey rsa:2048
new_cert ec -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
new_cert small -newkey rsa:1024
new_cert ed -newkey ed25519
openssl pkey -in rsa.key -aes256 -passout pass:secret -out locked.key
mkdir d
cp "$srcdir/samples/minimal.ovf" d/minimal.ovf
sed -n 's/.*ovf:href="\([^"]*\)".*/\1/p' d/minimal.ovf \
  | while read -r f; do echo disk >"d/$f"; done
"$OVFTOOL" pack d -o plain.ova >/dev/null || exit 99

# ---- RSA, in place
cp plain.ova a.ova
expect_exit 0 "an RSA key" "$OVFTOOL" sign a.ova --key rsa.key --cert rsa.pem
ok "openssl agrees" openssl_agrees a.ova rsa.pem
is "so does verify" "$(sig a.ova --ca rsa.pem)" "trusted"
is "the certificate stands behind the manifest" \
   "$(tar tf a.ova | sed -n 3p)" "minimal.cert"
ok "the manifest is as it was" sh -c \
   "tar xOf plain.ova minimal.mf >1; tar xOf a.ova minimal.mf | cmp - 1"
is "twice" "$("$OVFTOOL" sign plain.ova --key rsa.key --cert rsa.pem -o b.ova \
              >/dev/null; cmp a.ova b.ova && echo same)" "same"

# ---- ECDSA
expect_exit 0 "an EC key, over another signature" \
  "$OVFTOOL" sign a.ova --key ec.key --cert ec.pem -o ec.ova
ok "openssl agrees" openssl_agrees ec.ova ec.pem
is "so does verify" "$(sig ec.ova --ca ec.pem)" "trusted"
"$OVFTOOL" sign a.ova --key ec.key --cert ec.pem -o ec2.ova >/dev/null
is "two such archives have one size" "$(stat -c %s ec.ova)" \
   "$(stat -c %s ec2.ova)"

# ---- chains: the signer's certificate goes first wherever it stands
cat ec.pem rsa.pem >chain.pem
ok "a chain in any order" \
   "$OVFTOOL" sign plain.ova --key rsa.key --cert chain.pem -o chain.ova
ok "openssl agrees" openssl_agrees chain.ova rsa.pem
is "both are in it" "$(tar xOf chain.ova minimal.cert \
   | grep -c 'BEGIN CERTIFICATE')" 2
is "the signer is first" "$("$OVFTOOL" verify chain.ova 2>/dev/null \
   | grep '^signer')" "signer: CN=rsa"
cat rsa.pem rsa.key >both.pem
ok "a key in the certificate file" \
   "$OVFTOOL" sign plain.ova --key rsa.key --cert both.pem -o both.ova
is "does not get into the package" \
   "$(tar xOf both.ova minimal.cert | grep -c PRIVATE)" 0

# ---- passwords
lock () { rm -f l.ova; "$OVFTOOL" sign plain.ova --key locked.key --cert rsa.pem -o l.ova "$@"; }
ok "pass:" lock --passin pass:secret
ok "the same archive as with the open key" cmp l.ova b.ova
PW=secret ok "env:" env PW=secret "$OVFTOOL" sign plain.ova -f --key locked.key \
  --cert rsa.pem -o l.ova --passin env:PW
echo secret >pw
ok "file:" lock --passin file:pw
ok "fd:" sh -c "'$OVFTOOL' sign plain.ova -f --key locked.key --cert rsa.pem \
  -o l.ova --passin fd:5 5<pw"
ok "stdin" sh -c "'$OVFTOOL' sign plain.ova -f --key locked.key --cert rsa.pem \
  -o l.ova --passin stdin <pw"
expect_exit 2 "a wrong password" lock --passin pass:wrong
expect_exit 2 "none, and no terminal" lock
ok "the hint says how" has 'passin'
expect_exit 2 "nowhere to take it from" lock --passin somewhere
expect_exit 2 "a variable that is not set" lock --passin env:ABSENT_VARIABLE
ok "leaves nothing" test ! -e l.ova -a ! -e .l.ova.partial

# ---- refusals and warnings
expect_exit 2 "a key of another certificate" \
  "$OVFTOOL" sign plain.ova --key rsa.key --cert ec.pem -o x.ova
expect_exit 1 "a key that signs no packages" \
  "$OVFTOOL" sign plain.ova --key ed.key --cert ed.pem -o x.ova
expect_exit 2 "a key that is none" \
  "$OVFTOOL" sign plain.ova --key rsa.pem --cert rsa.pem -o x.ova
expect_exit 2 "a certificate that is none" \
  "$OVFTOOL" sign plain.ova --key rsa.key --cert rsa.key -o x.ova
expect_exit 1 "a key that is not there" \
  "$OVFTOOL" sign plain.ova --key absent --cert rsa.pem -o x.ova
expect_exit 2 "no key" "$OVFTOOL" sign plain.ova --cert rsa.pem -o x.ova
expect_exit 2 "nothing to sign with" "$OVFTOOL" sign plain.ova -o x.ova
expect_exit 0 "a short key" \
  "$OVFTOOL" sign plain.ova --key small.key --cert small.pem -o x.ova
ok "is warned of" has 'SIGN-WEAK'
sed 's/minimal/other_/' a.ova >bad.ova 2>/dev/null
cp plain.ova bad.ova
printf X | dd of=bad.ova bs=1 seek=600 conv=notrunc 2>/dev/null
cp bad.ova bad2.ova
expect_exit 4 "a package whose digest differs" \
  "$OVFTOOL" sign bad.ova --key rsa.key --cert rsa.pem
ok "is left as it was" cmp bad.ova bad2.ova

# ---- a program that signs
cat >signer <<'SH'
#!/bin/sh
# signer WORD PATH.mf
[ "$1" = word ] || exit 9
sig=$(openssl dgst -sha256 -sign "$KEYS/rsa.key" "$2" | od -An -v -tx1 | tr -d ' \n')
{ echo "SHA256($(basename "$2"))= $sig"; cat "$KEYS/rsa.pem"; } >"${2%.mf}.cert"
SH
chmod +x signer
export KEYS=$tmp
expect_exit 0 "a command" \
  "$OVFTOOL" sign plain.ova --sign-command "$tmp/signer word" -o cmd.ova
is "its slot" "$(tar tvf cmd.ova | awk '/cert/{print $3}')" 102400
ok "openssl agrees" openssl_agrees cmd.ova rsa.pem
is "verify too" "$(sig cmd.ova --ca rsa.pem)" "trusted"
expect_exit 1 "a command that fails" \
  "$OVFTOOL" sign plain.ova --sign-command "$tmp/signer wrong" -o x2.ova
expect_exit 1 "one that makes nothing" \
  "$OVFTOOL" sign plain.ova --sign-command true -o x2.ova
printf '#!/bin/sh\n{ echo "SHA256(minimal.mf)= 00"; cat "$KEYS/rsa.pem"; } >"${1%%.mf}.cert"\n' >liar
chmod +x liar
expect_exit 1 "one whose signature does not fit" \
  "$OVFTOOL" sign plain.ova --sign-command "$tmp/liar" -o x2.ova
ok "nothing of it remains" sh -c "! ls x2.ova .x2.ova.partial ${TMPDIR:-/tmp}/ovftool-sign-* 2>/dev/null"
expect_exit 2 "a command and a key" "$OVFTOOL" sign plain.ova \
  --sign-command true --key rsa.key --cert rsa.pem -o x2.ova

# ---- unsign
expect_exit 0 "unsign" "$OVFTOOL" unsign a.ova
ok "gives back what was packed" cmp a.ova plain.ova
expect_exit 0 "what is not signed" "$OVFTOOL" unsign a.ova
ok "is said" has 'not signed'

# ---- folders
mkdir f
tar xf plain.ova -C f
cp -p f/minimal.ovf keep
stamp=$(stat -c %Y.%i f/minimal.ovf)
expect_exit 0 "a folder" "$OVFTOOL" sign f --key rsa.key --cert rsa.pem
is "is trusted" "$(sig f --ca rsa.pem)" "trusted"
is "only the certificate was written" "$(stat -c %Y.%i f/minimal.ovf)" "$stamp"
expect_exit 0 "and unsigned" "$OVFTOOL" unsign f/minimal.ovf
ok "has no certificate" test ! -e f/minimal.cert
is "and nothing else in it" "$(ls -A f | tr '\n' ' ')" \
   "$(tar tf plain.ova | LC_ALL=C sort | tr '\n' ' ')"
rm f/minimal.mf
expect_exit 0 "without a manifest one is made" \
  "$OVFTOOL" sign f --key rsa.key --cert rsa.pem
is "and signed" "$(sig f --ca rsa.pem)" "trusted"
done_testing
