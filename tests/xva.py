#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An XVA reader and writer of their own, from the description of the format:
they share nothing with the library.

  xva.py make OUT DISK... [--sums xxhash|sha1|none|both] [--vsn N] [--keepalive]
         [--pad] [--table] [--fault WORD] [--xml FILE] [--size N] [--hvm|--pv]
  xva.py check XVA DISK...    verify everything, compare with the raw disks
"""
import hashlib
import io
import struct
import sys
import tarfile
import xmlrpc.client

MIB = 1 << 20
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
M = (1 << 64) - 1


def rol(x, r):
    return ((x << r) | (x >> (64 - r))) & M


def lane(acc, word):
    return rol((acc + word * P2) & M, 31) * P1 & M


def xxh64(data):
    n, at = len(data), 0
    if n >= 32:
        a, b, c, d = (P1 + P2) & M, P2, 0, (-P1) & M
        end = n - n % 32
        for w, x, y, z in struct.iter_unpack("<4Q", data[:end]):
            a, b, c, d = lane(a, w), lane(b, x), lane(c, y), lane(d, z)
        at = end
        h = (rol(a, 1) + rol(b, 7) + rol(c, 12) + rol(d, 18)) & M
        for v in (a, b, c, d):
            h = ((h ^ lane(0, v)) * P1 + P4) & M
    else:
        h = P5
    h = (h + n) & M
    while at + 8 <= n:
        h = (rol(h ^ lane(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & M
        at += 8
    if at + 4 <= n:
        h = (rol(h ^ (struct.unpack_from("<I", data, at)[0] * P1 & M), 23) * P2 + P3) & M
        at += 4
    for byte in data[at:]:
        h = rol(h ^ (byte * P5 & M), 11) * P1 & M
    h = (h ^ (h >> 33)) * P2 & M
    h = (h ^ (h >> 29)) * P3 & M
    return h ^ (h >> 32)


ZERO_SUM = {}


def xxhash(data):
    key = len(data) if not any(data) else None
    if key is not None and key in ZERO_SUM:
        return ZERO_SUM[key]
    text = "%016X" % xxh64(data)
    if key is not None:
        ZERO_SUM[key] = text
    return text


# ---- writing ------------------------------------------------------------------
def machine(vdis, vsn, pv):
    """The least that describes a machine, as XAPI spells it."""
    objects = []

    def add(cls, ref, **fields):
        objects.append({"class": cls, "id": ref, "snapshot": fields})

    add("VM", "Ref:0", uuid="4f9b1d5e-57a2-4c55-8d46-0a5c7a4f3c11", name_label="guest one",
        name_description="of the test", is_a_template=False, is_a_snapshot=False,
        is_control_domain=False, power_state="Halted", suspend_VDI="OpaqueRef:NULL",
        memory_static_max=str(1 << 30), memory_dynamic_max=str(1 << 30),
        memory_dynamic_min=str(1 << 30), memory_static_min="0", VCPUs_max="2",
        VCPUs_at_startup="2", VCPUs_params={}, HVM_boot_policy="" if pv else "BIOS order",
        HVM_boot_params={} if pv else {"order": "cdn", "firmware": "uefi"},
        PV_bootloader="pygrub" if pv else "", PV_kernel="", PV_ramdisk="",
        PV_args="console=hvc0" if pv else "", platform={"acpi": "1", "viridian": "true"},
        other_config={"mac_seed": "x"}, tags=["blue"], VBDs=[], VIFs=[], attached_PCIs=[])
    add("VM", "Ref:90", name_label="a snapshot", is_a_snapshot=True, is_a_template=True,
        is_control_domain=False, snapshot_of="Ref:0", VCPUs_max="1")
    for i, (ref, size) in enumerate(vdis):
        add("VDI", ref, uuid="", name_label="disk %d" % i, SR="Ref:80", virtual_size=str(size),
            type="user", sharable=False, read_only=False)
        add("VBD", "Ref:%d" % (50 + i), VM="Ref:0", VDI=ref, device="", userdevice=str(i),
            bootable=i == 0, mode="RW", type="Disk", empty=False)
    add("VBD", "Ref:49", VM="Ref:0", VDI="OpaqueRef:NULL", device="", userdevice="3",
        bootable=False, mode="RO", type="CD", empty=True)
    add("network", "Ref:70", name_label="Pool network 0", bridge="xenbr0",
        name_description="")
    add("VIF", "Ref:71", VM="Ref:0", network="Ref:70", device="0",
        MAC="4a:2b:00:11:22:33", MTU="1500")
    add("SR", "Ref:80", name_label="Local storage", type="lvm")
    return {"version": {"hostname": "h", "date": "20240101T00:00:00Z",
                        "product_version": "8.2.1", "product_brand": "XCP-ng",
                        "build_number": "0", "xapi_major": "1", "xapi_minor": "20",
                        "export_vsn": vsn}, "objects": objects}


def value(v):
    """XML-RPC in XAPI's way: strings have no element of their own."""
    if isinstance(v, bool):
        return "<value><boolean>%d</boolean></value>" % v
    if isinstance(v, dict):
        return "<value><struct>%s</struct></value>" % "".join(
            "<member><name>%s</name>%s</member>" % (k, value(x)) for k, x in v.items())
    if isinstance(v, list):
        return "<value><array><data>%s</data></array></value>" % "".join(map(value, v))
    return "<value>%s</value>" % v if v else "<value/>"


