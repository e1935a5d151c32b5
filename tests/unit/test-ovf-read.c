/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the OVF reader refuses when something is to be made of the file, each
 * with its code, rule and line; that `info` shows the same file; and what a
 * model of all configurations holds beyond the JSON. */
#include "converter.h"
#include "tap.h"

#define RASD "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
#define HEAD                                                                  \
  "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1' "                 \
  "xmlns:ovf='http://schemas.dmtf.org/ovf/envelope/1' "                       \
  "xmlns:rasd='" RASD "' xmlns:x='urn:x'>\n"
#define ITEM(type, id, more)                                                  \
  "<Item><rasd:ElementName>i</rasd:ElementName><rasd:InstanceID>" id          \
  "</rasd:InstanceID><rasd:ResourceType>" type "</rasd:ResourceType>" more    \
  "</Item>\n"
#define QUANTITY(n) "<rasd:VirtualQuantity>" n "</rasd:VirtualQuantity>"
#define UNITS(u) "<rasd:AllocationUnits>" u "</rasd:AllocationUnits>"

struct parts { /* of a descriptor that is right where they say nothing */
  const char *refs, *disks, *options, *section, *cpu, *items, *after;
};

static char *
descriptor (const struct parts *p)
{
  static const char refs[] = "<File ovf:id='f' ovf:href='a.vmdk'/>";
  static const char disk[] = "<Disk ovf:diskId='d' ovf:fileRef='f' ovf:capacity='1048576'/>";
  static const char cpu[] = ITEM ("3", "1", QUANTITY ("1"))
    ITEM ("4", "2", QUANTITY ("64") UNITS ("byte * 2^20"));

  return xasprintf (HEAD /* line 2 on: */
                    "<References>%s</References>\n"
                    "<DiskSection><Info/>%s</DiskSection>\n"
                    "<DeploymentOptionSection><Info/>%s</DeploymentOptionSection>\n"
                    "<VirtualSystem ovf:id='vm'><Info/>%s"
                    "<VirtualHardwareSection><Info/>\n%s%s"
                    "</VirtualHardwareSection></VirtualSystem>%s</Envelope>",
                    p->refs ? p->refs : refs, p->disks ? p->disks : disk,
                    p->options ? p->options : "", p->section ? p->section : "",
                    p->cpu ? p->cpu : cpu, p->items ? p->items : "",
                    p->after ? p->after : "");
}

static struct appliance *
read_as (struct ovf_ctx *ctx, const char *text, struct read_settings s,
         struct ovf_report *report, struct ovf_error **err)
{
  const struct input in = { "t.ovf", text, strlen (text) };

  return ovf_converter.read (ctx, &in, &s, report, err);
}

