#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""make.py DIR: writes the hostile samples, each named for what is wrong.

One good appliance is the start of all; a sample is that appliance with one
thing changed.  tests/hostile/LIST says how each must end.  Python's standard
library only; the same bytes every time.
"""
import hashlib
import os
import struct
import sys
import zlib

SECTOR = 512
GRAIN = 128                     # sectors
CAPACITY = 1024                 # sectors: 8 grains
STREAM = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
samples = {}


def sample(name, data):
    assert name not in samples, name
    samples[name] = data if isinstance(data, bytes) else data.encode()


# ---- the good parts ---------------------------------------------------------
OVF = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
    xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href="vm-disk1.vmdk" ovf:size="%(size)d"/>
  </References>
  <DiskSection>
    <Info>disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="524288"
        ovf:format="%(format)s"/>
  </DiskSection>
  <NetworkSection>
    <Info>networks</Info>
    <Network ovf:name="net"><Description>a network</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="vm">
    <Info>a machine</Info>
    <Name>vm</Name>
    <OperatingSystemSection ovf:id="101"><Info>os</Info></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>hardware</Info>
      <Item><rasd:ElementName>cpu</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ElementName>mem</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>64</rasd:VirtualQuantity></Item>
      <Item><rasd:Address>0</rasd:Address><rasd:ElementName>ide</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceType>5</rasd:ResourceType></Item>
      <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>disk</rasd:ElementName><rasd:HostResource>ovf:/disk/disk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID><rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""


def marker(value, size, kind):
    return struct.pack("<QII", value, size, kind).ljust(SECTOR, b"\0")


def padded(data):
    return data + b"\0" * (-len(data) % SECTOR)


def grain(lba, plain=None, stream=None, size=None):
    z = stream if stream is not None else zlib.compress(plain)
    return padded(struct.pack("<QI", lba, len(z) if size is None else size) + z)


def header(**change):
    f = dict(magic=0x564d444b, version=3, flags=0x30001, capacity=CAPACITY,
             grain=GRAIN, desc=1, desc_size=2, gtes=512, rgd=0, gd=2**64 - 1,
             overhead=GRAIN, clean=0, lines=b"\n \r\n", compression=1)
    f.update(change)
    return struct.pack("<IIIQQQQIQQQB4sH", f["magic"], f["version"], f["flags"],
                       f["capacity"], f["grain"], f["desc"], f["desc_size"],
                       f["gtes"], f["rgd"], f["gd"], f["overhead"], f["clean"],
                       f["lines"], f["compression"]).ljust(SECTOR, b"\0")


def descriptor(extent='RW %d SPARSE "vm-disk1.vmdk"' % CAPACITY, more="",
               kind="streamOptimized", parent="ffffffff"):
    return ("# Disk DescriptorFile\nversion=1\nCID=00c0ffee\nparentCID=%s\n"
            'createType="%s"\n%s\n%s\nddb.adapterType = "ide"\n'
            % (parent, kind, extent, more)).encode().ljust(2 * SECTOR, b"\0")


PLAIN = [bytes([65 + i]) * (GRAIN * SECTOR) for i in range(3)]


def vmdk(head=None, desc=None, grains=None, table=None, gd=None, gd_at=None,
         footer=None, end=True, cut=None):
    """A streamOptimized disk of three grains; every part can be replaced."""
    out = (header() if head is None else head)
    out += descriptor() if desc is None else desc
    out = out.ljust(GRAIN * SECTOR, b"\0")
    entries = [0] * 512
    if grains is None:
        grains = [(i, grain(i * GRAIN, PLAIN[i])) for i in range(3)]
    for index, data in grains:
        if index < 512:
            entries[index] = len(out) // SECTOR
        out += data
    out += marker(4, 0, 1)
    gt_at = len(out) // SECTOR
    out += struct.pack("<512I", *(entries if table is None else table(entries)))
    out += marker(1, 0, 2)
    at = len(out) // SECTOR
    out += padded(struct.pack("<I", gt_at if gd is None else gd))
    out += marker(1, 0, 3)
    out += header(gd=at if gd_at is None else gd_at) if footer is None else footer
    if end:
        out += marker(0, 0, 0)
    return out[:cut] if cut else out


DISK = vmdk()


def ovf(old=None, new=None, size=None, fmt=STREAM):
    text = OVF % {"size": len(DISK) if size is None else size, "format": fmt}
    if old is not None:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text.encode()


def tar_header(name, size, kind=b"0", link=b"", magic=b"ustar\x0000", prefix=b"",
               size_field=None):
    size_field = b"%011o\0" % size if size_field is None else size_field
    h = struct.pack("100s8s8s8s12s12s8s1s100s8s32s32s8s8s155s12x", name,
                    b"0000644\0", b"0000000\0", b"0000000\0", size_field,
                    b"00000000000\0", b"        ", kind, link, magic, b"", b"",
                    b"", b"", prefix)
    return h[:148] + b"%06o\0 " % sum(h) + h[156:]


def member(name, data, **kw):
    name = name if isinstance(name, bytes) else name.encode()
    return tar_header(name, len(data), **kw) + padded(data)


END = b"\0" * 1024


def manifest(files, algorithm="sha256"):
    return "".join("%s(%s)= %s\n" % (algorithm.upper(), n,
                                     hashlib.new(algorithm, d).hexdigest())
                   for n, d in files).encode()


def ova(desc=None, disk=None, mf=True, before=b"", after=b"", end=END, more=()):
    """vm.ovf, vm.mf, vm-disk1.vmdk.  mf: True (a right one), None, or bytes."""
    disk = DISK if disk is None else disk
    desc = ovf(size=len(disk)) if desc is None else desc
    files = [("vm.ovf", desc), ("vm-disk1.vmdk", disk)] + list(more)
    if mf is True:
        mf = manifest(files)
    out = before + member("vm.ovf", desc)
    if mf is not None:
        out += member("vm.mf", mf)
    for n, d in files[1:]:
        out += member(n, d)
    return out + after + end


# ---- controls: these must work ----------------------------------------------
sample("good.ovf", ovf())
sample("good.ova", ova())
sample("good-without-manifest.ova", ova(mf=None))
sample("good.vmdk", DISK)
# VMware's ovftool ends the grains with a marker of type 4 that carries nothing.
sample("progress-marker.vmdk", vmdk(grains=[(0, grain(0, PLAIN[0])), (600, marker(0, 0, 4))]))

# ---- XML ----------------------------------------------------------------------
sample("xml-empty.ovf", b"")
sample("xml-not-closed.ovf", ovf("</Envelope>", ""))
sample("xml-two-roots.ovf", ovf("</Envelope>", "</Envelope><Envelope/>"))
sample("xml-unbound-prefix.ovf", ovf("<Info>disks</Info>", "<no:Info>disks</no:Info>"))
sample("xml-control-character.ovf", ovf("<Name>vm", "<Name>v\x01m"))
sample("xml-nul.ovf", ovf("<Name>vm", "<Name>v\0m"))
sample("xml-bad-utf8.ovf", ovf().replace(b"<Name>vm", b"<Name>v\xc3m"))
sample("xml-utf16-label.ovf", ovf('encoding="UTF-8"', 'encoding="UTF-16"'))
sample("xml-doctype.ovf", ovf("<Envelope", "<!DOCTYPE Envelope>\n<Envelope"))
sample("xml-external-entity.ovf", ovf("<Envelope", '<!DOCTYPE Envelope [<!ENTITY x SYSTEM "/etc/hostname">]>\n<Envelope')
       .replace(b"<Name>vm", b"<Name>&x;"))
sample("xml-entity-bomb.ovf", ovf("<Envelope", '<!DOCTYPE Envelope [<!ENTITY a "aaaaaaaaaaaaaaaa">'
       + "".join('<!ENTITY %s "%s">' % (chr(98 + i), ("&%s;" % chr(97 + i)) * 16) for i in range(8))
       + "]>\n<Envelope").replace(b"<Name>vm", b"<Name>&i;"))
sample("xml-parameter-entity.ovf", ovf("<Envelope", '<!DOCTYPE Envelope [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>\n<Envelope'))
sample("xml-deep.ovf", ovf("<Name>vm</Name>", "<Name>vm</Name>" + "<x>" * 100 + "</x>" * 100))
sample("xml-very-deep.ovf", ovf("<Name>vm</Name>", "<x>" * 200000))
sample("xml-attributes.ovf", ovf('<Name>', "<Name %s>" % " ".join("a%d='1'" % i for i in range(5000))))
sample("xml-elements.ovf", ovf("<Name>vm</Name>", "<Name>vm</Name>" + "<x/>" * 100001))
sample("xml-long-text.ovf", ovf("<Name>vm", "<Name>" + "v" * (1 << 20) + "vm"))
sample("xml-over-16-MiB.ovf", ovf("<Info>disks", "<!--" + "x" * (16 << 20) + "--><Info>disks"))
sample("xml-other-root.ovf", b"<html/>")
sample("xml-other-namespace.ovf", ovf().replace(b"ovf/envelope/1", b"ovf/envelope/3"))

# ---- References and disks of the descriptor ------------------------------------
HREF = 'ovf:href="vm-disk1.vmdk"'
sample("href-absolute.ova", ova(ovf(HREF, 'ovf:href="/etc/passwd"')))
sample("href-dotdot.ova", ova(ovf(HREF, 'ovf:href="../../../etc/passwd"')))
sample("href-encoded-dotdot.ova", ova(ovf(HREF, 'ovf:href="%2e%2e/%2e%2e/etc/passwd"')))
sample("href-url.ova", ova(ovf(HREF, 'ovf:href="http://127.0.0.1:9/disk.vmdk"')))
sample("href-file-url.ova", ova(ovf(HREF, 'ovf:href="file:///etc/passwd"')))
sample("href-absent.ova", ova(ovf(HREF, 'ovf:href="vm-disk2.vmdk"')))
sample("href-size.ova", ova(ovf(size=7)))
sample("href-control-character.ova", ova(ovf(HREF, 'ovf:href="vm&#10;disk.vmdk"')))
sample("ref-double-id.ova", ova(ovf("  </References>", '    <File ovf:id="file1" ovf:href="b.vmdk"/>\n  </References>')))
sample("ref-compression.ova", ova(ovf(HREF, HREF + ' ovf:compression="bzip2"')))
sample("ref-chunk-zero.ova", ova(ovf(HREF, HREF + ' ovf:chunkSize="0"')))
sample("ref-chunk-absent.ova", ova(ovf(HREF, HREF + ' ovf:chunkSize="1000"')))
sample("gzip-bomb.ova", ova(ovf(HREF, HREF + ' ovf:compression="gzip"', size=0)
       .replace(b' ovf:size="0"', b""),
       (lambda c: c.compress(DISK + b"\0" * (96 << 20)) + c.flush())(zlib.compressobj(9, zlib.DEFLATED, 31))))
sample("gzip-cut.ova", ova(ovf(HREF, HREF + ' ovf:compression="gzip"', size=0)
       .replace(b' ovf:size="0"', b""),
       (lambda c: c.compress(DISK) + c.flush())(zlib.compressobj(9, zlib.DEFLATED, 31))[:-9]))
CAP = 'ovf:capacity="524288"'
sample("capacity-zero.ova", ova(ovf(CAP, 'ovf:capacity="0"')))
sample("capacity-negative.ova", ova(ovf(CAP, 'ovf:capacity="-1"')))
sample("capacity-overflow.ova", ova(ovf(CAP, 'ovf:capacity="36028797018963968" ovf:capacityAllocationUnits="byte * 2^20"')))
sample("capacity-no-number.ova", ova(ovf(CAP, 'ovf:capacity="8G"')))
sample("capacity-over-64-TiB.ova", ova(ovf(CAP, 'ovf:capacity="70368744177665"')))
sample("capacity-units.ova", ova(ovf(CAP, CAP + ' ovf:capacityAllocationUnits="furlong"')))
sample("disk-unknown-file.ova", ova(ovf('ovf:fileRef="file1"', 'ovf:fileRef="file9"')))
sample("disk-double-id.ova", ova(ovf("  </DiskSection>", '    <Disk ovf:diskId="disk1" ovf:capacity="512"/>\n  </DiskSection>')))
sample("disk-own-parent.ova", ova(ovf('ovf:fileRef="file1"', 'ovf:fileRef="file1" ovf:parentRef="disk1"')))
sample("hardware-unknown-disk.ova", ova(ovf("ovf:/disk/disk1", "ovf:/disk/disk9")))
sample("hardware-host-file.ova", ova(ovf("ovf:/disk/disk1", "/etc/passwd")))
sample("memory-overflow.ova", ova(ovf("<rasd:VirtualQuantity>64<", "<rasd:VirtualQuantity>99999999999999999999<")))
sample("section-required.ova", ova(ovf("  <VirtualSystem", '  <x:Section xmlns:x="urn:x"><Info>?</Info></x:Section>\n  <VirtualSystem')))
sample("name-injection.ovf", ovf("<Name>vm", "<Name>\u009b31m\u202egnp.exe"))

# ---- tar -----------------------------------------------------------------------
sample("tar-symlink.ova", ova(after=member("link", b"", kind=b"2", link=b"/etc/passwd")))
sample("tar-hardlink.ova", ova(after=member("link", b"", kind=b"1", link=b"vm.ovf")))
sample("tar-device.ova", ova(after=member("dev", b"", kind=b"3")))
sample("tar-fifo.ova", ova(after=member("fifo", b"", kind=b"6")))
sample("tar-absolute.ova", ova(after=member("/tmp/ovftool-evil", b"x")))
sample("tar-dotdot.ova", ova(after=member("../ovftool-evil", b"x")))
sample("tar-dotdot-in-prefix.ova", ova(after=member("evil", b"x", prefix=b"a/../..")))
sample("tar-backslash.ova", ova(after=member("a\\..\\evil", b"x")))
sample("tar-control-character.ova", ova(after=member("a\x1b[31mb", b"x")))
sample("tar-double-name.ova", ova(after=member("vm-disk1.vmdk", b"x" * 512)))
sample("tar-double-name-dot.ova", ova(after=member("./vm-disk1.vmdk", b"x" * 512)))
sample("tar-checksum.ova", ova().replace(b"ustar", b"usTar", 1))
sample("tar-cut.ova", ova()[:len(DISK) - 1000])
sample("tar-cut-in-header.ova", ova()[:700 - 512])
sample("tar-size-negative.ova", tar_header(b"vm.ovf", 0, size_field=b"\xff" * 12) + ova())
sample("tar-size-huge.ova", tar_header(b"vm.ovf", 0, size_field=b"\x80" + b"\x7f" * 11) + ova())
sample("tar-no-descriptor.ova", member("a.txt", b"hello") + END)
sample("tar-two-descriptors.ova", ova(after=member("other.ovf", ovf())))
sample("tar-members.ova", ova(after=b"".join(member("f%d" % i, b"") for i in range(10001))))
sample("tar-long-name.ova", ova(after=member(b"n" * 100, b"x", prefix=b"d" * 155)
                                + member("a/b/c/d/e/f/g/h/i/j", b"x")))
sample("tar-gzip.ova", (lambda c: c.compress(ova()) + c.flush())(zlib.compressobj(9, zlib.DEFLATED, 31)))
sample("tar-empty.ova", END)
sample("tar-noise.ova", hashlib.shake_256(b"noise").digest(20000))
sample("tar-after-the-end.ova", ova() + b"not counted by any manifest")


# What two tar readers would read in two ways.
def record(key, value):
    body = b" " + key + b"=" + value + b"\n"
    n = len(body) + 1
    while len(str(n)) + len(body) != n:
        n = len(str(n)) + len(body)
    return str(n).encode() + body


def pax(body, kind=b"x"):
    return member("PaxHeaders/x", body, kind=kind)


def renamed(before, name="short"):
    """vm.ovf, vm.mf, and the disk under another name after `before`."""
    mf = manifest([("vm.ovf", ovf()), ("vm-disk1.vmdk", DISK)])
    return member("vm.ovf", ovf()) + member("vm.mf", mf) + before + member(name, DISK) + END


LONG = b"vm-disk1.vmdk"
sample("tar-checksum-second.ova", ova(after=member("x", b"x").replace(b"0000644", b"0000645", 1)))
sample("tar-folder-dotdot.ova", ova(after=member("../x/", b"", kind=b"5")))
sample("tar-folder-data.ova", ova(after=member("x/", b"x" * 512, kind=b"5")))
sample("tar-type-unknown.ova", ova(after=member("x", b"", kind=b"?")))
sample("tar-volume-label.ova", ova(after=member("x", b"", kind=b"V")))
sample("tar-file-and-folder.ova", ova(after=member("vm-disk1.vmdk/x", b"x")))
sample("tar-folder-and-file.ova", ova(after=member("x/y", b"") + member("x-z", b"") + member("x", b"")))
sample("tar-double-name-case.ova", ova(after=member("VM-disk1.vmdk", b"x")))
sample("tar-cut-between.ova", member("vm.ovf", ovf()))
sample("tar-size-letters.ova", ova(after=tar_header(b"x", 0, size_field=b"0000000000x\0")))
sample("tar-size-pax.ova", ova(after=pax(record(b"size", b"512")) + member("x", b"x" * 1024)))
sample("tar-pax-name.ova", renamed(pax(record(b"path", LONG) + record(b"mtime", b"1.5"))))
sample("tar-pax-dotdot.ova", renamed(pax(record(b"path", b"../x"))))
sample("tar-pax-two-names.ova", renamed(pax(record(b"path", LONG) + record(b"path", b"x"))))
sample("tar-pax-nul.ova", renamed(pax(record(b"path", LONG + b"\0x"))))
sample("tar-pax-global.ova", renamed(pax(record(b"path", LONG), b"g")))
sample("tar-pax-sparse.ova", renamed(pax(record(b"GNU.sparse.major", b"1")
       + record(b"GNU.sparse.minor", b"0") + record(b"GNU.sparse.name", LONG)
       + record(b"GNU.sparse.realsize", b"%d" % (1 << 40)))))
sample("tar-pax-damaged.ova", renamed(pax(b"99 path=x\n")))
sample("tar-pax-huge.ova", renamed(pax(record(b"comment", b"x" * 100000))))
sample("tar-gnu-name.ova", renamed(member("././@LongLink", LONG + b"\0", kind=b"L")))
sample("tar-gnu-dotdot.ova", renamed(member("././@LongLink", b"../x\0", kind=b"L")))
sample("tar-gnu-sparse.ova", ova(after=member("x", b"", kind=b"S")))
sample("tar-two-archives.ova", ova() + ova(mf=None))
sample("tar-zip.ova", b"PK\x03\x04" + ova())
sample("tar-cpio.ova", b"070701" + b"0" * 1000)

# ---- manifest ------------------------------------------------------------------
FILES = [("vm.ovf", ovf()), ("vm-disk1.vmdk", DISK)]
GOOD = manifest(FILES)
LINES = GOOD.splitlines(True)
sample("mf-disk-differs.ova", ova(mf=manifest([FILES[0], ("vm-disk1.vmdk", b"x")])))
sample("mf-descriptor-differs.ova", ova(mf=manifest([("vm.ovf", b"x"), FILES[1]])))
sample("mf-disk-not-listed.ova", ova(mf=LINES[0]))
sample("mf-descriptor-not-listed.ova", ova(mf=LINES[1]))
sample("mf-double-entry.ova", ova(mf=GOOD + LINES[1]))
sample("mf-two-digests.ova", ova(mf=GOOD + manifest([("vm-disk1.vmdk", b"x")])))
sample("mf-unmatched-entry.ova", ova(mf=GOOD + manifest([("gone.iso", b"")])))
sample("mf-md5.ova", ova(mf=manifest(FILES, "md5")))
sample("mf-short-digest.ova", ova(mf=GOOD.replace(LINES[1][-33:], b"\n")))
sample("mf-unknown-algorithm.ova", ova(mf=GOOD.replace(b"SHA256", b"ROT013")))
sample("mf-no-syntax.ova", ova(mf=GOOD + b"this is no line of a manifest\n"))
sample("mf-nul.ova", ova(mf=GOOD + b"\0"))
sample("mf-empty.ova", ova(mf=b""))
sample("mf-spaces.ova", ova(mf=b" " * 4096 + b"\n"))
sample("mf-extra-member.ova", ova(after=member("extra.bin", b"not listed")))
sample("mf-over-4-MiB.ova", ova(mf=GOOD + b"\n" * (4 << 20)))
sample("mf-lists-itself.ova", ova(mf=GOOD + manifest([("vm.mf", b"")])))
sample("mf-other-case.ova", ova(mf=GOOD.replace(b"vm-disk1", b"VM-disk1")))
sample("mf-host-file.ova", ova(mf=GOOD + manifest([("/etc/passwd", b""), ("../x", b"")])))
sample("mf-many-lines.ova", ova(mf=GOOD + b"".join(b"SHA256(%d)= 00\n" % i for i in range(10001))))
sample("cert-without-manifest.ova", ova(mf=None, after=member("vm.cert", b"SHA256(vm.mf)= 00\n")))
sample("cert-endless-signature.ova", ova(after=member("vm.cert", b"SHA256(vm.mf)= 00\n" + b"00\n" * 300000)))
sample("cert-over-1-MiB.ova", ova(after=member("vm.cert", b" " * ((1 << 20) + 1))))
sample("cert-no-pem.ova", ova(after=member("vm.cert", b"SHA256(vm.mf)= 00\nhello\n")))

# ---- VMDK ----------------------------------------------------------------------
sample("vmdk-empty.vmdk", b"")
sample("vmdk-magic.vmdk", vmdk(head=header(magic=0x12345678)))
sample("vmdk-header-cut.vmdk", DISK[:100])
sample("vmdk-version.vmdk", vmdk(head=header(version=9)))
sample("vmdk-newlines.vmdk", vmdk(head=header(lines=b"\r\n \n")))
sample("vmdk-grain-zero.vmdk", vmdk(head=header(grain=0)))
sample("vmdk-grain-odd.vmdk", vmdk(head=header(grain=100)))
sample("vmdk-grain-huge.vmdk", vmdk(head=header(grain=1 << 40)))
sample("vmdk-entries-zero.vmdk", vmdk(head=header(gtes=0)))
sample("vmdk-entries-huge.vmdk", vmdk(head=header(gtes=0x80000000)))
sample("vmdk-capacity-huge.vmdk", vmdk(head=header(capacity=1 << 62), footer=header(capacity=1 << 62, gd=1)))
sample("vmdk-descriptor-outside.vmdk", vmdk(head=header(desc=1 << 60)))
sample("vmdk-descriptor-huge.vmdk", vmdk(head=header(desc_size=1 << 50)))
sample("vmdk-compression.vmdk", vmdk(head=header(compression=7)))
sample("vmdk-extent-elsewhere.vmdk", vmdk(desc=descriptor(kind="monolithicFlat", extent='RW 1024 FLAT "/etc/passwd" 0')))
sample("vmdk-two-extents.vmdk", vmdk(desc=descriptor(extent='RW 512 SPARSE "vm-disk1.vmdk"\nRW 512 FLAT "/etc/passwd" 0')))
sample("vmdk-text.vmdk", descriptor(kind="monolithicFlat", extent='RW 1024 FLAT "/etc/passwd" 0').rstrip(b"\0"))
sample("vmdk-device.vmdk", descriptor(kind="fullDevice", extent='RW 1024 FLAT "/dev/sda" 0').rstrip(b"\0"))
sample("vmdk-parent.vmdk", vmdk(desc=descriptor(parent="12345678", more='parentFileNameHint="/etc/passwd"')))
sample("vmdk-grain-outside.vmdk", vmdk(grains=[(0, grain(0, PLAIN[0])), (600, grain(CAPACITY + GRAIN, PLAIN[1]))]))
sample("vmdk-grain-twice.vmdk", vmdk(grains=[(0, grain(0, PLAIN[0])), (0, grain(0, PLAIN[1]))]))
sample("vmdk-grain-not-aligned.vmdk", vmdk(grains=[(0, grain(5, PLAIN[0]))]))
sample("vmdk-grain-no-deflate.vmdk", vmdk(grains=[(0, grain(0, stream=b"this is no zlib stream"))]))
sample("vmdk-grain-adler.vmdk", vmdk(grains=[(0, grain(0, stream=zlib.compress(PLAIN[0])[:-1] + b"\0"))]))
sample("vmdk-grain-too-long.vmdk", vmdk(grains=[(0, grain(0, b"A" * (GRAIN * SECTOR + 1)))]))
sample("vmdk-grain-bomb.vmdk", vmdk(grains=[(0, grain(0, b"\0" * (64 << 20)))]))
sample("vmdk-grain-too-short.vmdk", vmdk(grains=[(0, grain(0, b"A" * 1000))]))
sample("vmdk-grain-size-huge.vmdk", vmdk(grains=[(0, grain(0, PLAIN[0], size=0xfffffff0))]))
sample("vmdk-table-elsewhere.vmdk", vmdk(gd=0x7fffffff))
sample("vmdk-table-lies.vmdk", vmdk(table=lambda e: [e[1], e[0], e[2]] + e[3:]))
sample("vmdk-directory-outside.vmdk", vmdk(gd_at=1 << 50))
sample("vmdk-no-end.vmdk", vmdk(end=False))
sample("vmdk-cut-in-grain.vmdk", vmdk(cut=(GRAIN + 1) * SECTOR - 300))
sample("vmdk-unknown-marker.vmdk", DISK.replace(marker(4, 0, 1), marker(4, 0, 99)))


def sparse(entries, gd=None):
    """A monolithicSparse disk: tables first, grains uncompressed."""
    gt_at, gd_at, data_at = 8, 4, 128
    out = header(version=1, flags=3, compression=0, gd=gd_at, rgd=0)
    out += descriptor(kind="monolithicSparse")
    out = out.ljust(gd_at * SECTOR, b"\0") + padded(struct.pack("<I", gt_at if gd is None else gd))
    out = out.ljust(gt_at * SECTOR, b"\0") + struct.pack("<512I", *(entries + [0] * (512 - len(entries))))
    out = out.ljust(data_at * SECTOR, b"\0")
    return out + PLAIN[0] + PLAIN[1]


sample("good-sparse.vmdk", sparse([128, 256]))
sample("sparse-grain-outside.vmdk", sparse([128, 0x7fffff00]))
sample("sparse-table-outside.vmdk", sparse([128], gd=0x7fffffff))


# ---- qcow2 ---------------------------------------------------------------------
def qcow2(backing=b"", incompatible=0, size=1 << 20, bits=16, l1=1, l1_at=0x30000, version=3):
    h = struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", version,
                    0x200 if backing else 0, len(backing), bits, size, 0, l1, l1_at,
                    0x10000, 1, 0, 0, incompatible, 0, 0, 4, 104)
    out = (h + b"\0" * 8).ljust(0x200, b"\0") + backing
    return out.ljust(0x10000, b"\0") + struct.pack(">Q", 0x20000).ljust(0x10000, b"\0") \
        + struct.pack(">4H", 1, 1, 1, 1).ljust(0x10000, b"\0") + b"\0" * 0x10000


sample("good.qcow2", qcow2())
sample("qcow2-backing-file.qcow2", qcow2(backing=b"/etc/passwd"))
sample("qcow2-data-file.qcow2", qcow2(incompatible=4))
sample("qcow2-unknown-feature.qcow2", qcow2(incompatible=1 << 40))
sample("qcow2-size-huge.qcow2", qcow2(size=1 << 62))
sample("qcow2-clusters.qcow2", qcow2(bits=40))
sample("qcow2-l1-short.qcow2", qcow2(size=1 << 40))
sample("qcow2-l1-outside.qcow2", qcow2(l1_at=1 << 60))
sample("qcow2-cut.qcow2", qcow2()[:60])

# ---- VirtualBox ---------------------------------------------------------------
VBOX = """<VirtualBox xmlns="http://www.virtualbox.org/" version="1.16-linux">
  <Machine uuid="{44444444-0000-4000-8000-000000000001}" name="vm" OSType="Linux_64">
    <MediaRegistry><HardDisks>%s</HardDisks></MediaRegistry>
    <Hardware><Memory RAMSize="64"/></Hardware>
    <StorageControllers><StorageController name="SATA" type="AHCI" PortCount="1">%s
    </StorageController></StorageControllers>
  </Machine>
