#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""loss.py OVFTOOL CONVERT  (on standard input: KIND PATH, a line each)

Nothing is lost in silence, and nothing is called lost that is not: every
source is written as every kind that can be written and read, read back and
compared.  One TAP case a pair of kinds.  same-model.py knows what a target
adds and which finding speaks of which field.
"""
import collections
import concurrent.futures
import importlib.util
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location("same_model", os.path.join(HERE, "same-model.py"))
same = importlib.util.module_from_spec(spec)
spec.loader.exec_module(same)

PACKAGES = ("ovf", "xva", "spec")
REFUSALS = {"spec": "describes one machine"}
# Findings on what same-model.py does not compare, and why they are right.
NOT_COMPARED = {
    "spec": {
        "os": "names of the system in other programs follow from its number",
        "file": "files that no device holds", "stored": "how a file is packed",
        "controller": "controllers without drives", "controller-index": "the same",
        "capacity": "a property behind a size", "property-value": "values of options",
        "device": "devices that are kept as they are",
        "collection": "groups of one machine", "disk": "disks that no drive holds",
    },
    "vmx": {"boot-order": "an order that differs only for empty drives", "device": "the same",
            "hardware": "devices of a host", "nvram": "a file beside the configuration"},
    "virtualbox": {"usb": "what is plugged in",
                   "boot-order": "positions, where the order stays", "parent": "the chain of a disk's images",
                   "controller": "controllers without drives"},
    "libvirt": {"sound": "es1370 is read as es1371", "cmdline": "names of disks in it",
                "controller": "controllers without drives"},
    "proxmox": {"controller": "two chips of LSI are read as one"},
    "xen": {"boot-order": "the same as VirtualBox's usual one", "sound": "es1370 is read as es1371", "os": "ids that the database has not"},
    "xva": {"boot-order": "second disks, which none boots", "controller": "controllers without drives", "eula": "texts",
            "network": "none, which XAPI asks for", "product": "names of products"},
    "ovf": {"capacity": "a property behind a size"},
}
SHOWN = 20


def convert(tool, text, *words):
    p = subprocess.run([tool, *words], input=text, capture_output=True)
    if p.returncode < 0 or p.returncode > 5:
        raise RuntimeError("%s: exit %d" % (" ".join(words), p.returncode))
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


def false_alarms(target, words, changed):
    """Words of findings on fields that are compared and do not differ."""
    for word in sorted(words - set(NOT_COMPARED[target])):
        fields = [r for r, said in same.COVERED[target] + same.COMMON if word in said]
        if not fields:
            yield "LOSS-%s-%s is in no row of same-model.py" % (target, word), True
        elif not any(re.fullmatch(r, f) for r in fields for f in changed):
            yield "LOSS-%s-%s, but nothing differs" % (target, word), False


def judge(tool, kind, path, text, target):
    """(what became of it, [lines of silent losses], [lines of false alarms])"""
    settle = ["settle", "package"] if target in PACKAGES else ["settle"]
    code, before, said = convert(tool, text, kind, "json", *settle, "for=" + target, "complete")
    if code != 0:
        return "refused", [], []
    before = json.loads(before)
    if target in PACKAGES and any(d["parent"] for d in before["disks"]):
        return "refused", [], []  # as the pipeline does
    code, made, said = convert(tool, text, kind, target, "qemu", *settle)
    if code != 0:
        error = said.strip().splitlines()[-1]
        return "unwritten", [] if REFUSALS.get(target, "\n") in error else [error], []
    code, after, error = convert(tool, made, target, "json", "complete")
    if code != 0:
        return "unreadable", [error.strip().splitlines()[-1]], []
    words = same.loss_words(target, said)
    found = list(same.differences(target, before, json.loads(after), words))
    silent = ["%s: %.120r became %.120r" % f[:3] for f in found if not f[3]]
    alarms = list(false_alarms(target, words, [f[0] for f in found]))
    silent += [line for line, bad in alarms if bad]
    return ("lost" if words else "same"), silent, [line for line, bad in alarms if not bad]


def all_targets(tool, kind, path, targets):
    with open(path, "rb") as f:
        text = f.read()
    return kind, path, [(t, *judge(tool, kind, path, text, t)) for t in targets]


def kinds(ovftool):
    """Those that are written and read; an OVA is an OVF."""
    said = subprocess.run([ovftool, "formats", "--json"], capture_output=True, check=True)
    return [k["name"] for k in json.loads(said.stdout)["result"]["kinds"]
            if k["read"] and k["write"] and k["name"] not in ("ova", "disk")]


def main():
    targets, tool = kinds(sys.argv[1]), sys.argv[2]
    sources = [line.rstrip("\n").split(" ", 1) for line in sys.stdin]
    counts = collections.defaultdict(collections.Counter)
    bad = collections.defaultdict(list)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(all_targets, tool, k, p, targets) for k, p in sources]
        for job in jobs:
            kind, path, results = job.result()
            for target, what, silent, alarms in results:
                pair = kind, target
                counts[pair][what] += 1
                counts[pair]["silent"] += len(silent)
                counts[pair]["alarms"] += len(alarms)
                bad[pair] += ["%s: %s" % (os.path.basename(path), line)
                              for line in silent + alarms]
    for n, pair in enumerate(sorted(counts), 1):
        print("%sok %d - %s to %s: the report says what is lost, and no more"
              % ("not " if bad[pair] else "", n, *pair))
        for line in bad[pair][:SHOWN]:
            print("#   " + line.encode("ascii", "backslashreplace").decode())
    columns = "same", "lost", "refused", "unwritten", "unreadable", "silent", "alarms"
    print("# %-24s" % "from, to" + "".join("%11s" % c for c in columns))
    for pair in sorted(counts):
        print("# %-24s" % ("%s, %s" % pair)
              + "".join("%11d" % counts[pair][c] for c in columns))
    print("1..%d" % len(counts))


if __name__ == "__main__":
    main()
