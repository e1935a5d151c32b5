/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nouns: defaults, soundness, choosing a machine, and their JSON. */
#include <jansson.h>

#include "model/model.h"

#include "tap.h"

/* Two machines in a collection: one disk with a parent, one shared file. */
static struct appliance *
example (void)
{
  struct appliance *a = appliance_new ("ovf");
  struct collection *c = collections_add (&a->collections);
  struct machine *m;
  struct drive *d;

  a->descriptor = xstrdup ("x.ovf");
  c->id = xstrdup ("app");
  c->parent = NO_INDEX;
  c = collections_add (&a->collections);
  c->id = xstrdup ("db-tier");
  c->parent = 0;
  for (unsigned i = 0; i < 4; i++) {
    CLEANUP_FREE char *id = xasprintf ("file%u", i);
    appliance_add_file (a, id, id);
  }
  for (unsigned i = 0; i < 3; i++) {
    struct disk *disk = appliance_add_disk (a);
    disk->id = xasprintf ("disk%u", i);
    disk->file = i;
    disk->capacity = 1 << 20;
  }
  a->disks.ptr[2].parent = 1;
  for (unsigned i = 0; i < 2; i++) {
    struct network *n = networks_add (&a->networks);
    n->name = xasprintf ("net%u", i);
    m = appliance_add_machine (a);
    m->id = xasprintf ("vm%u", i);
    m->name = xasprintf ("name%u", i);
    m->collection = i;
    machine_controller (m, BUS_SCSI, 0)->model = xstrdup ("lsilogic");
    d = machine_add_drive (m, DRIVE_DISK);
    d->bus = BUS_SCSI;
    d->disk = i * 2;
    machine_add_nic (m)->network = xasprintf ("net%u", i);
  }
  return a;
}

static bool
check (const struct appliance *a, enum ovf_code *ret)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_error *err = NULL;
  bool good = model_check (ctx, a, &err) && model_check_ids (a, &err);

  *ret = err ? ovf_error_code (err) : 0;
  CU_ASSERT_EQUAL (good, err == NULL);
  ovf_error_free (err);
  ovf_ctx_free (ctx);
  return good;
}

static void
test_defaults (void)
{
  CLEANUP (appliance) struct appliance *a = appliance_new ("ovf");
  struct machine *m = appliance_add_machine (a);
  enum ovf_code code;

  CU_ASSERT_EQUAL (m->os.cim_id, -1);
  CU_ASSERT_EQUAL (m->secure_boot, UNSET);
  CU_ASSERT_EQUAL (m->kernel_file, NO_INDEX);
  CU_ASSERT_EQUAL (m->collection, NO_INDEX);
  CU_ASSERT_EQUAL (appliance_add_disk (a)->capacity, NO_SIZE);
  CU_ASSERT_EQUAL (machine_add_drive (m, DRIVE_CDROM)->disk, NO_INDEX);
  CU_ASSERT_PTR_EQUAL (machine_controller (m, BUS_IDE, 1),
                       machine_controller (m, BUS_IDE, 1));
  CU_ASSERT_EQUAL (m->controllers.len, 1);
  m->drives.ptr[0].bus = BUS_IDE;
  m->drives.ptr[0].controller = 1;
  CU_ASSERT_TRUE (check (a, &code));
}

/* Each of these makes a sound model unsound. */
static void
drop_controller (struct appliance *a)
{
  a->machines.ptr[0].controllers.ptr[0].index = 3;
}

static void
disk_out_of_range (struct appliance *a)
{
  a->machines.ptr[1].drives.ptr[0].disk = 3;
}

static void
file_out_of_range (struct appliance *a)
{
  a->disks.ptr[0].file = 4;
}

static void
parent_circle (struct appliance *a)
{
  a->disks.ptr[1].parent = 2;
}

static void
collection_circle (struct appliance *a)
{
  a->collections.ptr[0].parent = 1;
}

static void
broken_text (struct appliance *a)
{
  a->machines.ptr[1].nics.ptr[0].network[0] = '\xff';
}

static void
same_ids (struct appliance *a)
{
  set_string (&a->disks.ptr[2].id, "disk0");
}

static void
too_large (struct appliance *a)
{
  a->disks.ptr[0].capacity = (UINT64_C (64) << 40) + 1;
}

