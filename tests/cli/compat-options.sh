#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The options of the VMware-compatible face: how they are written, what each
# does to what is made, which are ignored, and where they come from.
. ./tests/functions.sh
requires openssl
cd "$tmp" || exit 99

says () { grep -qxF -- "$1" "$out"; }
has () { grep -qF -- "$1" "$out"; }
base=$srcdir/tests/golden/probe/router.ovf

head -c 200000 /dev/urandom >disk.raw && truncate -s 2M disk.raw
mkdir src
"$OVFTOOL" disk convert disk.raw src/router-disk1.vmdk >/dev/null 2>&1 || exit 99
truncate -s 4096 src/router-file1.iso
echo settings >src/router.nvram
nvram=$(stat -c %s src/router.nvram)
size=$(stat -c %s src/router-disk1.vmdk)
sed "s/ovf:size=\"284164096\"/ovf:size=\"$size\"/
  s/524288000/4096/; s/ovf:capacity=\"8\"/ovf:capacity=\"2\"/
  s/byte \* 2^30/byte * 2^20/; s/1104150528/0/
  s,</References>,<File ovf:id=\"nv\" ovf:href=\"router.nvram\" ovf:size=\"$nvram\"/></References>,
  s,</VirtualHardwareSection>,<vmw:ExtraConfig ovf:required=\"false\" vmw:key=\"nvram\" vmw:value=\"ovf:/file/nv\"/>\
<vmw:ExtraConfig ovf:required=\"false\" vmw:key=\"tools.x\" vmw:value=\"1\"/></VirtualHardwareSection>," \
  "$base" >src/router.ovf

# make NAME OPTION...: t.ova and its descriptor in t.ovf.
make () {
  local name=$1
  shift
  rm -rf t t.ova
  expect_exit 0 "$name" $VG "$OVFTOOL" --acceptAllEulas "$@" src/router.ovf t.ova
  mkdir t && tar xf t.ova -C t
}
wrote () { grep -qF -- "$1" t/t.ovf; }

# ---- spelling ---------------------------------------------------------------
bad () { # NAME WORD WANT
  expect_exit 1 "$1" "$OVFTOOL" "$2" src/router.ovf t.ova
  ok "and named" says "Error: Unexpected option: $3"
  ok "last line" is_last "Completed with errors"
}
is_last () { [ "$(tail -n 1 "$out")" = "$1" ]; }
bad "an unknown option" --bogus --bogus
bad "with a value, which may be a secret" --bogus=x --bogus
bad "one dash" -zz=1 -zz
bad "a flag that is neither true nor false" --overwrite=maybe --overwrite
bad "a key where none is taken" --name:x=y --name:x
bad "no key where one is" --prop=x --prop
expect_exit 1 "a third word" "$OVFTOOL" src/router.ovf t.ova u.ova
expect_exit 1 "a value is missing" "$OVFTOOL" src/router.ovf t.ova --name
make "letters, any case, a value in the next word" -N=x --ACCEPTALLEULAS=true \
  --annotation "a b" --overwrite=false
ok "a value with a blank" wrote "<Annotation>a b</Annotation>"
make "Base64" --decodeBase64 --annotation=aGVsbG8gd29ybGQ=
ok "is decoded" wrote "<Annotation>hello world</Annotation>"
expect_exit 1 "what is no Base64" "$OVFTOOL" --decodeBase64 --annotation='*' a b
expect_exit 1 "delta disks" "$OVFTOOL" --makeDeltaDisks src/router.ovf t.ova
ok "are refused in a sentence" has "not as a chain of deltas"
for locator in vi://user@host/vm vcloud://host/org; do
  expect_exit 1 "$locator" "$OVFTOOL" src/router.ovf "$locator"
  ok "names govc" has govc
done
expect_exit 1 "a type of a server" "$OVFTOOL" -tt=VI src/router.ovf t
ok "names govc" has govc

# ---- what is ignored ----------------------------------------------------------
make "options for vSphere" --noSSLVerify=true -ds=store --powerOn \
  --X:injectOvfEnv --X:logLevel=none --X:nonsense=1 --diskMode=thin \
  --mdatastore:a=b --vmFolder=x
is "one warning names them" "$(grep -c 'no vSphere here: --noSSLVerify, --datastore, --powerOn, --mdatastore, --vmFolder$' "$out")" 1
ok "an unknown --X: warns" has "--X:nonsense"
not_ok "a known one does not" has "injectOvfEnv"
expect_exit 1 "a disk mode that is not written" "$OVFTOOL" -dm=monolithicFlat \
  src/router.ovf t.ova

