#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""virtualbox-agree.py FILE.vbox INFO.json SCHEMA

A reading of VirtualBox's settings that shares nothing with ours, compared
with `info --json`.  The document must be as SCHEMA
says.  Prints what differs.
"""
import json
import re
import sys
import xml.etree.ElementTree as ET

import jsonschema

BUSES = {"PIIX3": "ide", "PIIX4": "ide", "ICH6": "ide", "AHCI": "sata", "LsiLogic": "scsi",
         "BusLogic": "scsi", "LsiLogicSas": "scsi", "I82078": "floppy", "USB": "usb",
         "NVMe": "nvme", "VirtioSCSI": "virtio-scsi"}
KINDS = {"HardDisk": "disk", "DVD": "cdrom", "Floppy": "floppy"}
NETS = {"NAT": "nat", "BridgedInterface": "bridge", "HostInterface": "bridge",
        "HostOnlyInterface": "hostonly", "InternalNetwork": "internal",
        "NATNetwork": "network"}
NICS = {"82540EM": "e1000", "82543GC": "e1000", "82545EM": "e1000", "virtio": "virtio",
        "Am79C970A": "pcnet32", "Am79C973": "pcnet32", "Am79C960": "pcnet32"}


def plain(path):
    text = open(path, "rb").read()
    text = re.sub(rb"xmlns=(\"[^\"]*\"|'[^']*')", b"", text, count=1)
    return ET.fromstring(text)


def drives(machine):
    media = {m.get("uuid"): m for m in machine.iter() if m.tag in ("HardDisk", "Image")
             and m.get("location")}
    count, out = {}, []
    lists = machine.findall("Hardware/StorageControllers") + machine.findall("StorageControllers")
    for c in (c for s in lists for c in s):
        bus = BUSES[c.get("type")]
        number = count[bus] = count.get(bus, -1) + 1
        for d in c:
            port, device = int(d.get("port", 0)), int(d.get("device", 0))
            image = d.find("Image")
            medium = media.get(image.get("uuid")) if image is not None else None
            known = medium is not None and medium.get("format") != "VBoxIsoMaker"
            where = medium.get("location") if known else None
            if image is not None and medium is None and d.get("type") == "HardDisk":
                where = image.get("uuid")
            seat = (number * 2 + port, device) if bus == "ide" else \
                (number, device if bus == "floppy" else port)
            out.append([KINDS[d.get("type")], bus, *seat, where])
    return sorted(out, key=str)


def nics(machine):
    out = []
    for a in sorted(machine.findall("Hardware/Network/Adapter"), key=lambda a: int(a.get("slot"))):
        if a.get("enabled") != "true" or int(a.get("slot")) > 35:
            continue
        net = next((n for n in a if n.tag in NETS), None)
        mac = a.get("MACAddress")
        out.append([NICS[a.get("type", "Am79C973")],
                    ":".join(re.findall("..", mac.lower())) if mac else None,
                    NETS[net.tag] if net is not None else "none",
                    net.get("name") if net is not None else None,
                    a.get("cable", "true") == "true"])
    return out


def theirs(path):
    m = plain(path).find("Machine")
    cpu, firmware = m.find("Hardware/CPU"), m.find("Hardware/Firmware")
    kind = firmware.get("type", "BIOS") if firmware is not None else "BIOS"
    return {
        "name": m.get("name"), "uuid": m.get("uuid").strip("{}").lower(),
        "os": m.get("OSType"),
        "memory": int(m.find("Hardware/Memory").get("RAMSize")) << 20,
        "cpus": int(cpu.get("count", 1)) if cpu is not None else 1,
        "firmware": "efi" if kind.startswith("EFI") else "bios",
        "drives": drives(m), "nics": nics(m),
    }


def ours(path):
    model = json.load(open(path))["result"]
    m = model["machines"][0]
    files = {f["id"]: f["href"] for f in model["files"]}
    disks = {d["id"]: files[d["file"]] for d in model["disks"]}
    return {
        "name": m["name"], "uuid": m["uuid"], "os": m["os"]["virtualbox"],
        "memory": m["memory"], "cpus": m["cpus"], "firmware": m["firmware"],
        "drives": sorted(([d["kind"], d["bus"], d["controller"], d["unit"],
                           disks.get(d["disk"], files.get(d["file"]))] for d in m["drives"]),
                         key=str),
        "nics": [[n["model"], n["mac"], n["attachment"], n["network"], n["connected"]]
                 for n in m["nics"]],
    }


def main(vbox, info, schema):
    jsonschema.validate(json.load(open(info)), json.load(open(schema)))
    a, b = ours(info), theirs(vbox)
    for k in b:
        if a[k] != b[k]:
            print("%s: ours %r, theirs %r" % (k, a[k], b[k]))
    return a != b


sys.exit(main(*sys.argv[1:]))
