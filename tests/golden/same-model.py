#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""same-model.py TARGET BEFORE.json AFTER.json FINDINGS

No silent loss: what differs between a model and the model read back from what
a writer made of it must be in the writer's report.  FINDINGS are lines of
tests/convert-text.  Prints the differences that no finding covers.
"""
import json
import re
import sys

# What a writer may say where the source says nothing.
ADDITIONS = {
    "libvirt": {
        "serials": (0, 1), "graphics": (None, "vnc"), "video": (None, "vga"),
        "clock": (None, "*"), "machine_type": (None, "*"),
        "firmware": ("bios", None), "usb": (None, "*"), "cpus": (None, 1),
        "memory": (None, "*"), "id": (None, "*"), "name": (None, "*"),
        "paravirtual": ("*", None), "os.osinfo": (None, "*"),
    },
    "proxmox": {
        "usb": ("*", True), "firmware": (None, "bios"), "cpus": (None, 1),
        "cores_per_socket": (None, "*"), "memory": (None, "*"), "id": ("*", "*"),
        "os.osinfo": ("*", "*"), "graphics": ("vnc", None), "video": (None, "vga"),
        "name": (None, "*"), "paravirtual": ("*", None), "secure_boot": (False, None),
    },
    "vmx": {
        "video": ("vmvga", None), "firmware": ("bios", None), "machine_type": ("pc", None),
        "clock": ("localtime", None), "cpus": (None, 1), "memory": (None, "*"),
        "id": (None, "*"), "name": (None, "*"), "paravirtual": ("*", None),
        "nics.N.model": (None, "e1000"), "drives.N.connected": (None, "*"),
        "usb": (None, "*"), "os.osinfo": (None, "*"),
    },
    "xen": {
        "serials": (0, 1), "graphics": (None, "vnc"), "clock": (None, "*"),
        "machine_type": ("*", "*"), "firmware": (None, "bios"), "cpus": (None, 1),
        "memory": (None, "*"), "paravirtual": (None, False), "id": ("*", "*"),
        "bootloader": (None, "pygrub"),
    },
    "ovf": {
        "cpus": (None, "*"), "memory": (None, "*"), "id": ("*", "*"),
        "usb": (None, False),
    },
    "xva": {
        "cpus": (None, 1), "memory": (None, "*"), "id": ("*", "*"), "name": (None, "*"),
        "uuid": (None, "*"), "firmware": (None, "bios"), "paravirtual": (None, False),
        "bootloader": (None, "pygrub"),
    },
    # An absent value is VirtualBox's usual one.
    "virtualbox": {
        "cpus": (None, 1), "memory": (None, "*"), "id": (None, "*"),
        "name": (None, "*"), "uuid": (None, "*"), "usb": (None, False),
        "clock": (None, "*"), "firmware": (None, "bios"), "tpm": (False, None),
        "secure_boot": (False, None), "cores_per_socket": ("*", None),
        "os.osinfo": ("*", None),  # its own word says it
    },
}
# Field (a regular expression) -> the words of LOSS-TARGET-word that cover it.
COVERED = {
    "libvirt": [
        (r"name|id", ["name"]),
        (r"machine_type", ["controller", "arch", "settings"]),
        (r"drives?\..*(bus|controller|unit)|drives", ["controller", "unit", "drive"]),
        (r"drives\..*", ["drive"]),
        (r"drives\..*\.boot_order|nics\..*\.boot_order", ["controller", "drive"]),
        (r"drives\..*\.device", ["device"]),
        (r"controllers", ["controller"]),
        (r"nics\..*\.model", ["nic"]),
        (r"nics\..*\.mac", ["mac"]),
        (r"nics\..*\.(network|attachment)", ["network"]),
        (r"networks", ["network"]),
        (r"sound", ["sound"]), (r"video", ["video"]),
        (r"graphics", ["graphics"]),
        (r"serials|parallels", ["ports"]),
        (r"cores_per_socket", ["topology"]),
        (r"kernel.*|ramdisk.*|cmdline", ["kernel"]),
        (r"drives\..*\.name", ["partition"]),
        (r"bootloader", ["bootloader"]),
        (r"paravirtual", ["paravirtual"]),
        (r"products.*", ["properties"]),
        (r"start_order", ["startup"]),
        (r"extras", ["settings"]),
    ],
    "proxmox": [
        (r"name", ["name"]), (r"memory", ["memory"]),
        (r"cores_per_socket", ["topology"]),
        (r"machine_type", ["machine"]),
        (r"secure_boot", ["secure-boot"]), (r"tpm", ["tpm"]),
        (r"drives\..*(bus|controller|unit)|drives\..*", ["controller", "unit", "drive", "floppy"]),
        (r"drives\..*\.device", ["device"]),
        (r"drives\..*\.connected", ["medium"]),
        (r"controllers", ["controller", "unit"]),
        (r"nics\..*\.model", ["nic"]), (r"nics\..*\.mac", ["mac"]),
        (r"nics\..*", ["nic"]),
        (r"sound", ["sound"]), (r"video", ["video"]), (r"graphics", ["graphics"]),
        (r"serials|parallels", ["ports"]),
        (r"kernel.*|ramdisk.*|cmdline", ["kernel"]),
        (r"bootloader", ["bootloader"]), (r"paravirtual", ["paravirtual"]),
        (r"products.*", ["properties"]), (r"start_order", ["startup"]),
        (r"extras", ["settings"]),
    ],
    "virtualbox": [
        (r"name|id", ["name"]),
        (r"memory", ["memory"]), (r"cpus", ["cpus"]),
        (r"secure_boot", ["secure-boot"]),
        (r"firmware", ["secure-boot"]),
        (r"machine_type", ["machine-type"]),
        (r"drives?\..*(bus|controller|unit)|drives", ["controller", "drive"]),
        (r"drives\..*\.device", ["host-device"]),
        (r"drives\..*", ["drive", "controller"]),
        (r"(drives|nics)\..*\.boot_order", ["boot-order"]),
        (r"controllers", ["controller"]),
        (r"nics\..*\.model", ["nic"]), (r"nics\..*", ["nic"]),
        (r"nics\..*\.mac", ["mac"]),
        (r"nics\..*\.(network|attachment)", ["network"]),
        (r"sound", ["sound"]), (r"video", ["video"]),
        (r"graphics", ["graphics"]), (r"serials|parallels", ["ports"]),
        (r"kernel.*|ramdisk.*|cmdline", ["kernel"]),
        (r"bootloader", ["bootloader"]), (r"paravirtual", ["paravirtual"]),
        (r"products.*", ["properties"]), (r"start_order", ["startup"]),
        (r"extras", ["settings"]),
    ],
    "vmx": [
        (r"memory", ["memory"]), (r"os\..*", ["os"]),
        (r"machine_type", ["machine"]),
        (r"drives\..*\.(bus|controller|unit)", ["controller", "unit"]),
        (r"drives\..*", ["drive"]),
        (r"drives\..*\.disk", ["read-only"]),
        (r"drives\..*\.read_only", ["read-only"]),
        (r"drives\..*\.boot_order|nics\..*\.boot_order", ["boot-order"]),
        (r"drives\..*\.(device|connected)", ["device"]),
        (r"controllers", ["controller"]),
        (r"nics\..*", ["nic"]),
        (r"nics\..*\.mac", ["mac"]),
        (r"nics\..*\.(network|attachment)", ["network"]),
        (r"sound", ["sound"]), (r"video", ["video"]), (r"graphics", ["graphics"]),
        (r"tpm", ["tpm"]), (r"serials|parallels", ["ports"]),
        (r"cores_per_socket", ["topology"]),
        (r"kernel.*|ramdisk.*|cmdline", ["kernel"]),
        (r"bootloader", ["bootloader"]),
        (r"products.*", ["properties"]), (r"start_order", ["startup"]),
        (r"extras", ["settings", "setting", "nvram"]),
    ],
    "xen": [
        (r"name|id", ["name"]), (r"memory", ["memory"]),
        (r"drives?\..*(bus|controller|unit|name)|drives", ["controller", "unit", "floppy"]),
        (r"drives\..*", ["drive", "floppy"]),
        (r"drives\..*\.(boot_order)|nics\..*\.boot_order", ["boot-order"]),
        (r"drives\..*\.device", ["device"]), (r"drives\..*\.disk", ["shared"]),
        (r"controllers", ["controller", "floppy"]),
        (r"nics\..*\.model", ["nic"]), (r"nics\..*\.mac", ["mac"]),
        (r"nics\..*\.connected", ["link"]), (r"nics\..*", ["network"]),
        (r"sound", ["sound"]), (r"video", ["video"]), (r"graphics", ["graphics"]),
        (r"serials|parallels", ["ports"]), (r"usb", ["usb"]),
        (r"cores_per_socket", ["topology"]), (r"tpm", ["tpm"]),
        (r"cmdline", ["cmdline"]),
        (r"secure_boot", ["secure-boot"]), (r"firmware", ["firmware"]),
        (r"kernel.*|ramdisk.*", ["kernel"]), (r"bootloader", ["bootloader"]),
        (r"os\.osinfo", ["os"]), (r"description", ["description"]),
        (r"products.*", ["properties"]), (r"start_order", ["startup"]),
        (r"extras", ["settings"]),
    ],
    "ovf": [
        (r"memory", ["memory"]),
        (r"bootloader", ["bootloader"]),
        (r"drives\..*\.device", ["host-device"]),
        (r"drives\..*\.disk", ["shared-disk"]),
        (r"extras", ["extra", "vbox-machine", "section"]),
    ],
    "xva": [
        (r"drives\..*\.(bus|controller|unit)", ["controller"]),
        (r"drives\..*", ["floppy", "drive"]),
        (r"drives\..*\.boot_order", ["boot-order"]),
        (r"drives\..*\.device", ["device"]), (r"drives\..*\.(file|disk)", ["medium"]),
        (r"drives\..*\.connected", ["medium"]),
        (r"controllers", ["controller"]),
        (r"nics\..*\.model", ["nic"]), (r"nics\..*\.connected", ["connected"]),
        (r"nics\..*\.(network|attachment)", ["network"]),
        (r"sound", ["sound"]), (r"video", ["video"]), (r"graphics", ["graphics"]),
        (r"serials|parallels", ["ports"]), (r"clock", ["clock"]), (r"tpm", ["tpm"]),
        (r"usb", ["usb"]), (r"kernel.*|ramdisk.*", ["kernel"]), (r"cmdline", ["cmdline", "kernel"]),
        (r"bootloader", ["bootloader"]), (r"firmware|secure_boot", ["firmware"]),
        (r"machine_type", ["machine-type"]),
        (r"products.*", ["properties", "product"]), (r"extras", ["settings"]),
    ],
}


def controllers(machine):
    """Those with drives, or of a SCSI model: what hardware there is."""
    used = {(d["bus"], d["controller"]) for d in machine["drives"]}
    return sorted([c["bus"], c["index"], c["model"]]
                  for c in machine["controllers"]
                  if (c["bus"], c["index"]) in used and c["model"])


def drive(model, d):
    """With what is in it, in place of ids."""
    d = dict(d, id=None)
    disk = next((x for x in model["disks"] if x["id"] == d["disk"]), None)
    name = (disk or {}).get("file") or d["file"]
    f = next((x for x in model["files"] if x["id"] == name), None)
    d["disk"] = disk and [disk["format"], disk["shared"], disk["read_only"]]
    d["file"] = f and f["href"]
    if f is not None:
        d["device"] = None
    return d


def nic(n):
    n = dict(n, id=None)
    if n["attachment"] == "none":
        n["attachment"], n["connected"] = "user", False
    if n["connected"]:
        n["connected"] = None
    if n["attachment"] in (None, "nat"):
        n["attachment"], n["network"] = "network", "default"
    if n["model"] is None:
        n["model"] = "e1000"
    return n


def as_xva(out):
    """What an XVA says in another way, or by saying nothing."""
    order = sorted((v, k) for k, v in out.items() if k.endswith(".boot_order") and v)
    disk_first = not order or out[order[0][1][:-10] + "kind"] == "disk" \
        if not order or order[0][1].startswith("drives") else False
    for k in out:
        if k.endswith(".disk") and out[k]:
            out[k] = out[k][1:]
            out[k[:-4] + "file"] = None
        if k.endswith(".boot_order"):
            out[k] = None if disk_first else [x[1] for x in order].index(k) + 1 \
                if out[k] else None
        if k.endswith(".connected") and out[k] in (True, None):
            out[k] = None
        if k.endswith(".model") and out[k] == "netfront":
            out[k] = None
        if k.endswith(".attachment") and out[k] is None:
            out[k] = "network"
    if out["clock"] == "utc":
        out["clock"] = None
    if out["graphics"] == "vnc":
        out["graphics"] = None
    out["machine_type"] = None  # there is one
    out["extras"] = [k for k in out["extras"] if not k.startswith("item ")]


def as_xen(out):
    """The format of images is the target's, where they are new."""
    for k in out:
        if k.endswith(".disk") and out[k]:
            out[k] = out[k][1:]
        if re.fullmatch(r"drives\.\d+\.file", k) and out[k]:
            out[k] = re.sub(r"\.(raw|qcow2)$", "", out[k])


