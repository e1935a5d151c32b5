#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""matrix.py OVFTOOL SHARED FOLDER: real descriptions to every kind, disks too.

Of each kind of description some of the corpus are taken, spread over its
names.  Their disks are not there: each gets an image of random bytes, given
with --disk-map (in a package: beside the descriptor).  Then each goes to each
kind, and three questions are asked: does the software of that kind accept the
result, do we read it again, and do its disks hold the same bytes?  Prints TAP
and a table.  XLMOCK, LV_NATIVE: the oracles built by matrix.sh, or unset.
"""
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys

OVFTOOL, SHARED, FOLDER = sys.argv[1:]
ORACLES = os.path.join(SHARED, "oracles")
SCHEMA = os.path.join(SHARED, "dmtf", "xen-orchestra", "dsp8023_1.1.1.xsd")
EACH = 5
MIB = 1 << 20
SOURCES = {  # kind: where its descriptions are, in the corpus
    "libvirt": "libvirt/*.xml",
    "ovf": "ovf/*.ovf",
    "vmx": "vmx/*.vmx",
    "virtualbox": "vbox/*.vbox",
    "xen": "xen/*.cfg",
    "proxmox": "proxmox/*.conf",
}
SUFFIX = {"libvirt": ".xml", "xen": ".cfg", "virtualbox": ".vbox", "vmx": ".vmx",
          "proxmox": ".conf", "qemu": ".qemu.sh", "xva": ".xva", "ova": ".ova"}


def run(*argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=120, **kw)


def ovftool(*argv):
    return run(OVFTOOL, *argv)


def info(path, kind=None):
    """The model, or None."""
    argv = [OVFTOOL, "info", "--json", path] + (["--from", kind] if kind else [])
    r = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    return json.loads(r.stdout)["result"] if r.returncode == 0 else None


# ---- what is accepted by whom ---------------------------------------------------
def libvirt(path):
    r = run("virt-xml-validate", path, "domain")
    if r.returncode != 0:
        return r.stdout
    # That host has a domain 'test' already.
    with open(path) as f, open(path + ".define", "w") as copy:
        copy.write(re.sub(r"<name>.*?</name>", "<name>matrix</name>", f.read(), count=1))
    r = run("virsh", "-c", "test:///default", "define", path + ".define")
    return None if r.returncode == 0 else r.stdout


def xen(path):
    r = run(os.path.join(ORACLES, "xl-dryrun.sh"), path)
    return None if r.returncode == 0 else r.stdout


def virtualbox(path):
    r = run(os.path.join(ORACLES, "vbox-check.sh"),
            os.path.join(ORACLES, "VirtualBox-settings.xsd"), path)
    return None if r.returncode == 0 else r.stdout


def vmx(path):
    r = run(os.environ["LV_NATIVE"], "vmx-to-xml", path)
    return None if r.returncode == 0 and "<domain" in r.stdout else r.stdout


def script(path):
    r = run("sh", "-n", path)
    return None if r.returncode == 0 else r.stdout


def proxmox(path):
    return script(path[:-len(".conf")] + ".qm.sh")


def ova(path):
    # A schema error in what the source itself carried is no fault of ours:
    # the sections of strangers are kept.
    r = ovftool("verify", path)
    if r.returncode != 0:
        return r.stdout
    folder = path + ".d"
    r = run("tar", "xf", path, "--one-top-level=" + folder)
    ovf = glob.glob(folder + "/*.ovf")
    if r.returncode != 0 or len(ovf) != 1:
        return r.stdout or "not one descriptor"
    r = run("xmllint", "--nonet", "--noout", "--schema", SCHEMA, ovf[0],
            cwd=os.path.dirname(SCHEMA),
            env=dict(os.environ, XML_CATALOG_FILES=os.path.join(SHARED, "dmtf", "catalog.xml")))
    return None if r.returncode == 0 else r.stdout


JUDGES = {"libvirt": libvirt, "xen": xen, "virtualbox": virtualbox, "vmx": vmx,
          "proxmox": proxmox, "qemu": script, "ova": ova}
NEEDS = {"xen": "XLMOCK", "vmx": "LV_NATIVE"}


# ---- sources ----------------------------------------------------------------------
def images(model):
    """The files of its disks, each with a capacity."""
    files = {f["id"]: f for f in model["files"]}
    found = {}
    for d in model["disks"]:
        f = files.get(d["file"])
        if f is not None:
            found[f["href"]] = d["capacity"] or 64 * MIB
    return found


def usable(kind, model):
    if model is None or len(model["machines"]) != 1 or model["configurations"]:
        return False
    drives = model["machines"][0]["drives"]
    hrefs = [f["href"] for f in model["files"]]
    return (any(d["kind"] == "disk" and d["disk"] for d in drives)
            and not any("=" in h or (kind == "ovf" and "/" in h) for h in hrefs)
            and len(images(model)) > 0 and len(set(hrefs)) == len(hrefs)
            and not any(d["parent"] for d in model["disks"])
            and not any(f["compression"] or f["chunk_size"] for f in model["files"])
            and all(c <= 1 << 40 for c in images(model).values()))


def spread(kind):
    """EACH of them that can be used, from all over the list."""
    paths = sorted(glob.glob(os.path.join(glob.escape(SHARED), "corpus", SOURCES[kind])))
    random.Random(kind).shuffle(paths)
    chosen = []
    for path in paths:
        model = info(path, kind)
        if usable(kind, model):
            chosen.append((path, model))
        if len(chosen) == EACH:
            break
    return chosen


def make_raw(path, capacity, seed):
    data = random.Random(seed).randbytes(min(MIB, capacity))
    with open(path, "wb") as f:
        f.truncate(capacity)
        f.seek(min(MIB, capacity - len(data)) // 512 * 512)
        f.write(data)


class Source:
    """A description with its disks, ready to be converted."""

    def __init__(self, kind, number, path, model):
        self.kind, self.name = kind, os.path.basename(path)
        self.folder = os.path.join(FOLDER, "%s%d" % (kind, number))
        self.options, self.raw = [], []
        os.mkdir(self.folder)
        self.path = path
        disks = images(model)
        if kind == "ovf":
            self.path = os.path.join(self.folder, "source.ovf")
            shutil.copy(path, self.path)
        else:
            self.options = ["--from", kind, "--from-disk", "raw"]
        for i, f in enumerate(model["files"]):
            self.add_file(i, f["href"], disks.get(f["href"]))

    def add_file(self, i, href, capacity):
        image = os.path.join(self.folder, "image%d" % i)
        make_raw(image, capacity or 64 * 1024, self.name + href)
        if capacity is not None:
            self.raw.append(image)
        if self.kind != "ovf":
            self.options += ["--disk-map", "%s=%s" % (href, image)]
            return
        member = os.path.join(self.folder, href)
        if capacity is None:
            shutil.copy(image, member)
        else:
            r = ovftool("disk", "convert", "--from", "raw", "--to", "vmdk", image, member)
            assert r.returncode == 0, r.stdout

    def same_disks(self, made):
        """What is wrong with the disks that were made, or None."""
        model = info(made)
        if model is None:
            return "cannot be read again"
        drives = [d for m in model["machines"] for d in m["drives"] if d["kind"] == "disk"]
        if len(self.raw) > len(drives):
            return "%d disks became %d" % (len(self.raw), len(drives))
        left = list(self.raw)
        for disk in dict.fromkeys(d["disk"] for d in drives if d["disk"]):
            raw = made + ".raw"
            r = ovftool("convert", made, raw, "--to", "disk", "--disk-format", "raw",
                        "--disk", disk, "-f")
            if r.returncode != 0:
                return r.stdout
            for image in left:
                if run("qemu-img", "compare", "-q", "-f", "raw", "-F", "raw",
                       image, raw).returncode == 0:
                    left.remove(image)
                    break
            os.unlink(raw)
        return "other bytes in %d disks" % len(left) if left else None


# ---- TAP ------------------------------------------------------------------------------
number = 0


def case(name, wrong):
    global number
    number += 1
    print("%s %d - %s" % ("not ok" if wrong else "ok", number, name), flush=True)
    for line in (wrong or "").splitlines()[:12]:
        print("#   " + re.sub(r"[^ -~]", "?", line)[:200])


def cell(source, kind):
    name = "%s %s to %s" % (source.kind, source.name, kind)
    target = os.path.join(source.folder, kind)
    os.mkdir(target)
    made = os.path.join(target, "made" + SUFFIX[kind])
    r = ovftool("convert", source.path, made, "--to", kind, *source.options)
    if r.returncode != 0:
        case(name, "exit %d: %s" % (r.returncode, r.stdout))
        return False
    wrong = None
    if kind in JUDGES and (kind not in NEEDS or NEEDS[kind] in os.environ):
        wrong = JUDGES[kind](made)
    if wrong is None and kind != "qemu":
        wrong = source.same_disks(made)
    case(name, wrong)
    shutil.rmtree(target)
    return wrong is None


def main():
    kinds = json.loads(subprocess.run([OVFTOOL, "formats", "--json"], check=True,
                                      stdout=subprocess.PIPE).stdout)["result"]["kinds"]
    readable = [k for k in SOURCES if any(x["name"] == k and x["read"] for x in kinds)]
    targets = [k for k in SUFFIX if any(x["name"] == k and x["write"] for x in kinds)]
    good = {}
    n = 0
    for kind in readable:
        for i, (path, model) in enumerate(spread(kind)):
            source = Source(kind, i, path, model)
            n += 1
            for t in targets:
                if not (kind == t == "ovf"):
                    good.setdefault((kind, t), []).append(cell(source, t))
            shutil.rmtree(source.folder)
    case("at least 20 sources: %d" % n, None if n >= 20 else "only %d" % n)
    print("# %-12s" % "" + "".join("%-12s" % t for t in targets))
    for k in readable:
        print("# %-12s" % k + "".join("%-12s" % ("%d/%d" % (sum(g), len(g))) for g in
                                      (good.get((k, t), []) for t in targets)))
    print("1..%d" % number)


main()
