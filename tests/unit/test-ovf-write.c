/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The OVF writer, where goldens and round trips do not look: lengths, ids,
 * limits, and what our own element may not bring in. */
#include "tap.h"

#include <limits.h>

#include "base/alloc.h"
#include "converter.h"

struct written {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  struct ovf_error *err;
  char *text;
  size_t len;
};

static struct written
write_it (const struct appliance *a, const char *version)
{
  const struct write_settings settings = { .ovf_version = version };
  struct written w = { .ctx = ovf_ctx_new (), .report = ovf_report_new () };
  FILE *f = open_memstream (&w.text, &w.len);
  bool ok = ovf_converter.write (w.ctx, a, &settings, f, w.report, &w.err);

  fclose (f);
  CU_ASSERT (ok == (w.err == NULL));
  return w;
}

static void
written_free (struct written *w)
{
  free (w->text);
  ovf_error_free (w->err);
  ovf_report_free (w->report);
  ovf_ctx_free (w->ctx);
}

static bool
says (const struct written *w, const char *part)
{
  return w->err == NULL && strstr (w->text, part) != NULL;
}

static bool
reports (const struct ovf_report *report, const char *rule)
{
  for (size_t i = 0; i < ovf_report_size (report); i++)
    if (strcmp (ovf_report_get (report, i)->rule, rule) == 0)
      return true;
  return false;
}

/* One machine with a disk in a file. */
static struct appliance *
sample (void)
{
  struct appliance *a = appliance_new ("test");
  struct machine *m = appliance_add_machine (a);
  struct disk *disk;
  struct drive *d;

  m->name = xstrdup ("vm");
  m->cpus = 1;
  m->memory = UINT64_C (1) << 30;
  appliance_add_file (a, "f", "a.vmdk");
  disk = appliance_add_disk (a);
  disk->id = xstrdup ("d");
  disk->file = 0;
  disk->capacity = 512;
  machine_controller (m, BUS_SATA, 0);
  d = machine_add_drive (m, DRIVE_DISK);
  d->bus = BUS_SATA;
  d->disk = 0;
  return a;
}

/* ---- writing ---------------------------------------------------------------- */
/* Who writes an archive in one pass keeps room for the widest numbers. */
static void
test_length (void)
{
  struct appliance *a = sample ();
  struct written narrow, wide;

  a->files.ptr[0].size = 1;
  a->disks.ptr[0].populated = 0;
  narrow = write_it (a, "1.1");
  a->files.ptr[0].size = INT64_MAX;
  a->disks.ptr[0].populated = INT64_MAX;
  a->disks.ptr[0].capacity = INT64_MAX;
  wide = write_it (a, "1.1");
  CU_ASSERT_EQUAL (wide.len - narrow.len, 18 + 18 + 16);
  written_free (&narrow);
  written_free (&wide);
  appliance_free (a);
}

static void
test_memory (void)
{
  struct appliance *a = sample ();
  struct written w;

  a->machines.ptr[0].memory = (UINT64_C (1) << 30) + 1;
  w = write_it (a, "1.1");
  CU_ASSERT (says (&w, "<rasd:VirtualQuantity>1025</rasd:VirtualQuantity>"));
  CU_ASSERT (reports (w.report, "LOSS-ovf-memory"));
  written_free (&w);
  a->machines.ptr[0].memory = UINT64_MAX; /* does not wrap */
  w = write_it (a, "1.1");
  CU_ASSERT (says (&w, "<rasd:VirtualQuantity>17592186044416</"));
  written_free (&w);
  appliance_free (a);
}

/* A source's numbers stay; what is no number, or taken, gets a new one. */
static void
test_instances (void)
{
  struct appliance *a = sample ();
  struct machine *m = &a->machines.ptr[0];
  struct written w;

  m->controllers.ptr[0].id = xstrdup ("1");
  m->drives.ptr[0].id = xstrdup ("1");
  machine_add_nic (m)->id = xstrdup ("{odd id}");
  machine_add_nic (m)->id = xstrdup ("70000");
  w = write_it (a, "1.1");
  for (unsigned i = 1; i <= 6; i++) {
    CLEANUP_FREE char *part = xasprintf (":InstanceID>%u<", i);
    const char *first = w.text ? strstr (w.text, part) : NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL (first);
    CU_ASSERT_PTR_NULL (strstr (first + 1, part));
  }
  CU_ASSERT (says (&w, "<rasd:Parent>1</rasd:Parent>"));
  written_free (&w);
  appliance_free (a);
}