def xen_nic(n):
    n = dict(n, id=None)
    if n["connected"]:
        n["connected"] = None
    if n["attachment"] in (None, "network"):
        n["attachment"], n["network"] = "bridge", "xenbr0"
    return n


def vb_nic(n):
    """What VirtualBox always says."""
    n = dict(n, id=None, connected=n["connected"] is not False,
             model=n["model"] or "e1000")
    if [n["attachment"], n["network"]] in ([None, n["network"]], ["network", "default"]):
        n["attachment"], n["network"] = "nat", None
    return n


NIC = {"libvirt": nic, "virtualbox": vb_nic, "xen": xen_nic}


def seat(d):
    return d["bus"], d["controller"], d["unit"]


def flat(model, target):
    """{field: value} of what a writer has to carry."""
    m = model["machines"][0]
    out = {k: m[k] for k in (
        "id", "name", "cpus", "cores_per_socket", "memory", "uuid", "firmware",
        "secure_boot", "tpm", "cmdline", "bootloader", "serials", "graphics",
        "paravirtual", "parallels", "video", "sound", "usb", "clock",
        "machine_type", "start_order")}
    out["description"] = m["description"] or m["annotation"]
    out["os.osinfo"] = m["os"]["osinfo"]
    # The path of a boot loader is its host's.
    out["bootloader"] = m["bootloader"] and m["bootloader"].split("/")[-1]
    hrefs = {f["id"]: f["href"] for f in model["files"]}
    out["kernel"] = hrefs.get(m["kernel_file"], m["kernel"])
    out["ramdisk"] = hrefs.get(m["ramdisk_file"], m["ramdisk"])
    out["controllers"] = controllers(m)
    drives = m["drives"]
    if target == "virtualbox":  # which has them by controller
        drives = sorted((dict(d, connected=d["connected"] is not False) for d in drives),
                        key=seat)
    for i, d in enumerate(drives):
        for k, v in drive(model, d).items():
            out["drives.%d.%s" % (i, k)] = v
    for i, n in enumerate(m["nics"]):
        for k, v in NIC.get(target, lambda n: dict(n, id=None))(n).items():
            out["nics.%d.%s" % (i, k)] = v
    out["products"] = [[p["full_key"] for p in x["properties"]]
                       for x in m["products"]]
    out["extras"] = sorted({e["key"] for e in m["extras"] + model["extras"]
                            if e["owner"] != target})
    if target == "proxmox":
        without_habits(out)
    if target == "xva":
        as_xva(out)
    if target == "xen":
        as_xen(out)
    elif str(out["machine_type"]).startswith("xen"):
        out["machine_type"] = None  # the kind of guest: see paravirtual
    return out


