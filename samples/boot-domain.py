#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""boot-domain.py [--print] [--seconds N] [--until TEXT] DOMAIN.xml

Boots what a libvirt domain XML describes with QEMU's software emulation, so
that no libvirtd and no /dev/kvm is needed: the machine type, firmware, memory
and CPUs, every drive on the controller that the XML names, and the NIC models
(on no network).  Disks are opened with snapshot=on: they do not change.  The
guest's serial port goes to standard output.

Exit status: 0 TEXT was seen (or, without --until, the guest ended), 1 it was
not, 2 the XML says something this script does not know.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ET

# libvirt's model names of SCSI controllers -> QEMU's devices.
SCSI = {
    None: "lsi53c895a", "auto": "lsi53c895a", "lsilogic": "lsi53c895a",
    "lsisas1068": "mptsas1068", "lsisas1078": "megasas", "vmpvscsi": "pvscsi",
    "virtio-scsi": "virtio-scsi-pci", "virtio-non-transitional":
    "virtio-scsi-pci", "virtio-transitional": "virtio-scsi-pci",
}
NICS = {"virtio": "virtio-net-pci"}
FIRMWARE = ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_CODE.fd",
            "/usr/share/edk2/ovmf/OVMF_CODE.fd"]


class Unknown(Exception):
    pass


def quoted(path):
    return path.replace(",", ",,")


def memory(domain):
    units = {"b": 1, "bytes": 1, "KB": 1000, "k": 1024, "KiB": 1024,
             "MB": 10**6, "M": 2**20, "MiB": 2**20, "GB": 10**9, "G": 2**30,
             "GiB": 2**30, None: 1024}
    m = domain.find("memory")
    return max(1, int(m.text) * units[m.get("unit")] >> 20)


def firmware(domain, scratch):
    os_ = domain.find("os")
    loader = os_.find("loader")
    if os_.get("firmware") != "efi" and (loader is None
                                         or loader.get("type") != "pflash"):
        return []
    code = next((f for f in FIRMWARE if os.path.exists(f)), None)
    if code is None:
        raise Unknown("no OVMF firmware on this machine (package ovmf)")
    own = os.path.join(scratch, "vars.fd")
    shutil.copy(code.replace("CODE", "VARS"), own)
    return ["-drive", "if=pflash,unit=0,format=raw,readonly=on,file=" + code,
            "-drive", "if=pflash,unit=1,format=raw,file=" + own]


def letters(name):
    """The number that a drive's letters stand for: a is 0, aa is 26."""
    n = 0
    for c in name:
        n = n * 26 + ord(c) - ord("a") + 1
    return n - 1


def place(disk, per_controller):
    """(controller, unit) of a disk: its <address>, else its target's letter."""
    a = disk.find("address")
    if a is not None and a.get("type") == "drive":
        return (int(a.get("controller", 0)),
                int(a.get("bus", 0)) * (2 if per_controller == 4 else 0)
                + int(a.get("unit", 0)))
    n = letters(disk.find("target").get("dev")[2:])
    return n // per_controller, n % per_controller


def controllers(domain, machine):
    args, q35 = [], "q35" in machine
    models = {}
    for c in domain.findall("devices/controller"):
        models[c.get("type"), int(c.get("index", 0))] = c.get("model")
    used = set()
    for d in domain.findall("devices/disk"):
        bus = d.find("target").get("bus")
        per = {"ide": 4, "sata": 6, "scsi": 7, "fdc": 2}.get(bus, 1)
        if bus in ("sata", "scsi"):
            used.add((bus, place(d, per)[0]))
    for bus, i in sorted(used):
        if bus == "sata":
            if not (q35 and i == 0):
                args += ["-device", "ich9-ahci,id=sata%d" % i]
        else:
            model = models.get(("scsi", i))
            if model not in SCSI:
                raise Unknown("SCSI controller model '%s'" % model)
            args += ["-device", "%s,id=scsi%d" % (SCSI[model], i)]
    return args