# ---- what is written -----------------------------------------------------------
make "texts" --annotation='New <note>' --eula='Second licence'
ok "the annotation" wrote '<Annotation>New &lt;note&gt;</Annotation>'
ok "a licence" wrote '<License>Second licence</License>'
printf 'From a file\nof two lines\n' >licence.txt
make "a licence of a file" --eula@=licence.txt
ok "is added" bash -c "tr '\n' ' ' <t/t.ovf | grep -q 'From a file of two lines</License>'"
make "machines" --numberOfCpus:router=6 --coresPerSocket:router=3 \
  --memorySize:router=2048 --maxVirtualHardwareVersion=vmx-11
"$OVFTOOL" t.ova >"$tmp/probe"
ok "processors" grep -qE '^    Number of CPUs: +6$' probe
ok "cores" grep -qE '^    Cores per socket: 3$' probe
ok "memory" grep -qE '^    Memory: +2\.00 GB$' probe
ok "families" grep -qE '^    Families: +vmx-10 vmx-11$' probe
expect_exit 1 "a machine that is not there" "$OVFTOOL" --numberOfCpus:x=1 \
  --acceptAllEulas src/router.ovf t2.ova
make "networks: one, and all others" --net:GigabitEthernet1=lan -nw=other
is "by name" "$(grep -c 'Connection>lan<' t/t.ovf) $(grep -c 'Connection>other<' t/t.ovf)" "1 1"
make "networks that become one" --network=one
is "are listed once" "$(grep -c '<Network ovf:name="one">' t/t.ovf)" 1
make "an adapter" --nic:router,1=lan
is "by number" "$(grep -c 'Connection>lan<' t/t.ovf)" 1
make "a property" --prop:com.example.router.hostname.1=web1
ok "is set" wrote 'ovf:value="web1"'
sed 's/ovf:key="ssh" ovf:type="boolean" ovf:userConfigurable="true"/ovf:key="ssh" ovf:type="boolean" ovf:userConfigurable="false"/' \
  src/router.ovf >src/hidden.ovf
expect_exit 1 "a property that is not for users" "$OVFTOOL" --acceptAllEulas \
  --prop:ssh=true src/hidden.ovf h.ova
expect_exit 0 "unless asked for" "$OVFTOOL" --acceptAllEulas \
  --X:enableHiddenProperties --prop:ssh=true src/hidden.ovf h.ova
make "a TPM" --addDevice:vtpm=required=false
ok "is added" wrote vmware.vtpm
expect_exit 1 "no other device" "$OVFTOOL" --addDevice:pony src/router.ovf t2.ova
make "addresses" --ipAllocationPolicy=dhcpPolicy --ipProtocol=IPv6
ok "are declared" wrote 'vmw:protocols="IPv6" vmw:schemes="dhcp"'
expect_exit 1 "a protocol that is none" "$OVFTOOL" --ipProtocol=IPX src/router.ovf t2.ova
make "a configuration" --deploymentOption=1CPU-4GB
"$OVFTOOL" t.ova >"$tmp/probe"
ok "is taken" grep -qE '^    Number of CPUs: +1$' probe

# ---- ExtraConfig ------------------------------------------------------------------
make "without leave"
not_ok "ExtraConfig is dropped" wrote tools.x
ok "with a warning" says " - Line $(grep -n tools.x src/router.ovf | cut -d: -f1): \
ExtraConfig option 'tools.x' is not allowed, will skip it." 
make "with leave" --allowExtraConfig --extraConfig:guestinfo.a=b=c
ok "it passes" wrote 'vmw:key="tools.x" vmw:value="1"'
ok "and more is added" wrote 'vmw:key="guestinfo.a" vmw:value="b=c"'

# ---- files ----------------------------------------------------------------------
make "all files"
is "are there" "$(tar tf t.ova | tr '\n' ' ')" \
  "t.ovf t.mf t-disk1.vmdk t-file1.iso t-file2.nvram "
make "no NVRAM" --noNvramFile
not_ok "no file, no reference" grep -rq nvram t t/t.ovf
not_ok "no subtypes of drives" wrote vmware.cdrom
make "subtypes of drives" --exportDeviceSubtypes
ok "are written when asked for" wrote vmware.cdrom.iso
make "no images" --noImageFiles
is "but disks" "$(tar tf t.ova | tr '\n' ' ')" "t.ovf t.mf t-disk1.vmdk t-file1.nvram "
make "no disks" --noDisks
is "but files" "$(tar tf t.ova | tr '\n' ' ')" "t.ovf t.mf t-file1.iso t-file2.nvram "
ok "the disk is an empty one" wrote 'ovf:capacity="2'
ok "and all of that is a package" "$OVFTOOL" verify t.ova
make "gzip" --compress=9
ok "is said" wrote 'ovf:compression="gzip"'
ok "is so" bash -c 'gzip -t <t/t-disk1.vmdk'
expect_exit 0 "and is read" "$OVFTOOL" --acceptAllEulas t.ova plain.ova
ok "as what it was" bash -c 'tar xf plain.ova plain-disk1.vmdk \
  && "$1" disk convert plain-disk1.vmdk plain.raw >/dev/null 2>&1 \
  && cmp plain.raw disk.raw' - "$OVFTOOL"