static void
huge_memory (struct appliance *a)
{
  a->machines.ptr[0].memory = UINT64_MAX;
}

static void
test_unsound (void)
{
  static const struct {
    void (*spoil) (struct appliance *);
    enum ovf_code code;
  } rows[] = {
    { drop_controller, OVF_E_FORMAT },   { disk_out_of_range, OVF_E_FORMAT },
    { file_out_of_range, OVF_E_FORMAT }, { parent_circle, OVF_E_FORMAT },
    { collection_circle, OVF_E_FORMAT }, { broken_text, OVF_E_FORMAT },
    { same_ids, OVF_E_FORMAT },          { too_large, OVF_E_LIMIT },
    { huge_memory, OVF_E_FORMAT },
  };

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    CLEANUP (appliance) struct appliance *a = example ();
    enum ovf_code code;

    CU_ASSERT_TRUE (check (a, &code));
    rows[i].spoil (a);
    CU_ASSERT_FALSE (check (a, &code));
    CU_ASSERT_EQUAL (code, rows[i].code);
  }
}

static void
test_select (void)
{
  CLEANUP (appliance) struct appliance *a = example ();
  enum ovf_code code;

  CU_ASSERT_TRUE_FATAL (appliance_select_machine (a, "vm1", NULL));
  CU_ASSERT_TRUE (check (a, &code));
  CU_ASSERT_EQUAL (a->machines.len, 1);
  CU_ASSERT_STRING_EQUAL (a->machines.ptr[0].name, "name1");
  /* Its disk, the parent of it, and the file that nobody uses. */
  CU_ASSERT_EQUAL (a->disks.len, 2);
  CU_ASSERT_STRING_EQUAL (a->disks.ptr[1].id, "disk2");
  CU_ASSERT_EQUAL (a->disks.ptr[1].parent, 0);
  CU_ASSERT_EQUAL (a->machines.ptr[0].drives.ptr[0].disk, 1);
  CU_ASSERT_EQUAL (a->files.len, 3);
  CU_ASSERT_STRING_EQUAL (a->files.ptr[a->disks.ptr[1].file].href, "file2");
  CU_ASSERT_EQUAL (a->networks.len, 1);
  CU_ASSERT_STRING_EQUAL (a->networks.ptr[0].name, "net1");
  CU_ASSERT_EQUAL (a->collections.len, 2);
}

static void
test_select_first (void)
{
  CLEANUP (appliance) struct appliance *a = example ();
  enum ovf_code code;

  CU_ASSERT_TRUE_FATAL (appliance_select_machine (a, "name0", NULL));
  CU_ASSERT_TRUE (check (a, &code));
  CU_ASSERT_EQUAL (a->disks.len, 1);
  CU_ASSERT_EQUAL (a->collections.len, 1);
  CU_ASSERT_EQUAL (a->machines.ptr[0].collection, 0);
}

static void
test_select_none (void)
{
  CLEANUP (appliance) struct appliance *a = example ();
  CLEANUP_ERROR struct ovf_error *err = NULL;

  CU_ASSERT_FALSE (appliance_select_machine (a, "vm2", &err));
  CU_ASSERT_PTR_NOT_NULL_FATAL (err);
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_USAGE);
  CU_ASSERT_PTR_NOT_NULL (strstr (ovf_error_hint (err), "'vm0', 'vm1'"));
  CU_ASSERT_EQUAL (a->machines.len, 2);
}