def without_habits(out):
    """What a Proxmox configuration says in its own way for every guest."""
    out["extras"] = [k for k in out["extras"] if not k.startswith("item ")]
    out["controllers"] = [c for c in out["controllers"] if c[0] != "ide"]
    for k in list(out):
        if re.search(r"\.(boot_order|network|attachment|id)$", k):
            del out[k]  # it always says an order; networks are settled
        elif k.endswith(".connected") and out[k]:
            out[k] = None
        elif re.match(r"nics\.\d+\.model", k) and out[k] is None:
            out[k] = "e1000"


def main():
    target, before, after, findings = sys.argv[1:]
    a, b = (flat(json.load(open(f)), target) for f in (before, after))
    losses = set(re.findall(r"\[LOSS-%s-([a-z-]+)\]" % target, open(findings).read()))
    bad = 0
    for field in sorted(set(a) | set(b)):
        x, y = a.get(field), b.get(field)
        if field == "memory" and x is not None and target == "libvirt":
            x = (x + 1023) // 1024 * 1024
        if x == y or (not x and not y):
            continue
        if field == "controllers" and all(c in y for c in x):
            continue  # the model of a controller that was not said
        add = ADDITIONS[target].get(re.sub(r"\d+", "N", field))
        if add and add[0] in ("*", x) and add[1] in ("*", y):
            continue
        if any(re.fullmatch(r, field) and losses & set(words)
               for r, words in COVERED[target]):
            continue
        print("%s: %r became %r, and no finding says so" % (field, x, y))
        bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