make "chunks" --chunkSize=4kb
ok "are written" bash -c "tar tf t.ova | grep -qx 't-disk1.vmdk.000000000'"
expect_exit 1 "a size that is none" "$OVFTOOL" --chunkSize=4parsecs src/router.ovf t2.ova

# ---- the manifest ------------------------------------------------------------------
make "an algorithm" --shaAlgorithm=sha512
ok "is used" grep -q '^SHA512(t.ovf)= ' t/t.mf
make "no manifest" --skipManifestGeneration
not_ok "is written" test -e t/t.mf
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test -days 30 -keyout key.pem \
  -out cert.pem >/dev/null 2>&1
cat key.pem cert.pem >both.pem
make "a signature" --privateKey=both.pem
ok "is made" test -s t/t.cert
expect_exit 0 "and kept by --packageCert" "$OVFTOOL" --packageCert --acceptAllEulas \
  t/t.ovf kept.ova
ok "byte for byte" bash -c 'tar xOf kept.ova t.cert | cmp - t/t.cert'
expect_exit 0 "--requireSignature" "$OVFTOOL" --requireSignature --acceptAllEulas \
  t/t.ovf r.ova
sed -i '1s/[0-9a-f]\{8\}$/00000000/' t/t.cert
expect_exit 1 "an invalid one" "$OVFTOOL" --acceptAllEulas t/t.ovf i.ova
expect_exit 0 "--disableVerification" "$OVFTOOL" --acceptAllEulas \
  --disableVerification t/t.ovf i.ova
openssl rsa -aes128 -passout pass:sesame -in key.pem -out locked.pem >/dev/null 2>&1
cat locked.pem cert.pem >both.pem
make "a locked key" --privateKey=both.pem --privateKeyPassword=sesame
ok "opens" test -s t/t.cert

# ---- configuration files ---------------------------------------------------------------
mkdir run
cat >"$HOME/.ovftool" <<'C'
# of the user
annotation=from home
acceptAllEulas
noSSLVerify
C
printf 'annotation=from here\nX:logLevel=error\nshaAlgorithm = SHA1\n' >run/.ovftool
in_run () { (cd run && exec "$OVFTOOL" "$@"); }
expect_exit 0 "help on configuration" in_run --help config
is "shows both" "$(tr '\n' '|' <"$out")" "# Contents of global configuration \
options ($HOME/.ovftool):|#  annotation=from home|#  acceptAllEulas|#  \
noSSLVerify|# Contents of local configuration options (.ovftool):|#  \
annotation=from here|#  X:logLevel=error|#  shaAlgorithm = SHA1|"
expect_exit 0 "files are read" in_run ../src/router.ovf ../c.ova
ok "the nearer one wins" bash -c "tar xOf c.ova c.ovf | grep -q 'from here'"
expect_exit 0 "the command line wins" in_run -o --annotation=mine ../src/router.ovf ../c.ova
ok "over both" bash -c "tar xOf c.ova c.ovf | grep -q '>mine<'"
echo annotation=named >named.cfg
expect_exit 0 "--configFile" in_run -o --configFile=../named.cfg ../src/router.ovf ../c.ova
ok "wins over them" bash -c "tar xOf c.ova c.ovf | grep -q '>named<'"
echo bogus >>run/.ovftool
expect_exit 1 "a mistake in a file" in_run ../src/router.ovf ../c.ova
ok "is named with its line" has ".ovftool:4: Unexpected option: bogus"
printf 'signCommand=touch ran\n' >run/.ovftool
expect_exit 0 "a folder's file" in_run -o ../src/router.ovf ../c.ova
not_ok "starts no program" test -e run/ran
rm run/.ovftool "$HOME/.ovftool"
expect_exit 0 "no files" in_run --help config
is "are said to be absent" "$(tail -n 1 "$out")" \
  "# Currently no local configuration options in .ovftool"

# ---- help ------------------------------------------------------------------------------
for topic in locators examples debug integration; do
  expect_exit 0 "--help $topic" "$OVFTOOL" --help "$topic"
  ok "says something" test -s "$out"
done
expect_exit 0 "--help of this face" "$OVFTOOL" --help x.ova
ok "lists options" has "-n/--name=VALUE"
expect_exit 0 "--version with a word" "$OVFTOOL" --version x.ova
ok "is the version" grep -qE '^ovftool [0-9]' "$out"
done_testing
