#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make-samples.py DIR: writes the samples of rules that are no text: archives,
folders, manifests, certificates; and the disks that the .ovf samples name.

Python's standard library, the parts of tests/hostile/make.py, and openssl for
keys.  Everything but signatures and keys is the same every time.
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "hostile"))
from make import (CAPACITY, DISK, END, GRAIN, PLAIN, SECTOR, descriptor, grain,  # noqa: E402
                  header, manifest, marker, member, ovf, qcow2,
                  sparse, tar_header, vmdk)

out = sys.argv[1]
HREF = 'ovf:href="vm-disk1.vmdk"'
DISK_NAME = "vm-disk1.vmdk"


def put(path, data):
    path = os.path.join(out, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


def options(path, text):
    put(path + ".options", text + "\n")


def listed(files, algorithm="sha256"):
    return ("vm.mf", manifest(files, algorithm))


def archive(members, end=END):
    return b"".join(member(n, d) for n, d in members) + end


def with_manifest(files, algorithm="sha256"):
    """Descriptor, manifest, the rest."""
    return [files[0], listed(files, algorithm)] + files[1:]


def ova(rule, kind, members, end=END):
    put("%s.%s.d/vm.ova" % (rule, kind), archive(members, end))


def folder(rule, kind, members):
    for n, d in members:
        put("%s.%s.d/%s" % (rule, kind, n), d)


OVF = ovf()
OVF2 = OVF.replace(b"ovf/envelope/1", b"ovf/envelope/2")
FILES = [("vm.ovf", OVF), (DISK_NAME, DISK)]
FILES2 = [("vm.ovf", OVF2), (DISK_NAME, DISK)]
GOOD = with_manifest(FILES)

# ---- what .ovf samples name ------------------------------------------------------
put("disk.vmdk", DISK)
put("disk2.vmdk", DISK)
put("texts.msg", '<Strings xmlns="http://schemas.dmtf.org/ovf/envelope/1" xml:lang="de">'
    "<Msg msgid=\"a\">A</Msg></Strings>\n")

# ---- references that need sizes ----------------------------------------------------
folder("OVF-REF-005", "good", FILES)
folder("OVF-REF-005", "bad", [("vm.ovf", ovf(size=len(DISK) + 1)), (DISK_NAME, DISK)])
folder("OVF-REF-008", "good", FILES)
folder("OVF-REF-008", "bad", [("vm.ovf", ovf(HREF, HREF + ' ovf:chunkSize="1000000"')),
                              (DISK_NAME, DISK)])

# ---- package -----------------------------------------------------------------------
folder("OVF-PKG-001", "good", FILES)
folder("OVF-PKG-001", "bad", FILES + [("other.ovf", OVF)])
ova("OVF-PKG-002", "good", GOOD)
ova("OVF-PKG-002", "bad", FILES + [("other.mf", manifest(FILES))])
ova("OVF-PKG-003", "good", GOOD)
ova("OVF-PKG-003", "bad", GOOD + [("other.cert", b"")])
ova("OVF-PKG-005", "good", GOOD)
put("OVF-PKG-005.bad.tar", archive(GOOD))
ova("OVF-PKG-006", "good", GOOD)
ova("OVF-PKG-006", "bad", FILES[:1])
ova("OVF-PKG-007", "good", GOOD)
ova("OVF-PKG-007", "bad", FILES + [("readme.txt", b"read me\n")])
ova("OVF-PKG-008", "good", GOOD)
put("OVF-PKG-008.bad.ova", archive(GOOD))

# ---- tar ---------------------------------------------------------------------------
LONG = "a" * 90 + "/" + "b" * 120
TWO = ovf("</References>", '<File ovf:id="file2" ovf:href="b.iso"/>\n</References>')
ISO = b"\0" * 2048
ova("OVF-TAR-001", "good", GOOD)
put("OVF-TAR-001.bad.d/vm.ova",
    b"".join(member(n, d, magic=b"ustar  \0") for n, d in GOOD) + END)
# A hole of 8 GiB: nothing reads a member that nobody names.
ova("OVF-TAR-002", "good", GOOD)
BIG = archive(GOOD, b"") + tar_header(b"big", 0, size_field=b"\x80" + (8 << 30).to_bytes(11, "big"))
put("OVF-TAR-002.bad.d/vm.ova", BIG)
os.truncate(os.path.join(out, "OVF-TAR-002.bad.d/vm.ova"), len(BIG) + (8 << 30) + len(END))
ova("OVF-TAR-003", "good", GOOD)
put("OVF-TAR-003.bad.d/vm.ova", archive(GOOD, b"")
    + member("././@LongLink", LONG.encode() + b"\0", kind=b"L", magic=b"ustar  \0")
    + member(LONG[:100], b"x", magic=b"ustar  \0") + END)
ova("OVF-TAR-004", "good", GOOD)
ova("OVF-TAR-004", "bad", GOOD[1:] + GOOD[:1])
ova("OVF-TAR-005", "good", [("vm.ovf", TWO), (DISK_NAME, DISK), ("b.iso", ISO)])
ova("OVF-TAR-005", "bad", [("vm.ovf", TWO), ("b.iso", ISO), (DISK_NAME, DISK)])
ova("OVF-TAR-006", "good", GOOD)
ova("OVF-TAR-006", "bad", GOOD + [(DISK_NAME, DISK)])
ova("OVF-TAR-007", "good", GOOD)
ova("OVF-TAR-007", "bad", [("vm.ovf", ovf(HREF, 'ovf:href="../vm-disk1.vmdk"')), FILES[1]])
ova("OVF-TAR-008", "good", GOOD)
put("OVF-TAR-008.bad.d/vm.ova", archive(GOOD, b"")
    + tar_header(b"link", 0, kind=b"2", link=b"/etc/hostname") + END)
ova("OVF-TAR-009", "good", GOOD)
ova("OVF-TAR-009", "bad", GOOD, END + b"more" * 128)
ova("OVF-TAR-010", "good", GOOD)
ova("OVF-TAR-010", "bad", [(n, d + b" " * 100 if n == "vm.mf" else d) for n, d in GOOD])
BUNDLE = ovf("<References>", '<References>\n<File ovf:id="texts" ovf:href="de.msg"/>') \
    .replace(b"</Envelope>", b'<Strings xml:lang="de" ovf:fileRef="texts"/></Envelope>')
MSG = open(os.path.join(out, "texts.msg"), "rb").read()
ova("OVF-TAR-011", "good", [("vm.ovf", BUNDLE), ("de.msg", MSG), (DISK_NAME, DISK)])
ova("OVF-TAR-011", "bad", [("vm.ovf", BUNDLE), (DISK_NAME, DISK), ("de.msg", MSG)])

# ---- manifest -------------------------------------------------------------------------
for n in range(1, 11):
    if n not in (2, 8, 10):
        ova("OVF-MF-%03d" % n, "good", with_manifest(FILES2 if n == 3 else FILES))


def bad_manifest(rule, text, files=FILES):
    ova(rule, "bad", [files[0], ("vm.mf", text)] + files[1:])


TEXT = manifest(FILES)
bad_manifest("OVF-MF-001", TEXT + b"this is no line\n")
ova("OVF-MF-002", "good", with_manifest(FILES, "sha1"))
bad_manifest("OVF-MF-002", TEXT)
bad_manifest("OVF-MF-003", manifest(FILES2, "sha512"), FILES2)
bad_manifest("OVF-MF-004", manifest(FILES, "sha1"))
bad_manifest("OVF-MF-005", manifest([FILES[0], (DISK_NAME, b"another disk")]))
bad_manifest("OVF-MF-006", manifest(FILES[:1]))
bad_manifest("OVF-MF-007", manifest(FILES[1:]))
bad_manifest("OVF-MF-009", TEXT + TEXT)
CHUNKED = ovf(HREF, HREF + ' ovf:chunkSize="%d"' % (len(DISK) // 2))
half = len(DISK) // 2
CHUNKS = [("vm.ovf", CHUNKED)] + [
    ("%s.%09d" % (DISK_NAME, i), DISK[at:at + half])
    for i, at in enumerate(range(0, len(DISK), half))]
ova("OVF-MF-008", "good", with_manifest(CHUNKS))
bad_manifest("OVF-MF-008", manifest([CHUNKS[0], (DISK_NAME, DISK)]), CHUNKS)
ESCAPED = [("vm.ovf", ovf(HREF, 'ovf:href="vm%20disk.vmdk"')), ("vm%20disk.vmdk", DISK)]
ova("OVF-MF-010", "good", with_manifest(ESCAPED))
bad_manifest("OVF-MF-010", manifest([ESCAPED[0], ("vm disk.vmdk", DISK)]), ESCAPED)


# ---- certificate -----------------------------------------------------------------------
def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True).stdout


keys = os.path.join(out, ".keys")
os.mkdir(keys)
KEY, PEM = os.path.join(keys, "key.pem"), os.path.join(keys, "cert.pem")
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", KEY, "-out", PEM,
        "-days", "3650", "-subj", "/CN=tests")
CERT = open(PEM, "rb").read()


def signature(text, algorithm="sha256"):
    return openssl("dgst", "-" + algorithm, "-sign", KEY, data=text).hex().encode()


def signed(algorithm="sha256", files=FILES, cert=CERT, wrap=False, more=b"", hexa=None):
    text = manifest(files, algorithm)
    line = signature(text, algorithm) if hexa is None else hexa
    if wrap:
        line = line[:64] + b"\n" + line[64:]
    label = algorithm.upper().encode()
    return [files[0], ("vm.mf", text),
            ("vm.cert", label + b"(vm.mf)= " + line + b"\n" + cert + more)] + files[1:]


ova("OVF-PKG-004", "good", signed())
ova("OVF-PKG-004", "bad", [m for m in signed() if m[0] != "vm.mf"])
for n in (1, 2, 4, 6):
    ova("OVF-CERT-%03d" % n, "good", signed())
ova("OVF-CERT-001", "bad", signed(cert=b""))
ova("OVF-CERT-002", "bad", signed(hexa=b"00" * 256))
ova("OVF-CERT-003", "good", signed("sha1"))
ova("OVF-CERT-003", "bad", signed())
ova("OVF-CERT-004", "bad", signed(wrap=True))
ova("OVF-CERT-005", "good", signed(files=FILES2))
XMLSIG = OVF2.replace(b"</VirtualSystem>", b'<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"'
                      b' xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2"'
                      b' ovf:required="false"><Info>i</Info></s:Signature>\n</VirtualSystem>')
ova("OVF-CERT-005", "bad", [("vm.ovf", XMLSIG), FILES[1]])
ova("OVF-CERT-006", "bad", signed(more=b"-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n"))

# ---- reading -----------------------------------------------------------------------------
folder("READ-FORMAT", "good", FILES)
put("READ-FORMAT.bad.txt", "neither a package nor a disk\n")
folder("READ-LIMIT", "good", FILES)
folder("READ-LIMIT", "bad", FILES)
options("READ-LIMIT.bad.d", "--limit capacity=1000")
folder("READ-UNSAFE", "good", FILES)
ova("CERT-UNTRUSTED", "good", GOOD)
ova("CERT-UNTRUSTED", "bad", signed())

# ---- disk images -------------------------------------------------------------------------
QCOW2 = "http://www.gnome.org/~markmc/qcow-image-format.html"


def image(rule, data, good=DISK, capacity=CAPACITY * SECTOR, fmt=None):
    """A folder with the image beside its descriptor; sizes agree."""
    for kind, d in ("good", good), ("bad", data):
        text = ovf('ovf:capacity="%d"' % (CAPACITY * SECTOR),
                   'ovf:capacity="%d"' % capacity, size=len(d), **(fmt or {}))
        folder(rule, kind, [("vm.ovf", text), (DISK_NAME, d)])


def grains(*list_):
    return vmdk(grains=[(i, grain(i * GRAIN, PLAIN[0])) if d is None else (i, d)
                        for i, d in list_])


SPARSE = "http://www.vmware.com/interfaces/specifications/vmdk.html#sparse"
QCOW = dict(good=qcow2(), capacity=1 << 20, fmt=dict(fmt=QCOW2))
image("DISK-FORMAT", vmdk(head=header(magic=0x12345678)))
image("DISK-CAPACITY", vmdk(desc=descriptor(extent='RW 512 SPARSE "vm-disk1.vmdk"')))
image("DISK-LIMIT", vmdk(head=header(grain=1 << 40)))
image("DISK-REFERENCE", vmdk(desc=descriptor(
    parent="12345678", more='parentFileNameHint="/etc/hostname"')))
image("DISK-GRAIN", grains((0, grain(0, stream=b"this is no zlib stream"))))
# The grain table lies upon the grain directory.
image("DISK-OVERLAP", sparse([128, 256], gd=4), good=sparse([128, 256]), fmt=dict(fmt=SPARSE))
image("DISK-QCOW2", qcow2(l1_at=1 << 60), **QCOW)
image("DISK-VMDK-HEADER", vmdk(head=header(gtes=0)))
image("DISK-VMDK-DESCRIPTOR", vmdk(desc=descriptor(
    kind="monolithicFlat", extent='RW 1024 FLAT "/etc/hostname" 0')))
image("DISK-VMDK-MARKER", DISK.replace(marker(4, 0, 1), marker(4, 0, 99)))
image("DISK-VMDK-TABLE", vmdk(gd=0x7fffffff))
image("DISK-VMDK-GRAIN", grains((0, None), (0, None)))
image("DISK-VMDK-ORDER", grains((1, None), (0, None)))
image("DISK-VMDK-END", vmdk(end=False))
image("DISK-VMDK-TRAILING", DISK + b"x" * SECTOR)
