#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""xen-xl.py OURS.json THEIRS.json

The model of a configuration that we wrote, and what xl makes of its text (the
JSON of `xl create -n`): memory, processors, disks, adapters, firmware.
"""
import json
import sys


def disk_number(drive):
    per = {"ide": 2, "scsi": 7}.get(drive["bus"], 1024)
    letter = drive["controller"] * per + drive["unit"]
    prefix = {"ide": "hd", "sata": "hd", "scsi": "sd", "xen": "xvd"}[drive["bus"]]
    name, letter = "", letter + 1
    while letter > 0:
        name, letter = chr(97 + (letter - 1) % 26) + name, (letter - 1) // 26
    return drive.get("name") or prefix + name


def ours(model):
    m = model["machines"][0]
    files = {f["id"]: f["href"] for f in model["files"]}
    disks = {d["id"]: d for d in model["disks"]}
    rows = []
    for d in m["drives"]:
        disk = disks.get(d["disk"])
        rows.append([disk_number(d), files.get(disk["file"] if disk else d["file"], ""),
                     d["kind"] == "cdrom", d["kind"] != "cdrom" and not d["read_only"]])
    return {"memory": m["memory"] >> 10, "cpus": max(m["cpus"], 1), "disks": rows,
            "nics": [[n["mac"], n["network"]] for n in m["nics"]],
            "name": m["name"], "uefi": m["firmware"] == "efi",
            "cmdline": m["cmdline"]}


def theirs(xl):
    b, t = xl["b_info"], xl["c_info"]["type"]
    kind = b.get("type.%s" % t, {})
    return {"memory": b["max_memkb"], "cpus": len(b["avail_vcpus"]),
            "disks": [[d["vdev"], d.get("pdev_path") or "", bool(d.get("is_cdrom")),
                       bool(d.get("readwrite"))] for d in xl.get("disks", [])],
            "nics": [[(lambda x: None if x == "00:00:00:00:00:00" else x)(n.get("mac")),
                      # VLANs of Open vSwitch stand behind the bridge
                      (n.get("bridge") or "").split(":")[0] or None] for n in xl.get("nics", [])],
            "name": xl["c_info"]["name"], "uefi": kind.get("bios") == "ovmf",
            "cmdline": b.get("cmdline")}


def main():
    a = ours(json.load(open(sys.argv[1])))
    b = theirs(json.load(open(sys.argv[2])))
    bad = [k for k in a if a[k] != b[k]]
    for k in bad:
        print("%s: ours %r, xl's %r" % (k, a[k], b[k]))
    return bool(bad)


sys.exit(main())