def drive(n, disk, machine):
    kind = disk.get("device", "disk")
    target = disk.find("target")
    bus = target.get("bus")
    source = disk.find("source")
    path = source.get("file") if source is not None else None
    if path is None:
        return []            # an empty CD drive or floppy changes no boot
    driver = disk.find("driver")
    fmt = driver.get("type", "raw") if driver is not None else "raw"
    node = "d%d" % n
    options = "readonly=on" if kind == "cdrom" else "snapshot=on"
    args = ["-drive", "if=none,id=%s,format=%s,%s,file=%s"
            % (node, fmt, options, quoted(path))]
    boot = disk.find("boot")
    index = ",bootindex=%s" % boot.get("order") if boot is not None else ""
    name = {"disk": "hd", "cdrom": "cd"}.get(kind)
    if bus == "virtio":
        dev = "virtio-blk-pci,drive=" + node
    elif bus == "nvme":
        dev = "nvme,serial=%s,drive=%s" % (node, node)
    elif bus == "usb":
        args += ["-device", "qemu-xhci,id=usb%d" % n]
        dev = "usb-storage,bus=usb%d.0,drive=%s" % (n, node)
    elif bus == "ide" and name:
        _, unit = place(disk, 4)
        dev = "ide-%s,bus=ide.%d,unit=%d,drive=%s" % (name, unit // 2, unit % 2, node)
    elif bus == "sata" and name:
        c, unit = place(disk, 6)
        on = "ide" if "q35" in machine and c == 0 else "sata%d" % c
        dev = "ide-%s,bus=%s.%d,drive=%s" % (name, on, unit, node)
    elif bus == "scsi" and name:
        c, unit = place(disk, 7)
        dev = "scsi-%s,bus=scsi%d.0,scsi-id=%d,drive=%s" % (name, c, unit, node)
    else:
        raise Unknown("a %s on bus '%s'" % (kind, bus))
    return args + ["-device", dev + index]


def command(domain, scratch):
    if domain.tag != "domain":
        raise Unknown("no <domain>")
    machine = domain.find("os/type").get("machine", "pc")
    q35 = "q35" in machine
    args = ["qemu-system-x86_64", "-accel", "tcg",
            "-machine", machine if machine in ("pc", "q35") else
            "q35" if q35 else "pc",
            "-m", str(memory(domain)),
            "-smp", (domain.findtext("vcpu") or "1").strip(), "-display", "none",
            "-monitor", "none", "-serial", "stdio", "-no-reboot",
            "-nodefaults", "-vga", "std"]
    args += firmware(domain, scratch) + controllers(domain, machine)
    for n, d in enumerate(domain.findall("devices/disk")):
        args += drive(n, d, machine)
    for n, i in enumerate(domain.findall("devices/interface")):
        model = i.find("model")
        model = model.get("type") if model is not None else "rtl8139"
        args += ["-netdev", "user,restrict=on,id=n%d" % n,
                 "-device", "%s,netdev=n%d" % (NICS.get(model, model), n)]
    return args


def boot(args, seconds, until):
    """Runs QEMU, passes its words on; True when they held `until`."""
    complaints = tempfile.TemporaryFile()
    p = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=complaints)
    timer = threading.Timer(seconds, p.kill)
    timer.start()
    seen = False
    try:
        for line in p.stdout:
            text = line.decode("utf-8", "replace").replace("\r", "").rstrip("\n")
            # The firmware's cursor movements are not the guest's words.
            text = "".join(c for c in text if c.isprintable() or c == "\t")
            print(text, flush=True)
            if until and until in text:
                seen = True
                break
    finally:
        timer.cancel()
        if p.poll() is None:
            p.terminate()
        p.wait()
    good = seen if until else p.returncode == 0
    if not good:
        complaints.seek(0)
        sys.stderr.write(complaints.read().decode("utf-8", "replace"))
    return good


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n\n")[1])
    ap.add_argument("xml")
    ap.add_argument("--print", action="store_true", help="only show QEMU's command line")
    ap.add_argument("--seconds", type=float, default=120)
    ap.add_argument("--until", help="stop, successfully, when the guest says this")
    a = ap.parse_args()
    # timeout(1) ends us by SIGTERM: then QEMU must go as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as scratch:
        try:
            args = command(ET.parse(a.xml).getroot(), scratch)
        except Unknown as e:
            print("boot-domain: %s" % e, file=sys.stderr)
            return 2
        if a.print:
            print(" ".join(args))
            return 0
        return 0 if boot(args, a.seconds, a.until) else 1


if __name__ == "__main__":
    sys.exit(main())
