/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a model holds and an XVA has no place for. */
#include "loss.h"
#include "xva.h"

#define LOSE(what, ...) report_loss (x->report, "xva", what, __VA_ARGS__)

/* ---- devices ------------------------------------------------------------------- */
static const char *
bus_title (const struct controller *c)
{
  return c->model ? c->model : bus_word (c->bus);
}

static void
lost_controllers (const struct xva_writer *x)
{
  VECTOR_FOR (c, &x->m->controllers)
    if (c->bus != BUS_XEN && c->bus != BUS_FLOPPY && c->bus != BUS_USB)
      LOSE ("controller", "the %s controller %u becomes Xen's block devices",
            bus_title (c), c->index);
}

static bool
is_there (const struct xva_writer *x, const struct drive *d)
{
  VECTOR_FOR (e, &x->drives)
    if (e->drive == d)
      return true;
  return false;
}

/* A paravirtual guest boots from the disk that is marked, a full one from the
 * first disk or the first CD. */
static bool
is_first (const struct xva_writer *x, const struct drive *d)
{
  const struct xva_drive *first = NULL;

  if (x->pv)
    return d->kind == DRIVE_DISK && d->boot_order == 1;
  VECTOR_FOR (e, &x->drives)
    if (e->drive->kind == d->kind && (first == NULL || e->position < first->position))
      first = e;
  return first == NULL || first->drive == d;
}

static void
lost_drives (const struct xva_writer *x)
{
  VECTOR_FOR (d, &x->m->drives) {
    if (d->name != NULL)
      LOSE ("partition", "the disk that the guest calls '%s' is called otherwise here",
            d->name);
    if (d->kind == DRIVE_FLOPPY)
      LOSE ("floppy", "an XVA has no floppy drives");
    else if (!is_there (x, d))
      LOSE ("drive", "a drive at %s %u:%u has no disk, or too many are before it",
            bus_word (d->bus), d->controller, d->unit);
    else if (d->kind == DRIVE_CDROM && (d->file != NO_INDEX || d->disk != NO_INDEX))
      LOSE ("medium", "the image in a CD drive cannot travel: the drive is empty");
    if (is_there (x, d) && d->boot_order > 0 && !is_first (x, d))
      LOSE ("boot-order", "only the first %s can be booted, not that at %s %u:%u",
            drive_kind_word (d->kind), bus_word (d->bus), d->controller, d->unit);
    if (d->device != NULL && d->file == NO_INDEX && d->disk == NO_INDEX)
      LOSE ("device", "the device '%s' of a host is left out", d->device);
  }
}

static bool
is_xen_nic (const char *model)
{
  return model == NULL || strcmp (model, "netfront") == 0;
}

static void
lost_nics (const struct xva_writer *x)
{
  const char *all = x->m->nics.len > 0 ? x->m->nics.ptr[0].model : NULL;
  bool emulated = !x->pv && all != NULL
                  && (strcmp (all, "e1000") == 0 || strcmp (all, "rtl8139") == 0);

  VECTOR_FOR (n, &x->m->nics) {
    if (!is_xen_nic (n->model) && !(emulated && strcmp (n->model, all) == 0))
      LOSE ("nic", "the %s adapter becomes one of Xen", n->model);
    if (n->connected == NO)
      LOSE ("connected", "the adapter of '%s' will be connected", n->network ? n->network : "");
    if (n->attachment == ATTACH_HOSTONLY || n->attachment == ATTACH_INTERNAL
        || n->attachment == ATTACH_NONE)
      LOSE ("network", "an adapter that was attached '%s' gets a network of the pool",
            attachment_word (n->attachment));
    if (n->network == NULL)
      LOSE ("network", "an adapter has no network: XAPI refuses it until it is given one");
  }
}

/* ---- settings ------------------------------------------------------------------------ */
static void
lost_software (const struct xva_writer *x)
{
  static const struct loss_words words = {
    .target = "xva", .noun = "XVA", .keeps_own = true
  };
  size_t eulas = x->m->eulas.len;

  for (size_t i = x->m->collection; i < x->a->collections.len;
       i = x->a->collections.ptr[i].parent)
    eulas += x->a->collections.ptr[i].eulas.len;
  loss_settings (&words, x->a, x->m, x->report);
  if (x->m->products.len > 0)
    LOSE ("product", "product and vendor have no place in an XVA");
  if (eulas > 0)
    LOSE ("eula", "the license agreement has no place in an XVA");
}

static void
lost_kernel (const struct xva_writer *x)
{
  const struct machine *m = x->m;

  if (m->kernel_file != NO_INDEX || m->ramdisk_file != NO_INDEX) {
    LOSE ("kernel", "kernel and ramdisk cannot travel in an XVA");
    report_hint (x->report, "the guest must boot from its own disk (pygrub)");
  } else if (!x->pv && m->kernel != NULL)
    LOSE ("kernel", "a full virtual machine boots from its disk, not '%s'", m->kernel);
  if (!x->pv && m->bootloader != NULL)
    LOSE ("bootloader", "a full virtual machine has no boot loader '%s'", m->bootloader);
  if (!x->pv && m->cmdline != NULL && m->kernel == NULL)
    LOSE ("cmdline", "a full virtual machine has no kernel command line");
  if (x->pv && (m->firmware == FIRMWARE_UEFI || m->secure_boot == YES))
    LOSE ("firmware", "a paravirtual guest has no firmware");
  if (!x->pv && m->firmware == FIRMWARE_BIOS && m->secure_boot == YES)
    LOSE ("firmware", "secure boot is not possible with a BIOS: the firmware becomes UEFI");
}

static void
lost_ports (const struct xva_writer *x)
{
  const struct machine *m = x->m;

  if (m->serials > 1 || (x->pv && m->serials > 0))
    LOSE ("ports", "of %u serial ports %s", m->serials, x->pv ? "none is kept" : "one is kept");
  if (m->parallels > 0)
    LOSE ("ports", "an XVA has no parallel ports");
  if (m->sound != NULL)
    LOSE ("sound", "an XVA has no sound cards: '%s' is left out", m->sound);
  if (m->graphics != NULL && strcmp (m->graphics, "vnc") != 0)
    LOSE ("graphics", "the console is always VNC, not '%s'", m->graphics);
  if (m->video != NULL && (x->pv || (strcmp (m->video, "vga") != 0
                                     && strcmp (m->video, "cirrus") != 0)))
    LOSE ("video", "the video card '%s' becomes a standard one", m->video);
  if (m->usb == YES && x->pv)
    LOSE ("usb", "a paravirtual guest has no USB");
  if (m->clock != NULL && strcmp (m->clock, "utc") != 0)
    LOSE ("clock", "the clock keeps UTC, not '%s'", m->clock);
  if (m->tpm == YES) {
    LOSE ("tpm", "a TPM and what it holds cannot travel");
    report_hint (x->report, "'xe vtpm-create vm-uuid=UUID' makes an empty one");
  }
}

void
xva_losses (const struct xva_writer *x)
{
  lost_controllers (x);
  lost_drives (x);
  lost_nics (x);
  lost_ports (x);
  lost_kernel (x);
  lost_software (x);
}