/* Networks that NICs name and nobody lists, each once. */
static void
test_networks (void)
{
  struct appliance *a = sample ();
  struct machine *m = &a->machines.ptr[0];
  static const char *const names[] = { "b", "a", "b", "listed" };
  struct written w;
  const char *first;

  networks_add (&a->networks)->name = xstrdup ("listed");
  for (size_t i = 0; i < ARRAY_SIZE (names); i++)
    machine_add_nic (m)->network = xstrdup (names[i]);
  w = write_it (a, "1.1");
  first = w.text ? strstr (w.text, "<Network ovf:name=\"b\">") : NULL;
  CU_ASSERT_PTR_NOT_NULL (first);
  if (first == NULL) /* for gcc, which does not know that FATAL is */
    return;
  CU_ASSERT_PTR_NULL (strstr (first + 1, "<Network ovf:name=\"b\""));
  CU_ASSERT_PTR_NOT_NULL (strstr (first, "<Network ovf:name=\"a\">"));
  CU_ASSERT_PTR_NULL (strstr (first, "ovf:name=\"listed\""));
  written_free (&w);
  appliance_free (a);
}

static void
test_groups (void)
{
  struct appliance *a = sample ();
  struct written w;

  appliance_add_machine (a)->id = xstrdup ("second");
  a->name = xstrdup ("pair");
  w = write_it (a, "1.1");
  CU_ASSERT (says (&w, "<VirtualSystemCollection ovf:id=\"pair\">"));
  written_free (&w);
  for (size_t i = 0; i < 60; i++) {
    struct collection *c = collections_add (&a->collections);
    c->id = xasprintf ("c%zu", i);
    c->parent = i == 0 ? NO_INDEX : i - 1;
  }
  a->machines.ptr[1].collection = 59;
  w = write_it (a, "1.1");
  CU_ASSERT (w.err != NULL && ovf_error_code (w.err) == OVF_E_LIMIT);
  written_free (&w);
  appliance_free (a);
}

static void
test_refusals (void)
{
  struct appliance *a = appliance_new ("test");
  struct written w = write_it (a, "1.1");

  CU_ASSERT_PTR_NOT_NULL (w.err); /* no machine */
  written_free (&w);
  appliance_free (a);
  a = sample ();
  a->disks.ptr[0].capacity = NO_SIZE;
  w = write_it (a, "1.1");
  CU_ASSERT_PTR_NOT_NULL (w.err);
  written_free (&w);
  a->disks.ptr[0].capacity = 512;
  set_string (&a->machines.ptr[0].name, "\x01"); /* XML cannot hold it */
  w = write_it (a, "1.1");
  CU_ASSERT_PTR_NOT_NULL (w.err);
  written_free (&w);
  appliance_free (a);
}

/* Host paths are not written, and said to be lost. */
static void
test_host_paths (void)
{
  struct appliance *a = sample ();
  struct machine *m = &a->machines.ptr[0];
  struct written w;

  m->kernel = xstrdup ("/boot/vmlinuz");
  m->ramdisk = xstrdup ("/boot/initrd");
  m->bootloader = xstrdup ("/opt/my/loader");
  machine_add_drive (m, DRIVE_CDROM)->device = xstrdup ("/dev/cdrom");
  w = write_it (a, "1.1");
  CU_ASSERT (w.err == NULL);
  CU_ASSERT (!says (&w, "/boot/") && !says (&w, "/opt/") && !says (&w, "/dev/"));
  CU_ASSERT (reports (w.report, "LOSS-ovf-kernel"));
  CU_ASSERT (reports (w.report, "LOSS-ovf-ramdisk"));
  CU_ASSERT (reports (w.report, "LOSS-ovf-bootloader"));
  CU_ASSERT (reports (w.report, "LOSS-ovf-host-device"));
  written_free (&w);
  appliance_free (a);
}

/* ---- our own element, from a stranger ------------------------------------------ */
#define HEAD                                                                  \
  "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'"                  \
  " xmlns:ovf='http://schemas.dmtf.org/ovf/envelope/1'"                       \
  " xmlns:rasd='http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"           \
  "CIM_ResourceAllocationSettingData' xmlns:ot='https://ovftool.org/ns/1'>"   \
  "<References><File ovf:id='k' ovf:href='kernel'/></References>"             \
  "<VirtualSystem ovf:id='vm'><Info/><VirtualHardwareSection><Info/>"         \
  "<Item><rasd:InstanceID>3</rasd:InstanceID>"                                \
  "<rasd:ResourceSubType>vmware.sata.ahci</rasd:ResourceSubType>"             \
  "<rasd:ResourceType>20</rasd:ResourceType></Item>"                          \
  "<Item><rasd:InstanceID>4</rasd:InstanceID>"                                \
  "<rasd:ResourceSubType>E1000</rasd:ResourceSubType>"                        \
  "<rasd:ResourceType>10</rasd:ResourceType></Item>"                          \
  "<ot:Machine ovf:required='false' "
#define TAIL "</ot:Machine></VirtualHardwareSection></VirtualSystem></Envelope>"

