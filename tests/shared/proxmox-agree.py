#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""proxmox-agree.py OVFTOOL FOLDER SCHEMA

Every configuration of FOLDER, read by `info --json`, against the command that
Proxmox itself makes of it (the .conf.cmd beside it): memory, processors,
drives with their seats, adapters with models and addresses, firmware, UUID,
name.  Prints TAP: a case a configuration, and one a kind of fact.
"""
import collections
import json
import os
import re
import shlex
import subprocess
import sys

import jsonschema

# Where the command says what the configuration does not.
EXPLAINED = {
    "no name": "Proxmox makes one up of the number",
    "q35 ide": "on q35 the four IDE drives hang on ports of the SATA controller",
}


def options(values):
    """'e1000,mac=..,id=net0' as a dict; the first word under ''."""
    parts = values.split(",")
    d = {"": parts[0]}
    for p in parts:
        k, _, v = p.partition("=")
        d[k] = v
    return d


def command(path):
    """What the command says, in the words of the model."""
    words = shlex.split(open(path).read().replace("\\\n", " "))
    got = {"drives": {}, "nics": [], "uuid": None, "firmware": "bios", "q35": False}
    for opt, value in zip(words, words[1:]):
        if "pflash0" in value or "if=pflash" in value:
            got["firmware"] = "efi"
        if opt == "-m":
            size = re.match(r"(?:size=)?(\d+)", value).group(1)
            got["memory"] = int(size)
        elif opt == "-smp":
            got["cpus"] = int(value.split(",")[0])
        elif opt == "-name":
            got["name"] = value.split(",")[0]
        elif opt == "-smbios" and "uuid=" in value:
            got["uuid"] = options(value)["uuid"]
        elif opt == "-machine":
            got["q35"] = "q35" in value
        elif opt == "-device":
            device(got, options(value))
    for w in words:
        dimm = re.match(r"memory-backend-\w+,id=mem-dimm\d+,size=(\d+)M", w)
        got["memory"] += int(dimm.group(1)) if dimm else 0
    return got


def device(got, d):
    kind, ident = d[""], d.get("id", "")
    if kind in ("ide-cd", "ide-hd"):
        bus = d["bus"]
        if bus.startswith("ahci"):
            got["drives"][ident] = ("sata", int(bus[4:].split(".")[0]),
                                    int(bus.split(".")[1]))
        else:
            got["drives"][ident] = ("ide", int(bus.split(".")[1]), int(d["unit"]))
    elif kind in ("scsi-hd", "scsi-cd", "scsi-block", "scsi-generic"):
        number = int(re.search(r"\d+", d["bus"]).group())
        lun = "lun" in d
        got["drives"][ident] = ("virtio-scsi" if lun else "scsi", number,
                                int(d["lun" if lun else "scsi-id"]))
    elif kind.startswith("virtio-blk"):
        got["drives"][ident] = ("virtio-blk", 0, int(ident[len("virtio"):]))
    elif "netdev" in d:
        got["nics"].append(("virtio" if kind.startswith("virtio-net") else kind,
                            d["mac"].lower()))


def differences(r, want, excuses):
    """(kind of fact, what differs) of a result."""
    m = r["machines"][0]
    if m["name"] is None:
        excuses["no name"] += 1
        want["name"] = None
    for kind, got in (("name", m["name"]), ("uuid", m["uuid"]),
                      ("firmware", m["firmware"]), ("cpus", m["cpus"]),
                      ("memory", m["memory"] >> 20)):
        yield kind, got, want[kind]
    drives = {}
    for d in m["drives"]:
        drives[d["id"]] = (d["bus"], d["controller"], d["unit"])
    ours = dict(drives)
    if want["q35"]:
        for k in [k for k in ours if k.startswith("ide") and k in want["drives"]]:
            excuses["q35 ide"] += 1
            want["drives"][k] = ours[k]
    yield "drives", ours, want["drives"]
    yield "nics", [(n["model"], n["mac"]) for n in m["nics"]], want["nics"]


def main():
    tool, folder, schema = sys.argv[1:]
    validator = jsonschema.Draft7Validator(json.load(open(schema)))
    excuses, facts, right = (collections.Counter() for _ in range(3))
    number = 0

    def case(ok, name, why=()):
        nonlocal number
        number += 1
        print("%sok %d - %s" % ("" if ok else "not ", number, name))
        for line in why:
            print("# " + line)

    for conf in sorted(f for f in os.listdir(folder) if f.endswith(".conf")):
        path = os.path.join(folder, conf)
        p = subprocess.run([tool, "info", "--json", path], capture_output=True,
                           timeout=60)
        doc = json.loads(p.stdout or "{}")
        errors = [e.message[:200] for e in validator.iter_errors(doc)]
        case(p.returncode == 0 and not errors
             and doc["result"]["kind"] == "proxmox", "%s is read" % conf, errors)
        if not os.path.exists(path + ".cmd") or p.returncode != 0:
            continue
        why = []
        for kind, got, want in differences(doc["result"], command(path + ".cmd"),
                                           excuses):
            facts[kind] += 1
            right[kind] += got == want
            if got != want:
                why.append("%s: %r, Proxmox: %r" % (kind, got, want))
        case(not why, "%s agrees with its command" % conf, why)
    for kind in facts:
        case(facts[kind] == right[kind], "%s: %d of %d agree"
             % (kind, right[kind], facts[kind]))
    for name, n in sorted(excuses.items()):
        print("# explained: %s, %d (%s)" % (name, n, EXPLAINED[name]))
    case(sum(facts.values()) > 0, "there were commands")
    print("1..%d" % number)


main()
