/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a model holds and a target has no place for.  What changes its kind
 * (controllers, adapters) is reported where that is decided. */
#include "loss.h"

static size_t
count_properties (const products *v)
{
  size_t n = 0;

  VECTOR_FOR (p, v)
    n += p->properties.len;
  return n;
}

static void
lost_properties (const struct loss_words *t, const struct appliance *a,
                 const struct machine *m, struct ovf_report *report)
{
  size_t n = count_properties (&m->products);

  for (size_t i = m->collection; i < a->collections.len;
       i = a->collections.ptr[i].parent)
    n += count_properties (&a->collections.ptr[i].products);
  if (n == 0 || m->environment)
    return;
  report_loss (report, t->target, "properties",
               "a %s cannot carry the appliance's %zu propert%s", t->noun, n,
               n == 1 ? "y" : "ies");
  report_hint (report, "'ovftool env' makes the ISO from which the guest "
                       "reads them");
}

/* Items that the OVF reader keeps as they are, and has put into the model. */
static bool
is_in_model (const struct extra *e)
{
  static const char *const keys[] = { "item usb", "item sound", "item serial",
                                      "item parallel", "item video",
                                      "item tpm" };

  for (size_t i = 0; e->key && i < ARRAY_SIZE (keys); i++)
    if (strcmp (e->key, keys[i]) == 0)
      return true;
  return false;
}

/* One line for all of them: an export of VMware has dozens. */
static void
lost_extras (const struct loss_words *t, const extras *v, const char *of,
             struct ovf_report *report)
{
  enum { SHOWN = 5 };
  CLEANUP_FREE char *list = xstrdup ("");
  size_t n = 0;

  VECTOR_FOR (e, v) {
    char *longer;
    if (is_in_model (e)
        || (t->keeps_own && e->owner && strcmp (e->owner, t->target) == 0)
        || n++ >= SHOWN)
      continue;
    longer = xasprintf ("%s%s%s", list, n > 1 ? ", " : "",
                        e->key ? e->key : "?");
    free (list);
    list = longer;
  }
  if (n > 0)
    report_loss (report, t->target, "settings",
                 "%zu setting%s of %s %s left out: %s%s", n, n > 1 ? "s" : "",
                 of, n > 1 ? "are" : "is", list, n > SHOWN ? ", ..." : "");
}

/* What a machine without Xen is not told, or cannot be. */
static void
lost_xen (const struct loss_words *t, const struct machine *m,
          struct ovf_report *report)
{
  if (m->kernel == NULL && m->cmdline != NULL)
    report_loss (report, t->target, "kernel",
                 "a command line ('%s') without a kernel is left out", m->cmdline);
  VECTOR_FOR (d, &m->drives)
    if (d->name != NULL)
      report_loss (report, t->target, "partition",
                   "the disk that the guest calls '%s' is called otherwise here",
                   d->name);
  if (m->bootloader != NULL)
    report_loss (report, t->target, "bootloader",
                 "the boot loader '%s' of the host is left out",
                 m->bootloader);
  if (m->paravirtual == YES) {
    report_loss (report, t->target, "paravirtual",
                 "a paravirtual Xen guest becomes a fully virtual one");
    report_hint (report, "its kernel must be able to run on a PC");
  }
  if (t->boots_kernel && m->cmdline != NULL && strstr (m->cmdline, "/dev/xvd") != NULL)
    report_loss (report, t->target, "cmdline",
                 "the kernel's command line names Xen's disks ('%s'), which are "
                 "called otherwise here", m->cmdline);
}

static void
lost_kernel (const struct loss_words *t, const struct machine *m,
             struct ovf_report *report)
{
  if (m->kernel != NULL && (m->kernel_file == NO_INDEX || !t->boots_kernel))
    report_loss (report, t->target, "kernel",
                 m->kernel_file == NO_INDEX
                   ? "the kernel '%s' is not among the files: the guest boots "
                     "from its disk"
                   : "a kernel ('%s') cannot be started from outside: the "
                     "guest boots from its disk", m->kernel);
  else if (m->ramdisk != NULL && m->ramdisk_file == NO_INDEX)
    report_loss (report, t->target, "kernel",
                 "the initial ramdisk '%s' is not among the files",
                 m->ramdisk);
  if (!t->boots_xen)
    lost_xen (t, m, report);
}

bool
loss_board (const struct machine *m)
{
  return m->machine_type != NULL && strcmp (m->machine_type, "pc") != 0
         && strncmp (m->machine_type, "xen", 3) != 0;
}

void
loss_settings (const struct loss_words *t, const struct appliance *a,
               const struct machine *m, struct ovf_report *report)
{
  lost_properties (t, a, m, report);
  lost_extras (t, &a->extras, "the package", report);
  lost_extras (t, &m->extras, "the machine", report);
  if (m->start_order > 0 && a->machines.len > 1)
    report_loss (report, t->target, "startup",
                 "%ss have no start order: '%s' is number %u", t->noun,
                 m->name ? m->name : "", m->start_order);
}

void
loss_report (const struct loss_words *t, const struct appliance *a,
             const struct machine *m, struct ovf_report *report)
{
  loss_settings (t, a, m, report);
  lost_kernel (t, m, report);
  if (!t->boots_xen && m->firmware == FIRMWARE_BIOS && m->secure_boot == YES) {
    report_loss (report, t->target, "firmware",
                 "secure boot is not possible with a BIOS: the firmware becomes UEFI");
    report_hint (report, "a guest that was installed with a BIOS does not start so");
  }
}
