#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""agree.py [--base] EXCEPTIONS <PAIRS: one TAP case a pair of `info --json`s.

Two descriptions of one machine must be the same model.  PAIRS are lines
NAME, OURS.json, THEIRS.json, parted by tabs: what we read from a file, and
what we read from what other software made of that file.  With --base only the
last part of a file's path is compared.

EXCEPTIONS has lines NAME, FIELD, OURS, THEIRS, REASON, parted by tabs: the
first four are globs (fnmatch; values as compact JSON), the last says why the
two may differ there.  A line that explains nothing is a failure too.  The
table at the end counts by kind of field.
"""
import collections
import fnmatch
import json
import re
import sys

# What is compared; the rest of a machine is said by few formats.
PLAIN = ("name", "uuid", "memory", "cpus", "cores_per_socket", "firmware",
         "secure_boot", "serials", "parallels", "graphics", "paravirtual",
         "kernel", "ramdisk", "cmdline", "bootloader")
DRIVE = ("kind", "connected", "read_only", "device")
NIC = ("model", "mac", "attachment", "network", "connected")


def text(machine):
    """Formats have one text, or two: what is said in any counts."""
    return (machine["description"] or machine["annotation"] or "").strip() or None


def href(model, drive):
    files = {f["id"]: f["href"] for f in model["files"]}
    disks = {d["id"]: d for d in model["disks"]}
    disk = disks.get(drive["disk"])
    return files.get(disk["file"] if disk else drive["file"])


def flat(document, base):
    """{field: value} of the only machine."""
    model = document["result"]
    m = model["machines"][0]
    out = {k: m[k] for k in PLAIN}
    out["description"] = text(m)
    used = set()
    for d in m["drives"]:
        seat = "%s%d:%d" % (d["bus"], d["controller"], d["unit"])
        used.add((d["bus"], d["controller"]))
        name = href(model, d)
        out["drives.%s.file" % seat] = \
            re.split(r"/|\] ", name)[-1] if name and base else name
        for k in DRIVE:
            out["drives.%s.%s" % (seat, k)] = d[k]
    for c in m["controllers"]:
        if (c["bus"], c["index"]) in used:
            out["controllers.%s%d.model" % (c["bus"], c["index"])] = c["model"]
    out["nics"] = len(m["nics"])
    for i, n in enumerate(m["nics"]):
        for k in NIC:
            out["nics.%d.%s" % (i, k)] = n[k]
    return out


def kind(field):
    parts = field.split(".")
    return parts[0] if len(parts) == 1 else "%s %s" % (parts[0], parts[-1])


class Exceptions:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.rows = [line.rstrip("\n").split("\t") for line in f
                         if line.strip() and not line.startswith("#")]
        self.used = [False] * len(self.rows)

    def reason(self, *what):
        for i, row in enumerate(self.rows):
            if all(fnmatch.fnmatchcase(w, g) for w, g in zip(what, row)):
                self.used[i] = True
                return row[4]
        return None


def compare(name, ours, theirs, exceptions, table):
    """The differences that nothing explains, and those that something does."""
    bad, explained = [], []
    for field in sorted(set(ours) | set(theirs)):
        a, b = (json.dumps(x.get(field), separators=(",", ":")) for x in (ours, theirs))
        row = table[kind(field)]
        if a == b:
            row["agree"] += 1
            continue
        why = exceptions.reason(name, field, a, b)
        row["explained" if why else "differ"] += 1
        (explained if why else bad).append(
            "%s: ours %s, theirs %s%s" % (field, a, b, why and " (%s)" % why or ""))
    return bad, explained


def show(lines, lead):
    for line in lines:
        print("#   %s%s" % (lead, line.replace("\n", " ")))


def main(argv):
    base = argv[0] == "--base"
    exceptions = Exceptions(argv[-1])
    table = collections.defaultdict(collections.Counter)
    n = 0
    for line in sys.stdin:
        name, ours, theirs = line.rstrip("\n").split("\t")
        n += 1
        bad, explained = compare(name, *(flat(json.load(open(f)), base) for f in (ours, theirs)),
                                 exceptions, table)
        print("%sok %d - %s" % ("not " if bad else "", n, name))
        show(bad, "DIFFERS ")
        show(explained, "")
    for row, used in zip(exceptions.rows, exceptions.used):
        if not used:
            n += 1
            print("not ok %d - this exception explains nothing: %s" % (n, " ".join(row)))
    print("# %-24s %6s %9s %6s" % ("field", "agree", "explained", "differ"))
    for k in sorted(table):
        print("# %-24s %6d %9d %6d" % (k, *(table[k][c] for c in ("agree", "explained", "differ"))))
    total = sum(table.values(), collections.Counter())
    print("# %-24s %6d %9d %6d" % ("all", *(total[c] for c in ("agree", "explained", "differ"))))
    print("1..%d" % n)
    return 0


sys.exit(main(sys.argv[1:]))
