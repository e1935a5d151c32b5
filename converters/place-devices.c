/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lies in a drive and what an adapter is, in QEMU's words: the same for
 * a domain of libvirt and for a command line. */
#include "place.h"

/* ---- drives ---------------------------------------------------------------- */
/* QEMU's names of formats. */
static const struct {
  const char *word, *qemu;
} drivers[] = {
  { "raw", "raw" },          { "iso", "raw" },
  { "qcow2", "qcow2" },      { "vmdk", "vmdk" },
  { "vmdk-stream", "vmdk" }, { "vmdk-sparse", "vmdk" },
  { "vmdk-flat", "vmdk" },   { "vdi", "vdi" },
  { "vhd", "vpc" },          { "vhdx", "vhdx" },
};

const char *
qemu_format (const struct disk *d)
{
  for (size_t i = 0; d && d->format && i < ARRAY_SIZE (drivers); i++)
    if (strcmp (drivers[i].word, d->format) == 0)
      return drivers[i].qemu;
  return "raw"; /* never probed: libvirt takes raw as well */
}

const struct disk *
drive_disk (const struct appliance *a, const struct drive *d)
{
  return d->disk != NO_INDEX ? &a->disks.ptr[d->disk] : NULL;
}

const char *
drive_href (const struct appliance *a, const struct drive *d)
{
  const struct disk *disk = drive_disk (a, d);
  size_t file = disk ? disk->file : d->file;

  return file != NO_INDEX ? a->files.ptr[file].href : NULL;
}

/* ---- boot order -------------------------------------------------------------- */
bool
has_boot_order (const struct machine *m)
{
  VECTOR_FOR (d, &m->drives)
    if (d->boot_order > 0)
      return true;
  VECTOR_FOR (n, &m->nics)
    if (n->boot_order > 0)
      return true;
  return false;
}

unsigned
place_boot_order (const struct machine *m, const struct layout *l,
                  const struct place *p)
{
  unsigned order = 1;

  if (has_boot_order (m) || l->explicit_boot == NULL)
    return p->drive->boot_order;
  if (p == l->explicit_boot)
    return order;
  if (p->drive->kind != DRIVE_CDROM)
    return 0;
  VECTOR_FOR (q, &l->places) {
    order += q->drive->kind == DRIVE_CDROM;
    if (q == p)
      return order;
  }
  return 0;
}

/* ---- network adapters -------------------------------------------------------- */
/* QEMU has neither vmxnet nor vmxnet2; e1000 is what most systems know. */
const struct hwmodel *
qemu_nic (const struct nic *n, bool native, const char *target,
          struct ovf_report *report)
{
  const struct hwmodel *h = hwmodel_by_name (HW_NIC, n->model);

  if (native)
    return hwmodel_by_name (HW_NIC, "virtio");
  /* The first row of a name has the words to write. */
  if (h != NULL && h->libvirt != NULL)
    return h;
  if (n->model != NULL) {
    report_loss (report, target, "nic",
                 "the network adapter model '%s' becomes e1000", n->model);
    report_hint (report, "the guest must have a driver for Intel 82540EM");
  }
  return hwmodel_by_name (HW_NIC, "e1000");
}

/* ---- the clock --------------------------------------------------------------- */
/* The tables know Windows by Proxmox's words: w2k, wxp, win10. */
bool
clock_is_local (const struct machine *m)
{
  const struct ostype *os = ostype_of (&m->os);

  if (m->clock != NULL)
    return strcmp (m->clock, "localtime") == 0;
  return os != NULL && os->proxmox != NULL && os->proxmox[0] == 'w';
}

bool
mac_is_unicast (const char *mac)
{
  return strchr ("02468ace", mac[1]) != NULL;
}