static struct appliance *
read_own (const char *rest, struct ovf_report *report)
{
  CLEANUP_FREE char *text = xasprintf ("%s%s%s", HEAD, rest, TAIL);
  const struct read_settings settings = { .lax = true };
  struct input in = { "own.ovf", text, strlen (text) };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct appliance *a = ovf_converter.read (ctx, &in, &settings, report, NULL);

  ovf_ctx_free (ctx);
  CU_ASSERT_PTR_NOT_NULL_FATAL (a);
  return a;
}

static void
test_own (void)
{
  struct appliance *a
    = read_own ("clock='utc' uuid='56 4d 01 02 03 04 05 06-07 08 09 0a 0b 0c 0d 0e'>"
                "<ot:Boot kernelFile='k' bootloader='pygrub' cmdline='a=b'/>"
                "<ot:Device instanceId='3' wrote='vmware.sata.ahci' bus='virtio-blk'"
                " index='2' model=''/>"
                "<ot:Device instanceId='4' wrote='E1000' model='virtio'/>", NULL);
  const struct machine *m = &a->machines.ptr[0];

  CU_ASSERT_STRING_EQUAL (m->clock, "utc");
  CU_ASSERT_PTR_NOT_NULL (m->uuid);
  CU_ASSERT_EQUAL (m->kernel_file, 0);
  CU_ASSERT_STRING_EQUAL (m->kernel, "kernel");
  CU_ASSERT_STRING_EQUAL (m->bootloader, "pygrub");
  CU_ASSERT_EQUAL (m->controllers.ptr[0].bus, BUS_VIRTIO_BLK);
  CU_ASSERT_EQUAL (m->controllers.ptr[0].index, 2);
  CU_ASSERT_PTR_NULL (m->controllers.ptr[0].model);
  CU_ASSERT_STRING_EQUAL (m->nics.ptr[0].model, "virtio");
  appliance_free (a);
}

/* Nothing of the host gets in, nothing that is no word, nothing twice. */
static void
test_own_hostile (void)
{
  struct ovf_report *report = ovf_report_new ();
  struct appliance *a
    = read_own ("clock='a b' uuid='x' machineType='q35,x' graphics='&lt;vnc/&gt;'"
                " kernel='/etc/shadow'>"
                "<ot:Boot kernel='/etc/shadow' kernelFile='/etc/shadow'"
                " ramdiskFile='../x' bootloader='/tmp/evil'/>"
                "<ot:Device instanceId='3' wrote='vmware.sata.ahci' bus='nonsense'/>"
                "<ot:Device instanceId='4' wrote='E1000' model='a\"b'"
                " attachment='nonsense' bootOrder='-1'/>"
                "<ot:Device instanceId='99' bus='usb'/>"
                "<ot:Device/>", report);
  const struct machine *m = &a->machines.ptr[0];

  CU_ASSERT_PTR_NULL (m->clock);
  CU_ASSERT_PTR_NULL (m->uuid);
  CU_ASSERT_PTR_NULL (m->machine_type);
  CU_ASSERT_PTR_NULL (m->graphics);
  CU_ASSERT_PTR_NULL (m->kernel);
  CU_ASSERT_PTR_NULL (m->ramdisk);
  CU_ASSERT_PTR_NULL (m->bootloader);
  CU_ASSERT_EQUAL (m->controllers.len, 1);
  CU_ASSERT_EQUAL (m->controllers.ptr[0].bus, BUS_SATA);
  CU_ASSERT_STRING_EQUAL (m->nics.ptr[0].model, "e1000");
  CU_ASSERT_EQUAL (m->nics.ptr[0].attachment, ATTACH_UNKNOWN);
  CU_ASSERT_EQUAL (m->nics.ptr[0].boot_order, 0);
  CU_ASSERT (reports (report, "OVF-OWN-001"));
  appliance_free (a);
  ovf_report_free (report);
}

/* Items that were edited since are right. */
static void
test_own_edited (void)
{
  struct appliance *a
    = read_own ("family='vmx-13'>"
                "<ot:Device instanceId='3' wrote='vmware.nvme.controller'"
                " bus='virtio-blk' index='0' model=''/>"
                "<ot:Device instanceId='4' wrote='VmxNet3' model='virtio'/>", NULL);
  const struct machine *m = &a->machines.ptr[0];

  CU_ASSERT_EQUAL (m->controllers.ptr[0].bus, BUS_SATA);
  CU_ASSERT_STRING_EQUAL (m->nics.ptr[0].model, "e1000");
  appliance_free (a);
}

TAP_MAIN ("ovf-write", { "length", test_length }, { "memory", test_memory },
          { "InstanceIDs", test_instances }, { "networks", test_networks },
          { "groups", test_groups }, { "refusals", test_refusals },
          { "paths of the host", test_host_paths }, { "own element", test_own },
          { "own element, hostile", test_own_hostile },
          { "own element, edited Items", test_own_edited })