/* ---- faults ----------------------------------------------------------------- */
static const struct fault {
  struct parts parts;
  enum ovf_code code;
  const char *rule;
  unsigned line;
} faults[] = {
  /* files */
  { { .refs = "<File ovf:id='f' ovf:href='/etc/passwd'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='../a.vmdk'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a/../../b'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a%2f%2E%2e%2fb'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='..\\a'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='%2fetc/passwd'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='C:\\a.vmdk'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='file:///etc/passwd'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='http://h/a'/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href=''/>" }, OVF_E_UNSAFE, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f'/>" }, OVF_E_FORMAT, "OVF-REF-003", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a'/><File ovf:id='f' ovf:href='b'/>" },
    OVF_E_FORMAT, "OVF-REF-001", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a' ovf:compression='lzma'/>" },
    OVF_E_FORMAT, "OVF-REF-006", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a' ovf:chunkSize='0'/>" },
    OVF_E_FORMAT, "OVF-REF-007", 2 },
  { { .refs = "<File ovf:id='f' ovf:href='a' ovf:chunkSize='9223372036854775808'/>" },
    OVF_E_FORMAT, "OVF-REF-007", 2 },
  /* disks */
  { { .disks = "<Disk ovf:diskId='d' ovf:fileRef='g' ovf:capacity='1'/>" },
    OVF_E_FORMAT, "OVF-DISK-003", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='1'/><Disk ovf:diskId='d' ovf:capacity='1'/>" },
    OVF_E_FORMAT, "OVF-DISK-002", 3 },
  { { .disks = "<Disk ovf:capacity='1'/>" }, OVF_E_FORMAT, "OVF-DISK-002", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='-1'/>" }, OVF_E_FORMAT, "OVF-DISK-006", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='0x10'/>" }, OVF_E_FORMAT, "OVF-DISK-006", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='9223372036854775808'/>" },
    OVF_E_FORMAT, "OVF-DISK-006", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='8589934592' "
               "ovf:capacityAllocationUnits='byte * 2^30'/>" },
    OVF_E_FORMAT, "OVF-DISK-007", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='1' ovf:capacityAllocationUnits='byte * 2^99'/>" },
    OVF_E_FORMAT, "OVF-DISK-007", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='1' ovf:parentRef='d'/>" },
    OVF_E_FORMAT, "OVF-DISK-009", 3 },
  { { .disks = "<Disk ovf:diskId='d' ovf:capacity='1' ovf:parentRef='e'/>"
               "<Disk ovf:diskId='e' ovf:capacity='1' ovf:parentRef='d'/>" },
    OVF_E_FORMAT, "OVF-DISK-009", 3 },
  /* configurations, sections */
  { { .options = "<Configuration ovf:id='c'/><Configuration ovf:id='c'/>" },
    OVF_E_FORMAT, "OVF-DEP-002", 4 },
  { { .section = "<x:S/>" }, OVF_E_FORMAT, "OVF-EXT-002", 5 },
  { { .section = "<ovf:NewSection/>" }, OVF_E_FORMAT, "OVF-EXT-002", 5 },
  { { .after = "<x:S ovf:required='true'/>" }, OVF_E_FORMAT, "OVF-EXT-002", 8 },
  { { .after = "<EncryptionSection><Info/></EncryptionSection>" },
    OVF_E_UNSUPPORTED, "OVF-ENC-001", 8 },
  { { .after = "<VirtualSystem ovf:id='no'><Info/></VirtualSystem>" },
    OVF_E_FORMAT, "OVF-CONT-003", 8 },
  { { .after = "<VirtualSystem ovf:id='vm'><Info/></VirtualSystem>" },
    OVF_E_FORMAT, "OVF-CONT-002", 8 },
  /* hardware */
  { { .cpu = ITEM ("3", "1", QUANTITY ("-1")) }, OVF_E_FORMAT, "OVF-VH-018", 6 },
  { { .cpu = ITEM ("3", "1", QUANTITY ("4294967297")) }, OVF_E_FORMAT, "OVF-VH-018", 6 },
  { { .cpu = ITEM ("4", "2", QUANTITY ("18446744073709551616") UNITS ("byte * 2^20")) },
    OVF_E_FORMAT, "OVF-VH-018", 6 },
  { { .cpu = ITEM ("4", "2", QUANTITY ("17592186044416") UNITS ("byte * 2^20")) },
    OVF_E_FORMAT, "OVF-VH-018", 6 },
  { { .cpu = ITEM ("4", "2", QUANTITY ("9223372036854775807") UNITS ("byte"))
             ITEM ("4", "3", QUANTITY ("1048576") UNITS ("byte")) },
    OVF_E_FORMAT, "OVF-VH-018", 7 },
  { { .cpu = ITEM ("4", "2", QUANTITY ("1") UNITS ("hertz")) }, OVF_E_FORMAT, "OVF-VH-015", 6 },
  { { .items = ITEM ("17", "3", "<rasd:HostResource>ovf:/disk/gone</rasd:HostResource>") },
    OVF_E_FORMAT, "OVF-VH-011", 8 },
  { { .items = ITEM ("15", "3", "<rasd:HostResource>ovf:/file/gone</rasd:HostResource>") },
    OVF_E_FORMAT, "OVF-VH-011", 8 },
  { { .items = ITEM ("17", "2", "") }, OVF_E_FORMAT, "OVF-VH-005", 8 },
  { { .items = ITEM ("", "3", "") }, OVF_E_FORMAT, "OVF-VH-006", 8 },
  { { .items = ITEM ("17", "3", "<x:E ovf:required='true'/>") },
    OVF_E_FORMAT, "OVF-EXT-007", 8 },
};

static void
test_faults (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (faults); i++) {
    CLEANUP_FREE char *text = descriptor (&faults[i].parts);
    CLEANUP_ERROR struct ovf_error *err = NULL;
    struct appliance *a = read_as (ctx, text, (struct read_settings){ 0 }, NULL, &err);

    CU_ASSERT_PTR_NULL (a);
    CU_ASSERT_PTR_NOT_NULL_FATAL (err);
    if (err->rule == NULL || strcmp (err->rule, faults[i].rule) != 0
        || err->code != faults[i].code || err->line != faults[i].line) {
      printf ("# fault %zu: want %s code %d line %u, got %s code %d line %u: %s\n", i,
              faults[i].rule, (int)faults[i].code, faults[i].line,
              err->rule ? err->rule : "no rule", (int)err->code, err->line,
              err->message);
      CU_FAIL ("another error than expected");
    }
  }
  ovf_ctx_free (ctx);
}