static void
test_select_double (void)
{
  CLEANUP (appliance) struct appliance *a = example ();
  CLEANUP_ERROR struct ovf_error *err = NULL;

  set_string (&a->machines.ptr[1].name, "name0");
  CU_ASSERT_FALSE (appliance_select_machine (a, "name0", &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_USAGE);
}

/* Text of the value at a key below a path of array indexes and keys. */
static char *
show (json_t *j)
{
  return json_dumps (j, JSON_COMPACT | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
}

#define JSON_IS(j, expected)                                                  \
  do {                                                                        \
    CLEANUP_FREE char *text_ = show (j);                                      \
    CU_ASSERT_STRING_EQUAL (text_ ? text_ : "", expected);                    \
  } while (0)

static void
test_json (void)
{
  CLEANUP (appliance) struct appliance *a = example ();
  struct machine *m = &a->machines.ptr[0];
  struct product *p = products_add (&m->products);
  struct property *q = properties_add (&p->properties);
  json_t *o, *v;

  p->class_name = xstrdup ("com.example");
  p->instance = xstrdup ("1");
  q->key = xstrdup ("host");
  q->value = xstrdup ("r\xc3\xa9");
  m->nics.ptr[0].connected = YES;
  o = model_to_json (a);
  JSON_IS (json_object_get (o, "package"), "null");
  JSON_IS (json_array_get (json_object_get (o, "files"), 0),
           "{\"id\":\"file0\",\"href\":\"file0\",\"size\":null,"
           "\"compression\":null,\"chunk_size\":null}");
  v = json_array_get (json_object_get (o, "disks"), 2);
  JSON_IS (json_object_get (v, "parent"), "\"disk1\"");
  JSON_IS (json_object_get (v, "capacity"), "1048576");
  v = json_array_get (json_object_get (o, "machines"), 0);
  JSON_IS (json_object_get (v, "cpus"), "null");
  JSON_IS (json_object_get (v, "firmware"), "null");
  JSON_IS (json_object_get (v, "secure_boot"), "false");
  JSON_IS (json_object_get (v, "serials"), "0");
  JSON_IS (json_object_get (json_object_get (v, "os"), "cim_id"), "null");
  JSON_IS (json_object_get (v, "controllers"),
           "[{\"id\":null,\"bus\":\"scsi\",\"model\":\"lsilogic\","
           "\"index\":0}]");
  JSON_IS (json_object_get (json_array_get (json_object_get (v, "nics"), 0),
                            "connected"), "true");
  v = json_array_get (json_object_get (v, "products"), 0);
  v = json_array_get (json_object_get (v, "properties"), 0);
  JSON_IS (json_object_get (v, "full_key"), "\"com.example.host.1\"");
  JSON_IS (json_object_get (v, "value"), "\"r\\u00E9\"");
  json_decref (o);
}

/* The order of keys is part of the contract. */
static void
test_json_order (void)
{
  static const char *const keys[] = {
    "id", "name", "os", "hardware", "cpus", "cores_per_socket", "memory",
    "uuid", "description", "firmware", "secure_boot", "tpm", "kernel",
    "ramdisk", "cmdline", "bootloader", "serials", "graphics", "controllers",
    "drives", "nics", "products", "eulas", "annotation", "transport",
  };
  CLEANUP (appliance) struct appliance *a = example ();
  json_t *o = model_to_json (a);
  json_t *m = json_array_get (json_object_get (o, "machines"), 0), *value;
  const char *key;
  size_t i = 0;

  json_object_foreach (m, key, value)
    if (i < ARRAY_SIZE (keys))
      CU_ASSERT_STRING_EQUAL (key, keys[i++]);
  CU_ASSERT_EQUAL (i, ARRAY_SIZE (keys));
  json_decref (o);
}

static void
test_words (void)
{
  for (enum bus b = BUS_UNKNOWN; b <= BUS_XEN; b++)
    CU_ASSERT_EQUAL (bus_by_word (bus_word (b)), b);
  for (enum attachment t = ATTACH_BRIDGE; t <= ATTACH_NONE; t++)
    CU_ASSERT_EQUAL (attachment_by_word (attachment_word (t)), t);
  CU_ASSERT_EQUAL (bus_by_word ("virtio"), BUS_UNKNOWN);
  CU_ASSERT_EQUAL (bus_by_word (NULL), BUS_UNKNOWN);
  CU_ASSERT_EQUAL (attachment_by_word ("wifi"), ATTACH_UNKNOWN);
  CU_ASSERT_PTR_NULL (attachment_word (ATTACH_UNKNOWN));
  CU_ASSERT_PTR_NULL (firmware_word (FIRMWARE_UNKNOWN));
  CU_ASSERT_STRING_EQUAL (firmware_word (FIRMWARE_UEFI), "efi");
}

TAP_MAIN ("model", { "defaults", test_defaults }, { "unsound", test_unsound },
          { "choose a machine", test_select },
          { "choose the first machine", test_select_first },
          { "no such machine", test_select_none },
          { "two machines of one name", test_select_double },
          { "JSON", test_json }, { "order of JSON keys", test_json_order },
          { "words", test_words })
