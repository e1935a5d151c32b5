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
        "clock": (None, "*"), "machine_type": ((None, "*"), ("xenfv", "pc")),
        "drives.N.boot_order": (None, "*"), "nics.N.boot_order": (None, "*"),
        "firmware": ("bios", None), "usb": (None, "*"), "cpus": (None, 1),
        "memory": (None, "*"), "name": (None, "*"),
        "paravirtual": ("*", None), "os.osinfo": (None, "*"),
    },
    "proxmox": {
        "usb": ("*", True), "firmware": (None, "bios"), "cpus": (None, 1),
        "cores_per_socket": (None, "*"), "memory": (None, "*"),
        "os.osinfo": ("*", "*"), "graphics": (None, "*"), "video": (None, "*"),
        "name": (None, "*"), "paravirtual": ("*", None), "secure_boot": (False, None),
    },
    "vmx": {
        "video": ("vmvga", None), "firmware": ("bios", None), "machine_type": ("pc", None),
        "clock": ("localtime", None), "cpus": (None, 1), "memory": (None, "*"),
        "name": (None, "*"), "paravirtual": ("*", None),
        "nics.N.model": (None, "e1000"), "drives.N.connected": (None, "*"),
        "usb": (None, "*"), "os.osinfo": (None, "*"),
    },
    # A domain of Xen: usb False and nothing said are the same there.
    "libvirt-xen": {
        "serials": (0, 1), "graphics": (None, "vnc"), "clock": (None, "*"),
        "machine_type": ("*", "*"), "firmware": (None, "bios"), "cpus": (None, 1),
        "memory": (None, "*"), "paravirtual": (None, False), "id": ("*", "*"),
        "bootloader": (None, "pygrub"), "name": (None, "*"), "os.osinfo": (None, "*"),
    },
    "xen": {
        "serials": (0, 1), "graphics": (None, "vnc"), "clock": ((None, "*"), ("utc", None)),
        "machine_type": ("*", "*"), "firmware": (None, "bios"), "cpus": (None, 1),
        "memory": (None, "*"), "paravirtual": (None, False), "name": (None, "*"),
        "drives.N.boot_order": (None, "*"), "nics.N.boot_order": (None, "*"),
        "cores_per_socket": (1, None),
        "bootloader": (None, "pygrub"),
    },
    "ovf": {
        "cpus": (None, "*"), "memory": (None, "*"), "usb": (None, False), "name": (None, "*"),
        "start_order": (None, "*"),
        "nics.N.network": (None, "*"),  # called after the attachment
    },
    "xva": {
        "cpus": (None, 1), "memory": (None, "*"), "name": (None, "*"),
        "uuid": (None, "*"), "firmware": (None, "bios"), "paravirtual": (None, False),
        "bootloader": (None, "pygrub"), "nics.N.model": (None, "e1000"),
    },
    "spec": {
        "cpus": (None, 1), "memory": (None, "*"), "name": (None, "*"),
        "secure_boot": (False, None), "tpm": (False, None), "os.osinfo": (None, "*"),
        "usb": (None, "*"), "firmware": (None, "bios"),
        "nics.N.connected": (None, True), "drives.N.connected": (None, True),
        "nics.N.network": (None, "*"),  # the adapter's own
    },
    # An absent value is VirtualBox's usual one.
    "virtualbox": {
        "cpus": (None, 1), "memory": (None, "*"), "name": (None, "*"), "uuid": (None, "*"), "usb": (None, False),
        "clock": (None, "*"), "firmware": (None, "bios"), "tpm": (False, None),
        "secure_boot": (False, None), "cores_per_socket": ("*", None),
        "os.osinfo": ("*", "*"),  # its own word says it
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
        (r"firmware", ["secure-boot"]), (r"cores_per_socket", ["topology"]),
        (r"usb", ["usb"]), (r"machine_type", ["machine-type"]),
        (r"drives?\..*(bus|controller|unit)|drives", ["controller", "drive"]),
        (r"drives\..*\.(device|connected)", ["host-device"]),
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
        (r"controllers", ["controller", "drive"]),
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
    "spec": [
        (r"uuid", ["uuid"]), (r"clock", ["clock"]), (r"graphics", ["graphics"]),
        (r"machine_type", ["machine-type"]), (r"parallels", ["parallel"]),
        (r"sound", ["sound"]), (r"os\..*", ["os"]), (r"start_order", ["collection"]),
        (r"secure_boot", ["secure-boot"]),
        (r"drives\..*\.(bus|unit)", ["bus", "unit"]),
        (r"drives\..*\.controller|controllers", ["controller", "controller-index", "bus"]),
        (r"drives\..*\.device", ["host-device"]),
        (r"drives\..*\.disk", ["disk", "parent", "shared"]),
        (r"drives\..*", ["disk"]), (r"drives\..*\.read_only", ["read-only"]),
        (r"(drives|nics)\..*\.boot_order", ["boot-order"]),
        (r"nics\..*\.attachment", ["attachment"]),
        (r"extras", ["extra", "setting", "device"]), (r"products.*", ["property-value"]),
        (r"kernel|ramdisk|cmdline|bootloader|paravirtual", ["boot"]),
    ],
    "xva": [
        (r"drives\..*\.(bus|controller|unit)", ["controller"]),
        (r"drives\..*", ["floppy", "drive"]),
        (r"(drives|nics)\..*\.boot_order", ["boot-order", "floppy"]),
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
# What converters/loss.c says for most of them.
COMMON = [
    (r"firmware", ["firmware"]), (r"start_order", ["startup"]),
    (r"cmdline|kernel|ramdisk", ["cmdline", "kernel"]), (r"paravirtual", ["paravirtual"]),
    (r"bootloader", ["bootloader"]), (r"drives\..*\.name", ["partition"]),
]

# The same devices; of the rest a domain has words for more.
COVERED["libvirt-xen"] = COVERED["xen"]


def controllers(machine):
    """Those with drives, or of a SCSI model: what hardware there is."""
    used = {(d["bus"], d["controller"]) for d in machine["drives"]}
    return sorted([c["bus"], c["index"], c["model"]]
                  for c in machine["controllers"]
                  if (c["bus"], c["index"]) in used and c["model"]
                  and (c["bus"], c["model"]) not in USUAL)


def drive(model, d):
    """With what is in it, in place of ids."""
    d = dict(d, id=None)
    disk = next((x for x in model["disks"] if x["id"] == d["disk"]), None)
    name = (disk or {}).get("file") or d["file"]
    f = next((x for x in model["files"] if x["id"] == name), None)
    d["disk"] = disk and d["kind"] == "disk" and [disk["format"], disk["shared"]] or None
    d["file"] = f and f["href"]
    if d["bus"] == "usb":
        d["unit"] = None  # ports, which nobody sees
    if disk is not None and disk["read_only"]:
        d["read_only"] = True
    if disk is None and f is None or d["connected"]:
        d["connected"] = None  # an empty one, or as usual
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


def as_xen(out):
    """The format of images is the target's, where they are new; the order that
    every guest has is none."""
    order = sorted((v, k[:-10]) for k, v in out.items() if k.endswith(".boot_order") and v)
    if "".join({"disk": "c", "cdrom": "d"}.get(out.get(k + "kind"), "n")
               for _, k in order) in ("c", "cd", "cn", "cdn", "n"):
        for _, k in order:
            out[k + "boot_order"] = None
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


# What the reader of descriptors keeps of devices that the model knows.
IN_MODEL = {"item " + d for d in ("usb", "sound", "serial", "parallel", "video", "tpm")}
# The chips that every PC has.
USUAL = ("ide", "piix3"), ("ide", "piix4"), ("ide", "ich6"), ("floppy", "i82078"), ("virtio-blk", "virtio-blk")


def xen_domain_nic(n):
    n = dict(n, id=None)
    if n["connected"]:
        n["connected"] = None
    if n["attachment"] in (None, "nat"):
        n["attachment"], n["network"] = "network", "default"
    return n


NIC = {"libvirt": nic, "libvirt-xen": xen_domain_nic, "virtualbox": vb_nic, "xen": xen_nic}


def seat(d):
    return d["bus"], d["controller"], d["unit"]


def flat(model, target):
    """{field: value} of what a writer has to carry."""
    m = model["machines"][0]
    out = {k: m[k] for k in (
        "name", "cpus", "cores_per_socket", "memory", "uuid", "firmware",
        "secure_boot", "tpm", "cmdline", "bootloader", "serials", "graphics",
        "paravirtual", "parallels", "video", "sound", "usb", "clock",
        "machine_type", "start_order")}
    text = "\n\n".join(filter(None, (m["description"], m["annotation"])))
    out["description"] = re.sub(r"[ \r]+\n", "\n", text)
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
    if len(model["machines"]) < 2:
        out["start_order"] = None
    out["products"] = [[p["full_key"] for p in x["properties"]]
                       for x in m["products"] if x["properties"]]
    out["extras"] = sorted({re.sub(r"^item-config \S+", "item-config", e["key"])
                            for e in m["extras"] + model["extras"]} - IN_MODEL)
    if target == "proxmox":
        without_habits(out)
    if target == "spec":
        for k in out:
            if k.endswith(".disk") and out[k]:
                out[k] = out[k][1:]  # a build looks at the image
    if target == "xva":
        as_xva(out)
    if target in ("xen", "libvirt-xen"):
        as_xen(out)
    elif str(out["machine_type"]).startswith("xen"):
        out["machine_type"] = None  # the kind of guest: see paravirtual
    return out


def without_habits(out):
    """What a Proxmox configuration says in its own way for every guest."""
    out["controllers"] = [c for c in out["controllers"] if c[0] != "ide"]
    for k in list(out):
        if re.search(r"\.(boot_order|network|attachment|id)$", k):
            del out[k]  # it always says an order; networks are settled
        elif k.endswith(".connected") and out[k]:
            out[k] = None
        elif re.match(r"nics\.\d+\.model", k) and out[k] is None:
            out[k] = "e1000"


def differences(target, before, after, losses):
    """[(field, before, after, covered)]; LOSSES are the words of findings."""
    a, b = flat(before, target), flat(after, target)
    for field in sorted(set(a) | set(b)):
        x, y = a.get(field), b.get(field)
        if field == "memory" and x is not None and target in ("libvirt", "libvirt-xen", "spec"):
            x = (x + 1023) // 1024 * 1024
        if x == y or (not x and not y and not field.endswith(".connected")):
            continue
        if field.endswith(".bus") and x == "unknown":
            yield field, x, y, True  # every drive has one
            continue
        if field in ("controllers", "extras") and all(c in y for c in x):
            continue  # the model of a controller that was not said
        adds = ADDITIONS[target].get(re.sub(r"\d+", "N", field), ())
        if adds and not isinstance(adds[0], tuple):
            adds = (adds,)
        yield field, x, y, bool(
            any(p in ("*", x) and q in ("*", y) for p, q in adds)
            or any(re.fullmatch(r, field) and losses & set(words)
                   for r, words in COVERED[target] + COMMON))


def loss_words(target, findings):
    return set(re.findall(r"\[LOSS-%s-([a-z-]+)\]" % target.split("-")[0], findings))


def main():
    target, before, after, findings = sys.argv[1:]
    with open(before) as a, open(after) as b, open(findings) as f:
        found = differences(target, json.load(a), json.load(b), loss_words(target, f.read()))
    bad = 0
    for field, x, y, covered in found:
        if not covered:
            print("%s: %r became %r, and no finding says so" % (field, x, y))
            bad = 1
    return bad


if __name__ == "__main__":
    sys.exit(main())