</VirtualBox>
"""
VBOX_DRIVE = ('<AttachedDevice type="HardDisk" port="%d" device="0">'
              '<Image uuid="{44444444-0000-4000-8000-%012d}"/></AttachedDevice>')


def vbox_disk(number, location, inside=""):
    return ('<HardDisk uuid="{44444444-0000-4000-8000-%012d}" location="%s" format="VMDK"'
            ' type="Normal">%s</HardDisk>' % (number, location, inside))


def vbox(disks, drives=VBOX_DRIVE % (0, 2)):
    return VBOX % (disks, drives)


sample("vbox-doctype.vbox", '<!DOCTYPE VirtualBox [<!ENTITY x SYSTEM "/etc/hostname">]>\n'
       + vbox(vbox_disk(2, "&x;")))
sample("vbox-outside.vbox", vbox(vbox_disk(2, "../../etc/hostname")))
sample("vbox-absolute.vbox", vbox(vbox_disk(2, "/etc/hostname")))
deep = ""
for depth in range(100, 1, -1):
    deep = vbox_disk(depth, "d.vmdk", deep)
sample("vbox-deep.vbox", vbox(deep))
sample("vbox-many-drives.vbox", vbox("", "".join(VBOX_DRIVE % (i % 30, i) for i in range(20000))))
sample("vbox-many-controllers.vbox", vbox("", "").replace(
    "<StorageControllers>", "<StorageControllers>"
    + '<StorageController name="x" type="AHCI" PortCount="1"/>' * 60000))


# ---- VMX -------------------------------------------------------------------------
VMX = """.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "10"
displayName = "vm"
guestOS = "other"
memSize = "64"
scsi0.present = "TRUE"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "vm.vmdk"
"""


def vmx(name, old="", new="", more=""):
    assert old in VMX, old
    sample("vmx-%s.vmx" % name, VMX.replace(old, new, 1) + more)


vmx("good")
vmx("absolute", "vm.vmdk", "/etc/passwd")
vmx("dotdot", "vm.vmdk", "../../etc/passwd")
vmx("escaped-dotdot", "vm.vmdk", "|2e|2e|2fetc|2fpasswd")
vmx("device", "vm.vmdk", "/dev/zero")
vmx("control-character", '"vm"', '"vm|1B[2J|9B31m"')
vmx("nul", '"vm"', '"vm\0"')
vmx("escaped-nul", '"vm"', '"vm|00"')
vmx("no-charset", "UTF-8", "../../../tmp/evil//TRANSLIT")
vmx("stateful-charset", "UTF-8", "ISO-2022-CN-EXT")
vmx("memory-huge", '"64"', '"18446744073709551617"')
vmx("memory-negative", '"64"', '"-64"')
vmx("cpus-huge", more='numvcpus = "4294967297"\n')
vmx("cores-zero", more='cpuid.coresPerSocket = "0"\n')
vmx("twice", more='scsi0:0.fileName = "/etc/passwd"\n')
vmx("twice-other-case", more='SCSI0:0.FILENAME = "/etc/passwd"\n')
vmx("controller-huge", more='scsi99999.present = "TRUE"\nscsi99999:1.present = "TRUE"\n')
vmx("unit-huge", more='scsi0:99999999999.present = "TRUE"\n')
vmx("unit-of-adapter", more='scsi0:7.present = "TRUE"\nscsi0:7.fileName = "vm.vmdk"\n')
vmx("many-units", more="".join('scsi0:%d.present = "TRUE"\n' % n for n in range(100, 20000)))
vmx("nic-huge", more='ethernet4294967296.present = "TRUE"\n')
vmx("many-settings", more="".join('a.b%d = "1"\n' % n for n in range(100001)))
vmx("long-value", '"vm"', '"%s"' % ("x" * (2 << 20)))
vmx("long-key", more="%s = 1\n" % ("k" * 70000))
vmx("no-line-is-one", more="no line of these\n" * 50000)
vmx("bars", '"vm"', '"%s"' % ("|" * 100000))
vmx("boot-order", more='bios.bootOrder = "%s"\n' % ("hdd,ethernet99999999999," * 20000))


# ---- XVA ------------------------------------------------------------------------
def xml_value(v):
    if isinstance(v, dict):
        return "<value><struct>%s</struct></value>" % "".join(
            "<member><name>%s</name>%s</member>" % (k, xml_value(x)) for k, x in v.items())
    if isinstance(v, list):
        return "<value><array><data>%s</data></array></value>" % "".join(map(xml_value, v))
    return "<value>%s</value>" % v


def xva_xml(size=1 << 20, vdi="Ref:7", more=()):
    return '<?xml version="1.0"?>' + xml_value({
        "version": {"export_vsn": "2"},
        "objects": [{"class": c, "id": i, "snapshot": f} for c, i, f in [
            ("VM", "Ref:0", {"name_label": "vm", "HVM_boot_policy": "BIOS order",
                             "memory_static_max": "1073741824", "VCPUs_max": "1"}),
            ("VBD", "Ref:1", {"VM": "Ref:0", "VDI": vdi, "userdevice": "0", "type": "Disk"}),
            ("VDI", vdi, {"virtual_size": size})] + list(more)]})


def chunk(number, data, ref="Ref:7", digest=None):
    name = "%s/%08d" % (ref, number)
    return member(name, data) + member(
        name + ".checksum", (digest or hashlib.sha1(data).hexdigest()).encode())


def xva(chunks=None, xml=None, **kw):
    return (member("ova.xml", (xml or xva_xml(**kw)).encode())
            + (chunk(0, b"x" * (1 << 20)) if chunks is None else chunks) + END)


MIB = b"\0" * (1 << 20)
sample("good.xva", xva())
sample("xva-sum.xva", xva(chunk(0, MIB, digest="0" * 40)))
sample("xva-sum-long.xva", xva(chunk(0, MIB, digest="0" * 400)))
sample("xva-sum-huge.xva", xva(member("Ref:7/00000000", MIB)
                               + tar_header(b"Ref:7/00000000.checksum", 1 << 40)))
sample("xva-chunk-huge.xva", xva(tar_header(b"Ref:7/00000000", 1 << 40), size=1 << 41))
sample("xva-chunk-twice.xva", xva(chunk(0, MIB) + chunk(0, MIB), size=2 << 20))
sample("xva-chunk-back.xva", xva(chunk(0, MIB) + chunk(3, MIB) + chunk(2, MIB), size=8 << 20))
sample("xva-chunk-last.xva", xva(chunk(0, MIB) + chunk(99999999, MIB), size=4 << 20))
sample("xva-chunk-empty.xva", xva(b"".join(chunk(i, b"") for i in range(5000))))
sample("xva-chunk-no.xva", xva(b""))
sample("xva-keepalives.xva", xva(chunk(0, MIB) + b"".join(chunk(i, b"") for i in range(1, 20000))))
sample("xva-link.xva", xva(tar_header(b"Ref:7/00000000", 0, kind=b"2", link=b"/etc/passwd")))
sample("xva-outside.xva", xva(member("Ref:7/../../00000000", MIB)))
sample("xva-stranger.xva", xva(member("vm.ovf", b"x")))
sample("xva-disk-path.xva", xva(vdi="../../etc/passwd"))
sample("xva-disk-device.xva", xva(vdi="/dev/sda"))
sample("xva-size-huge.xva", xva(size=1 << 63))
sample("xva-size-over.xva", xva(size=1 << 62))
sample("xva-size-zero.xva", xva(size=0))
sample("xva-size-word.xva", xva(size="1M"))
sample("xva-doctype.xva", xva(xml='<!DOCTYPE value [<!ENTITY a "b">]>' + xva_xml()[21:]))
sample("xva-deep.xva", xva(xml="<value><struct><member><name>objects</name>"
                               + "<value>" * 5000 + "</value>" * 5000
                               + "</member></struct></value>"))
sample("xva-objects.xva", xva(more=[("VM", "Ref:%d" % i, {"name_label": "v"})
                                    for i in range(100, 600)]))
sample("xva-id-twice.xva", xva(more=[("VM", "Ref:0", {})]))
sample("xva-table.xva", xva(member("Ref:7/00000000", MIB) + member("checksum.xml", xml_value(
    {"Ref:7/00000000": "0" * 40}).encode())))
sample("xva-table-twice.xva", xva(member("Ref:7/00000000", MIB)
                                  + member("a.xml", b"<value><struct/></value>")
                                  + member("b.xml", b"<value><struct/></value>")))


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, data in samples.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main(sys.argv[1])