/* Whatever stops a conversion, `info` shows, and says the same rule. */
static void
test_faults_are_shown (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (faults); i++) {
    CLEANUP_FREE char *text = descriptor (&faults[i].parts);
    CLEANUP_ERROR struct ovf_error *err = NULL;
    struct ovf_report *report = ovf_report_new ();
    struct appliance *a
      = read_as (ctx, text, (struct read_settings){ .inspect = true }, report, &err);
    bool said = false;

    CU_ASSERT_PTR_NOT_NULL_FATAL (a);
    CU_ASSERT_TRUE (model_check (ctx, a, &err));
    for (size_t k = 0; k < ovf_report_size (report); k++) {
      const struct ovf_finding *f = ovf_report_get (report, k);
      said |= strcmp (f->rule, faults[i].rule) == 0 && f->line == faults[i].line;
    }
    if (!said)
      printf ("# fault %zu (%s) is not among the findings\n", i, faults[i].rule);
    CU_ASSERT_TRUE (said);
    appliance_free (a);
    ovf_report_free (report);
  }
  ovf_ctx_free (ctx);
}

/* ---- what is known --------------------------------------------------------------- */
static void
test_known_sections (void)
{
  static const char *const known[] = {
    "<v:IpAssignmentSection xmlns:v='http://www.vmware.com/schema/ovf'/>",
    "<v:TagBasedPlacementSection xmlns:v='http://www.vmware.com/schema/ovf'/>",
    "<c:LeaseSettingsSection xmlns:c='http://www.vmware.com/vcloud/v1.5'/>",
    "<o:PlacementSection xmlns:o='http://schemas.dmtf.org/ovf/envelope/2'/>",
    "<InstallSection><Info/></InstallSection>",
  };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (known); i++) {
    const struct parts p = { .section = known[i] };
    CLEANUP_FREE char *text = descriptor (&p);
    CLEANUP (appliance) struct appliance *a
      = read_as (ctx, text, (struct read_settings){ 0 }, NULL, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL (a);
    CU_ASSERT_EQUAL_FATAL (a->machines.ptr[0].extras.len, 1);
    CU_ASSERT_FALSE (a->machines.ptr[0].extras.ptr[0].required);
  }
  ovf_ctx_free (ctx);
}

static void
test_lax (void)
{
  const struct parts p = { .section = "<x:S/>" };
  CLEANUP_FREE char *text = descriptor (&p);
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *report = ovf_report_new ();
  CLEANUP (appliance) struct appliance *a
    = read_as (ctx, text, (struct read_settings){ .lax = true }, report, NULL);

  CU_ASSERT_PTR_NOT_NULL_FATAL (a);
  CU_ASSERT_TRUE (a->machines.ptr[0].extras.ptr[0].required);
  CU_ASSERT_EQUAL (ovf_report_count (report, OVF_WARNING), 1);
  ovf_report_free (report);
  ovf_ctx_free (ctx);
}

/* ---- configurations ---------------------------------------------------------------- */
static const struct parts options = {
  .options = "<Configuration ovf:id='s'/><Configuration ovf:id='m'/><Configuration ovf:id='l'/>",
  .items = "<Item ovf:configuration='l'>" QUANTITY ("8")
           "<rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType></Item>\n"
           "<Item ovf:configuration='m l'><rasd:ElementName/><rasd:InstanceID>7</rasd:InstanceID>"
           "<rasd:ResourceType>10</rasd:ResourceType></Item>",
};

static void
test_all_configurations (void)
{
  CLEANUP_FREE char *text = descriptor (&options);
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP (appliance) struct appliance *a
    = read_as (ctx, text, (struct read_settings){ .all_configurations = true }, NULL, NULL);
  const struct machine *m;

  CU_ASSERT_PTR_NOT_NULL_FATAL (a);
  m = a->machines.ptr;
  CU_ASSERT_EQUAL (m->cpus, 1); /* of the first one, the default */
  CU_ASSERT_EQUAL_FATAL (m->variants.len, 2);
  CU_ASSERT_STRING_EQUAL (m->variants.ptr[0].configuration, "s m");
  CU_ASSERT_EQUAL (m->variants.ptr[0].cpus, 1);
  CU_ASSERT_STRING_EQUAL (m->variants.ptr[1].configuration, "l");
  CU_ASSERT_EQUAL (m->variants.ptr[1].cpus, 8);
  CU_ASSERT_EQUAL_FATAL (m->nics.len, 1);
  CU_ASSERT_STRING_EQUAL (m->nics.ptr[0].configuration, "m l");
  ovf_ctx_free (ctx);
}