class Writer:
    def __init__(self, out, o):
        self.tar = tarfile.open(fileobj=out, mode="w|", format=tarfile.USTAR_FORMAT)
        self.o, self.table = o, {}

    def put(self, name, data, kind=tarfile.REGTYPE):
        t = tarfile.TarInfo(name)
        t.size, t.mode, t.type = len(data), 0o644, kind
        if kind == tarfile.SYMTYPE:
            t.linkname, t.size = "/etc/passwd", 0
        self.tar.addfile(t, io.BytesIO(data))

    def chunk(self, ref, number, data):
        name, o = "%s/%08d" % (ref, number), self.o
        self.put(name, data)
        sha1, xx = hashlib.sha1(data).hexdigest(), xxhash(data)
        self.table[name] = sha1
        if o.fault == "sum" and number == 0:
            sha1, xx = "0" * 40, "0" * 16
        if o.sums in ("sha1", "both"):
            self.put(name + ".checksum", sha1.encode())
        if o.sums == "xxhash":
            self.put(name + ".xxhash", xx.encode())

    def disk(self, ref, data):
        o, number = self.o, 0
        last = (len(data) - 1) // MIB
        for i in range(last + 1):
            piece = data[i * MIB:(i + 1) * MIB]
            if i == last and o.pad:
                piece = piece.ljust(MIB, b"\0" if o.fault != "pad" else b"x")
            if 0 < i < last and not any(piece):
                number += 1
                continue
            if o.fault == "short" and i == last:
                continue
            if o.keepalive and i in (1, 3, last):
                self.chunk(ref, number, b"")
                number += 1
            self.chunk(ref, number, piece)
            number += 1
            if i == 0:
                self.faults(ref, piece)

    def faults(self, ref, piece):
        f = self.o.fault
        if f == "twice":
            self.chunk(ref, 0, piece)
        elif f == "large":
            self.chunk(ref, 1, piece + b"\0" * MIB)
        elif f == "beyond":
            self.chunk(ref, 99999999, piece)
        elif f == "link":
            self.put(ref + "/00000001", b"", tarfile.SYMTYPE)
        elif f == "name":
            self.put(ref + "/../../x", b"x")
        elif f == "stranger":
            self.put("other.bin", b"x")
        elif f == "digits":
            self.put(ref + "/000000000001", piece)
        elif f == "strange-sum":
            self.put(ref + "/00000007.xxhash", b"0" * 16)


def make(o):
    disks = [open(d, "rb").read() for d in o.disks]
    refs = o.refs.split(",") if o.refs else ["Ref:%d" % (11 + i) for i in range(len(disks))]
    sizes = [o.size or len(d) for d in disks]
    xml = open(o.xml).read() if o.xml else '<?xml version="1.0"?>\n' + value(
        machine(list(zip(refs, sizes)), o.vsn, o.pv))
    with (sys.stdout.buffer if o.out == "-" else open(o.out, "wb")) as out:
        w = Writer(out, o)
        if o.fault == "late":
            w.disk(refs[0], disks[0])
        w.put("ova.xml", xml.encode())
        if o.fault == "empty-first":
            w.chunk(refs[0], 0, b"")
        for ref, data in (zip(refs, disks) if o.as_given
                          else sorted(zip(refs, disks))):
            w.disk(ref, data)
        if o.table:
            if o.fault == "table":
                w.table["%s/00000000" % refs[0]] = "0" * 40
            w.put("checksum.xml", value(w.table).encode())
        w.tar.close()


