#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# verify: the signature's four words, each reason for distrust, and what --ca
# and --require-signature make of them.  All keys are made here by openssl.
. ./tests/functions.sh
requires tar openssl sha256sum xxd

cd "$tmp" || exit 99
mkdir d
cp "$srcdir/samples/two-disks.ovf" d/vm.ovf
head -c 9000 /dev/urandom >d/two-disks-disk1.vmdk
echo iso >d/two-disks-file1.iso
(cd d && sha256sum vm.ovf two-disks-*) \
  | sed -E 's/^([0-9a-f]+)  (.*)/SHA256(\2)= \1/' >d/vm.mf

# ---- certificates: authority NAME, issue NAME AUTHORITY EXTENSIONS [OPTION...]
cat >ca.cnf <<'END'
[ca]
default_ca = here
[here]
new_certs_dir = .
database = index
serial = serial
policy = any
default_md = sha256
email_in_dn = no
unique_subject = no
[any]
commonName = supplied
END
touch index
echo 01 >serial
key () { # NAME [genpkey option...]
  local name=$1
  shift
  [ $# -gt 0 ] || set -- -algorithm RSA -pkeyopt rsa_keygen_bits:2048
  openssl genpkey "$@" -out "$name.key" 2>/dev/null
}
authority () {
  key "$1"
  openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 30 -out "$1.pem" \
    -addext keyUsage=keyCertSign 2>/dev/null
}
issue () {
  local name=$1 by=$2 ext=$3
  shift 3
  [ -e "$name.key" ] || key "$name"
  openssl req -new -key "$name.key" -subj "/CN=$name" -out csr 2>/dev/null
  printf '%b\n' "$ext" >ext
  openssl ca -batch -config ca.cnf -cert "$by.pem" -keyfile "$by.key" -in csr \
    -out "$name.pem" -notext -extfile ext -days 30 "$@" 2>log || tap_show log
}
leaf='basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=codeSigning'
authority root
issue signer root "$leaf"

# sign NAME [DIGEST]: d/vm.cert by NAME.key with NAME.pem.
sign () {
  local alg=${2:-sha256}
  {
    printf '%s(vm.mf)= ' "${alg^^}"
    openssl dgst "-$alg" -sign "$1.key" d/vm.mf | xxd -p | tr -d '\n'
    echo
    cat "$1.pem"
  } >d/vm.cert
}

# says EXIT LINE NAME [OPTION...]: the second line of verify.
says () {
  local exit=$1 want=$2 name=$3
  shift 3
  expect_exit "$exit" "$name: exit $exit" $VG "$OVFTOOL" verify d "$@"
  if [[ "$(sed -n 2p "$out")" =~ ^signature:\ $want$ ]]; then
    pass "$name: $want"
  else
    fail "$name: $want"
    note "said: $(sed -n 2p "$out")"
  fi
}
trusted=(--ca root.pem)

# ---- the four words
says 0 unsigned "no certificate"
says 0 unsigned "nothing to trust" "${trusted[@]}"
says 4 unsigned "a signature is required" --require-signature
sign signer
says 0 'untrusted \(no --ca given\)' "signed"
ok "the signer" grep -qx 'signer: CN=signer' "$out"
ok "the dates" grep -qE '^valid: [0-9-]{10} to [0-9-]{10}$' "$out"
says 0 trusted "signed, with the authority" "${trusted[@]}" --require-signature
says 0 trusted "or with the certificate itself" --ca signer.pem
says 4 'untrusted \(chain: .*\)' "another authority" --ca system
expect_exit 1 "an authority that is not there" $VG "$OVFTOOL" verify d --ca absent.pem
expect_exit 2 "an authority that is none" $VG "$OVFTOOL" verify d --ca d/vm.mf
sign signer sha512
says 0 trusted "SHA-512" "${trusted[@]}"
cp d/vm.mf mf
echo >>d/vm.mf
says 4 'invalid \(.*does not fit.*\)' "one byte more in the manifest" "${trusted[@]}"
ok "is not verified either" grep -q '^verified: no (the signature is invalid' "$out"
expect_exit 4 "and not unpacked" $VG "$OVFTOOL" unpack d -C out
ok "nothing is left" test ! -e out
mv mf d/vm.mf
key other
cp signer.pem other.pem
sign other
says 4 'invalid \(.*does not fit.*\)' "another key"

# ---- untrusted, and why
sign signer sha1
says 0 'untrusted \(signed with SHA-1\)' "SHA-1"
says 4 'untrusted \(signed with SHA-1\)' "SHA-1 and the authority" "${trusted[@]}"
sign signer md5
says 0 'untrusted \(signed with MD5\)' "MD5"
distrusted () { # REASON NAME: by the authority, whatever it said
  sign "$3"
  says 4 "untrusted \\($1\\)" "$2" "${trusted[@]}"
}
issue old root "$leaf" -startdate 20100101000000Z -enddate 20180811000000Z
distrusted 'certificate expired 2018-08-11' "expired" old
issue young root "$leaf" -startdate 21000101000000Z -enddate 21010101000000Z
distrusted 'certificate not valid before 2100-01-01' "not yet valid" young
issue web root 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth'
distrusted 'certificate is not for code signing' "a web server's" web
issue cipher root 'keyUsage=keyEncipherment'
distrusted 'certificate is not for digital signatures' "an encryption key" cipher
issue sha1 root "$leaf" -md sha1
distrusted 'certificate signed with SHA-1' "issued with SHA-1" sha1
key small -algorithm RSA -pkeyopt rsa_keygen_bits:1024
issue small root "$leaf"
distrusted 'RSA key of 1024 bits.*' "a small key" small
issue plain root 'keyUsage=digitalSignature'
sign plain
says 0 trusted "no extended usage" "${trusted[@]}"

# ---- ECDSA
key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
issue p256 root "$leaf"
sign p256
says 0 trusted "P-256" "${trusted[@]}"
key p192 -algorithm EC -pkeyopt ec_paramgen_curve:P-192
issue p192 root "$leaf"
distrusted 'ECDSA key of 192 bits.*' "P-192" p192
key ed -algorithm ED25519
openssl req -x509 -new -key ed.key -subj /CN=ed -days 3 -out ed.pem 2>/dev/null
{ echo "SHA256(vm.mf)= 00"; cat ed.pem; } >d/vm.cert
says 4 'invalid \(.*neither RSA nor ECDSA\)' "Ed25519"

# ---- chains
issue middle root 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign'
issue deep middle "$leaf"
sign deep
says 4 'untrusted \(chain: .*\)' "without the middle" "${trusted[@]}"
cat middle.pem >>d/vm.cert
says 0 trusted "with the middle" "${trusted[@]}"
says 0 trusted "which may be the anchor" --ca middle.pem
issue minor signer "$leaf"
sign minor
cat signer.pem >>d/vm.cert
says 4 'untrusted \(chain: .*\)' "issued by one who is no authority" "${trusted[@]}"

# ---- the certificate file
sign signer
cp d/vm.cert good
{ cat good; cat signer.key; } >d/vm.cert
says 4 'untrusted \(a private key in the certificate file\)' "a private key" "${trusted[@]}"
{ cat good; printf -- '-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n'; } >d/vm.cert
says 4 "untrusted \\(a 'CMS' block in the certificate file\\)" "another block" "${trusted[@]}"
{ cat good; echo hello; } >d/vm.cert
says 4 'untrusted \(other text in the certificate file\)' "other text" "${trusted[@]}"
{ head -n 1 good; cat good; } >d/vm.cert
says 4 'untrusted \(more than one signature line\)' "two signatures" "${trusted[@]}"
{ sed 's/$/\r/' good; printf '%9000s' ''; } >d/vm.cert
says 0 trusted "CR LF and padding" "${trusted[@]}"
{ head -n 1 good | fold -w 100; tail -n +2 good; } >d/vm.cert
says 0 trusted "a wrapped signature" "${trusted[@]}"
sed 's/(vm.mf)/(other.mf)/' good >d/vm.cert
says 4 'invalid \(the signature is of another file\)' "another name"
head -n 1 good >d/vm.cert
says 4 'invalid \(no readable certificate of the signer\)' "no certificate"
cp signer.pem d/vm.cert
says 4 'invalid \(no signature in the certificate file\)' "no signature"
head -c 5000 /dev/urandom >d/vm.cert
says 4 'invalid \(.*\)' "noise"
cp good d/vm.cert
mv d/vm.mf away
says 4 'invalid \(no manifest that it could be of\)' "no manifest"
expect_exit 4 "which nobody uses" $VG "$OVFTOOL" unpack d -C out
mv away d/vm.mf

# ---- JSON
expect_exit 4 "JSON" $VG "$OVFTOOL" verify d --ca old.pem --json
ok "verified and not trusted" sh -c "tr -d ' \n' <'$out' | grep -q \
  '\"code\":\"integrity\".*\"verified\":true,.*\"signature\":\"untrusted\"\|\"verified\":true,.*\"signature\":\"untrusted\".*\"code\":\"integrity\"'"
done_testing