static void
test_one_configuration (void)
{
  CLEANUP_FREE char *text = descriptor (&options);
  struct ovf_ctx *ctx = ovf_ctx_new ();
  CLEANUP_ERROR struct ovf_error *err = NULL;
  CLEANUP (appliance) struct appliance *a
    = read_as (ctx, text, (struct read_settings){ .configuration = "l" }, NULL, NULL);
  CLEANUP (appliance) struct appliance *none
    = read_as (ctx, text, (struct read_settings){ .configuration = "xl" }, NULL, &err);

  CU_ASSERT_PTR_NOT_NULL_FATAL (a);
  CU_ASSERT_EQUAL (a->machines.ptr[0].cpus, 8);
  CU_ASSERT_EQUAL_FATAL (a->machines.ptr[0].nics.len, 1);
  CU_ASSERT_PTR_NULL (a->machines.ptr[0].nics.ptr[0].configuration);
  CU_ASSERT_PTR_NULL (none);
  CU_ASSERT_PTR_NOT_NULL_FATAL (err);
  CU_ASSERT_EQUAL (err->code, OVF_E_USAGE);
  CU_ASSERT_PTR_NOT_NULL (strstr (err->hint, "'m'"));
  ovf_ctx_free (ctx);
}

/* ---- limits -------------------------------------------------------------------------- */
static char *
repeated (const char *s, size_t n)
{
  size_t len = strlen (s);
  char *out = xmalloc (n * len + 1);

  for (size_t i = 0; i < n; i++)
    memcpy (out + i * len, s, len);
  out[n * len] = '\0';
  return out;
}

static void
test_limits (void)
{
  CLEANUP_FREE char *files = repeated ("<File ovf:href='a'/>", 10001);
  CLEANUP_FREE char *many_disks = repeated ("<SharedDisk ovf:capacity='1'/>", 1025);
  CLEANUP_FREE char *systems = repeated ("<VirtualSystem/>", 300);
  CLEANUP_FREE char *many_drives = repeated (ITEM ("17", "", ""), 1025);
  CLEANUP_FREE char *many_controllers = repeated (ITEM ("6", "", ""), 1025);
  const struct parts parts[] = { { .refs = files }, { .disks = many_disks },
    { .after = systems }, { .items = many_drives }, { .items = many_controllers } };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (parts); i++) {
    CLEANUP_FREE char *text = descriptor (&parts[i]);
    CLEANUP_ERROR struct ovf_error *err = NULL;
    CLEANUP (appliance) struct appliance *a
      = read_as (ctx, text, (struct read_settings){ .inspect = true }, NULL, &err);
    CU_ASSERT_PTR_NULL (a);
    CU_ASSERT_PTR_NOT_NULL_FATAL (err);
    CU_ASSERT_EQUAL (err->code, OVF_E_LIMIT);
    CU_ASSERT_NOT_EQUAL (err->line, 0);
  }
  ovf_ctx_free (ctx);
}

/* ---- probing --------------------------------------------------------------------------- */
static void
test_probe (void)
{
  static const struct {
    const char *text;
    bool ours;
  } texts[] = {
    { "<Envelope/>", true },
    { "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <a> -->\n<o:Envelope xmlns:o='u'>", true },
    { "<!DOCTYPE Envelope []><Envelope>", true },
    { "<Envelopes/>", false },
    { "<domain><Envelope/></domain>", false },
    { "<!-- <Envelope/>", false },
    { "Envelope", false },
    { "", false },
  };

  for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
    const struct input in = { "t", texts[i].text, strlen (texts[i].text) };
    CU_ASSERT_EQUAL (ovf_converter.probe (&in) > 0, texts[i].ours);
  }
}

TAP_MAIN ("ovf-read", { "faults stop a conversion", test_faults },
          { "faults are shown by info", test_faults_are_shown },
          { "extensions that are known", test_known_sections },
          { "a required section, lax", test_lax },
          { "all configurations", test_all_configurations },
          { "one configuration", test_one_configuration },
          { "limits", test_limits },
          { "probing", test_probe })