# ---- checking ------------------------------------------------------------------
def check(o):
    bad = []

    def need(what, good):
        if not good:
            bad.append(what)

    with open(o.out, "rb") as raw:
        blob = raw.read()
    need("two zero blocks at the end", blob[-1024:] == bytes(1024))
    tar = tarfile.open(fileobj=io.BytesIO(blob))
    members = tar.getmembers()
    need("ustar", blob[257:265] == b"ustar\00000")
    need("ova.xml is first", members[0].name == "ova.xml")
    xml = tar.extractfile(members[0]).read().decode()
    need("no white space between elements", "> <" not in xml.replace(">\n<value>", "><value>", 1))
    root = xmlrpc.client.loads("<params><param>%s</param></params>" % xml.split("?>", 1)[1])[0][0]
    objects = {x["id"]: x for x in root["objects"]}
    need("ids are unique", len(objects) == len(root["objects"]))
    need("export_vsn", root["version"]["export_vsn"] == "2")
    vm = [x for x in root["objects"] if x["class"] == "VM"]
    need("one VM with about 90 fields", len(vm) == 1 and len(vm[0]["snapshot"]) >= 88)
    for x in root["objects"]:  # every reference leads somewhere
        for k, v in x["snapshot"].items():
            for r in v if isinstance(v, list) else [v]:
                if isinstance(r, str) and r.startswith("Ref:"):
                    need("%s.%s" % (x["id"], k), r in objects)
    sizes = {x["id"]: int(x["snapshot"]["virtual_size"]) for x in root["objects"]
             if x["class"] == "VDI"}
    disks, order, at, names = {r: bytearray(n) for r, n in sizes.items()}, [], 1, []
    while at < len(members):
        m, s = members[at], members[at + 1]
        ref, number = m.name.split("/")
        data = tar.extractfile(m).read()
        need("regular", m.isreg() and s.isreg())
        need("name " + m.name, number.isdigit() and len(number) == 8)
        need("sum's name " + s.name, s.name == m.name + ".xxhash")
        need("sum " + m.name, tar.extractfile(s).read().decode() == xxhash(data))
        n = int(number)
        last = (sizes[ref] - 1) // MIB
        need("length " + m.name, len(data) == min(MIB, sizes[ref] - n * MIB))
        need("zeros " + m.name, n in (0, last) or any(data))
        disks[ref][n * MIB:n * MIB + len(data)] = data
        if not order or order[-1][0] != ref:
            order.append((ref, []))
        order[-1][1].append(n)
        names.append(m.name)
        at += 2
    need("order of disks", [r for r, _ in order] == sorted(sizes))
    need("order of names", names == sorted(names))
    for ref, numbers in order:
        need("order of chunks", numbers == sorted(set(numbers)))
        need("first and last chunk", numbers[0] == 0
             and numbers[-1] == (sizes[ref] - 1) // MIB)
    for path, ref in zip(o.disks, sorted(sizes)):
        need("content of %s" % path, bytes(disks[ref]) == open(path, "rb").read())
    need("number of disks", len(o.disks) == len(sizes))
    for line in bad:
        print("bad: " + line)
    return 1 if bad else 0


def main():
    import argparse
    p = argparse.ArgumentParser()
    p.add_argument("what", choices=["make", "check"])
    p.add_argument("out")
    p.add_argument("disks", nargs="*")
    p.add_argument("--sums", default="xxhash")
    p.add_argument("--vsn", default="2")
    p.add_argument("--fault", default="")
    p.add_argument("--xml")
    p.add_argument("--refs")
    p.add_argument("--size", type=int)
    for flag in ("keepalive", "pad", "table", "pv", "as-given"):
        p.add_argument("--" + flag, action="store_true")
    o = p.parse_args()
    return make(o) if o.what == "make" else check(o)


if __name__ == "__main__":
    assert "%016X" % xxh64(b"") == "EF46DB3751D8E999"
    assert "%016X" % xxh64(b"a") == "D24EC4F1A98C6E5B"
    sys.exit(main())
