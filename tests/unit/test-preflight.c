/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preflight: a guest and a host that fit, and what each check says when one
 * thing of either is changed. */
#include <stdio.h>

#include "base/alloc.h"
#include "preflight.h"

#include "tap.h"

#define GIB (UINT64_C (1) << 30)

static const char guest[] =
  "<domain type='kvm'>\n"
  "<name>web1</name><uuid>11111111-2222-3333-4444-555555555555</uuid>\n"
  "<memory unit='KiB'>1048576</memory><vcpu>2</vcpu>\n"
  "<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type>\n"
  "<loader secure='yes'/></os>\n"
  "<cpu mode='host-model'/>\n"
  "<devices>\n"
  "<disk type='file' device='disk'><source file='/pool/a'/><target dev='sda' bus='sata'/></disk>\n"
  "<disk type='file' device='cdrom'><target dev='sdb' bus='sata'/></disk>\n"
  "<controller type='scsi' model='vmpvscsi'/>\n"
  "<interface type='network'><mac address='52:54:00:00:00:01'/>"
  "<source network='default'/><model type='e1000'/></interface>\n"
  "<interface type='bridge'><source bridge='br0'/><model type='e1000'/></interface>\n"
  "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>\n"
  "<graphics type='vnc'/><sound model='ich6'/>\n"
  "<video><model type='vga'/></video>\n"
  "</devices></domain>\n";

#define ENUM(name, values) "<enum name='" name "'>" values "</enum>"
#define V(value) "<value>" value "</value>"
static const char caps[] =
  "<domainCapabilities>\n"
  "<domain>kvm</domain><machine>pc-q35-7.2</machine><arch>x86_64</arch><vcpu max='8'/>\n"
  "<os supported='yes'>" ENUM ("firmware", V ("bios") V ("efi"))
  "<loader supported='yes'>" ENUM ("secure", V ("yes") V ("no")) "</loader></os>\n"
  "<cpu><mode name='host-passthrough' supported='no'/>"
  "<mode name='host-model' supported='yes'><model fallback='forbid'>EPYC</model></mode>"
  "<mode name='custom' supported='yes'><model usable='yes'>qemu64</model>"
  "<model usable='no'>EPYC</model></mode></cpu>\n"
  "<devices>\n"
  "<disk supported='yes'>" ENUM ("diskDevice", V ("disk") V ("cdrom"))
  ENUM ("bus", V ("sata") V ("virtio")) "</disk>\n"
  "<controller supported='yes'>" ENUM ("model", V ("vmpvscsi") V ("virtio-scsi"))
  "</controller>\n"
  "<interface supported='yes'>" ENUM ("modelType", V ("e1000") V ("virtio")) "</interface>\n"
  "<tpm supported='yes'>" ENUM ("model", V ("tpm-tis") V ("tpm-crb"))
  ENUM ("backendModel", V ("emulator")) ENUM ("backendVersion", V ("2.0")) "</tpm>\n"
  "<graphics supported='yes'>" ENUM ("type", V ("vnc")) "</graphics>\n"
  "<sound supported='yes'>" ENUM ("model", V ("ich6")) "</sound>\n"
  "<video supported='yes'>" ENUM ("modelType", V ("vga")) "</video>\n"
  "</devices></domainCapabilities>\n";

static const char neighbour[] =
  "<domain type='kvm'><name>old</name><devices>"
  "<disk><source pool='p' volume='v'/></disk>"
  "<disk><source file='/pool/b'/></disk>"
  "<interface type='user'><mac address='52:54:00:00:00:99'/></interface>"
  "</devices></domain>";

/* text with the first `from` replaced. */
static char *
replaced (const char *text, const char *from, const char *to)
{
  const char *at = from ? strstr (text, from) : NULL;

  if (from != NULL && at == NULL)
    abort (); /* the case changes nothing */
  return at ? xasprintf ("%.*s%s%s", (int)(at - text), text, to, at + strlen (from))
            : xstrdup (text);
}

static char awake[] = "default", link_name[] = "br0", asleep[] = "other";
static char *network_list[] = { awake }, *link_list[] = { link_name };
static char *asleep_list[] = { asleep };

struct fixture {
  struct virt_host host;
  struct virt_domain there;
  virt_domains domains;
  struct preflight p;
};

static void
make (struct fixture *f, struct ovf_ctx *ctx, const char *caps_text)
{
  static char name[] = "old", uuid[] = "99999999-2222-3333-4444-555555555555";

  memset (f, 0, sizeof *f);
  f->host = (struct virt_host){
    .memory = 4 * GIB, .free_memory = 2 * GIB, .cpus = 4, .networks_known = true,
    .links_known = true, .networks = { network_list, 1, 1 },
    .inactive_networks = { asleep_list, 1, 1 }, .links = { link_list, 1, 1 }
  };
  f->there = (struct virt_domain){ .name = name, .uuid = uuid, .xml = (char *)neighbour };
  f->domains = (virt_domains){ &f->there, 1, 1 };
  f->p = (struct preflight){ .ctx = ctx, .caps_name = "caps.xml", .caps = caps_text,
                             .host = &f->host, .domains = &f->domains };
}

struct check {
  const char *from, *to;            /* in the guest; NULL = as it is */
  const char *caps_from, *caps_to;  /* in the capabilities */
  const char *rule;                 /* NULL: nothing is found */
  enum ovf_severity severity;
};

static void
run_check (const struct check *c, bool start)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *r = ovf_report_new ();
  char *xml = replaced (guest, c->from, c->to);
  char *caps_text = replaced (caps, c->caps_from, c->caps_to);
  const struct ovf_finding *f;
  struct fixture x;

  make (&x, ctx, caps_text);
  x.p.start = start;
  CU_ASSERT_TRUE (preflight_domain (&x.p, xml, strlen (xml), r, NULL));
  f = ovf_report_get (r, 0);
  if (c->rule == NULL ? f != NULL
                      : f == NULL || strcmp (f->rule, c->rule) != 0 || f->severity != c->severity
                          || ovf_report_size (r) != 1) {
    printf ("# '%s' -> '%s', '%s' -> '%s': %zu findings, %s\n", c->from ? c->from : "",
            c->to ? c->to : "", c->caps_from ? c->caps_from : "", c->caps_to ? c->caps_to : "",
            ovf_report_size (r), f ? f->rule : "none");
    CU_FAIL ("another finding than expected");
  }
  free (xml);
  free (caps_text);
  ovf_report_free (r);
  ovf_ctx_free (ctx);
}

static void
run_checks (const struct check *rows, size_t n)
{
  for (size_t i = 0; i < n; i++)
    run_check (&rows[i], false);
}
#define RUN(rows) run_checks (rows, ARRAY_SIZE (rows))

static void
test_board (void)
{
  static const struct check rows[] = {
    { NULL, NULL, NULL, NULL, NULL, 0 },
    { NULL, NULL, "<domain>kvm<", "<domain>qemu<", "PREFLIGHT-VIRT-TYPE", OVF_FAULT },
    { NULL, NULL, "<domain>kvm<", "<domain>xen<", "PREFLIGHT-VIRT-TYPE", OVF_FAULT },
    { "type='kvm'", "type='qemu'", NULL, NULL, NULL, 0 },
    { NULL, NULL, "<arch>x86_64<", "<arch>aarch64<", "PREFLIGHT-ARCH", OVF_FAULT },
    { NULL, NULL, "pc-q35-7.2", "pc-i440fx-7.2", "PREFLIGHT-MACHINE", OVF_WARNING },
    { NULL, NULL, "<vcpu max='8'/>", "<vcpu max='1'/>", "PREFLIGHT-CPUS", OVF_FAULT },
    { "<vcpu>2<", "<vcpu>9<", NULL, NULL, "PREFLIGHT-CPUS", OVF_FAULT },
    { "<vcpu>2<", "<vcpu>5<", NULL, NULL, "PREFLIGHT-CPUS", OVF_WARNING },
    { "<vcpu>2<", "<vcpu>4<", NULL, NULL, NULL, 0 },
    { "host-model", "host-passthrough", NULL, NULL, "PREFLIGHT-CPU", OVF_FAULT },
    { "host-model", "maximum", NULL, NULL, "PREFLIGHT-CPU", OVF_FAULT },
    { "<cpu mode='host-model'/>", "<cpu><model>qemu64</model></cpu>", NULL, NULL, NULL, 0 },
    { "<cpu mode='host-model'/>", "<cpu><model>EPYC</model></cpu>", NULL, NULL,
      "PREFLIGHT-CPU", OVF_FAULT },
    { "<cpu mode='host-model'/>", "<cpu><model>none</model></cpu>", NULL, NULL,
      "PREFLIGHT-CPU", OVF_FAULT },
    { NULL, NULL, V ("efi"), "", "PREFLIGHT-FIRMWARE", OVF_FAULT },
    { NULL, NULL, "<loader supported='yes'>", "<loader supported='no'>",
      "PREFLIGHT-FIRMWARE", OVF_FAULT },
    { " firmware='efi'", "", V ("efi"), "", NULL, 0 },
    { NULL, NULL, V ("yes"), "", "PREFLIGHT-SECURE-BOOT", OVF_FAULT },
    { "secure='yes'", "secure='no'", V ("yes"), "", NULL, 0 },
  };

  RUN (rows);
}

static void
test_devices (void)
{
  static const struct check rows[] = {
    { NULL, NULL, V ("cdrom"), "", "PREFLIGHT-DISK-DEVICE", OVF_FAULT },
    { NULL, NULL, V ("sata"), "", "PREFLIGHT-DISK-BUS", OVF_FAULT },
    { "bus='sata'", "bus='scsi'", NULL, NULL, "PREFLIGHT-DISK-BUS", OVF_FAULT },
    { NULL, NULL, V ("vmpvscsi"), "", "PREFLIGHT-CONTROLLER", OVF_FAULT },
    { NULL, NULL, V ("e1000"), "", "PREFLIGHT-NIC", OVF_FAULT },
    { NULL, NULL, "<interface supported='yes'>" ENUM ("modelType", V ("e1000") V ("virtio")),
      "<interface>", NULL, 0 },
    { NULL, NULL, V ("tpm-crb"), "", "PREFLIGHT-TPM", OVF_FAULT },
    { NULL, NULL, V ("emulator"), "", "PREFLIGHT-TPM", OVF_FAULT },
    { NULL, NULL, V ("2.0"), "", "PREFLIGHT-TPM", OVF_FAULT },
    { NULL, NULL, V ("vnc"), V ("spice"), "PREFLIGHT-GRAPHICS", OVF_FAULT },
    { NULL, NULL, V ("ich6"), "", "PREFLIGHT-SOUND", OVF_FAULT },
    { NULL, NULL, V ("vga"), V ("qxl"), "PREFLIGHT-VIDEO", OVF_FAULT },
    { NULL, NULL, "<sound supported='yes'>", "<sound supported='no'>", "PREFLIGHT-SOUND",
      OVF_FAULT },
  };

  RUN (rows);
}

/* Hosts of old say nothing of these devices: that is no verdict. */
static void
test_not_said (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *r = ovf_report_new ();
  struct preflight p = { .ctx = ctx, .caps_name = "x", .caps = "<domainCapabilities/>" };

  CU_ASSERT_TRUE (preflight_domain (&p, guest, sizeof guest - 1, r, NULL));
  CU_ASSERT_EQUAL (ovf_report_size (r), 0);
  p.caps = NULL;
  CU_ASSERT_TRUE (preflight_domain (&p, guest, sizeof guest - 1, r, NULL));
  CU_ASSERT_EQUAL (ovf_report_size (r), 0);
  ovf_report_free (r);
  ovf_ctx_free (ctx);
}

static void
test_host (void)
{
  static const struct check rows[] = {
    { "1048576", "3145728", NULL, NULL, "PREFLIGHT-MEMORY", OVF_WARNING },
    { "1048576", "5242880", NULL, NULL, "PREFLIGHT-MEMORY", OVF_FAULT },
    { "network='default'", "network='none'", NULL, NULL, "PREFLIGHT-NETWORK", OVF_FAULT },
    { "network='default'", "network='other'", NULL, NULL, "PREFLIGHT-NETWORK", OVF_WARNING },
    { "bridge='br0'", "bridge='br1'", NULL, NULL, "PREFLIGHT-BRIDGE", OVF_FAULT },
  };
  static const struct check asleep_now = { "network='default'", "network='other'", NULL, NULL,
                                           "PREFLIGHT-NETWORK", OVF_FAULT };

  RUN (rows);
  run_check (&asleep_now, true);
}

static void
test_collisions (void)
{
  static const struct check rows[] = {
    { "<name>web1<", "<name>old<", NULL, NULL, "PREFLIGHT-NAME", OVF_FAULT },
    { "11111111-2222", "99999999-2222", NULL, NULL, "PREFLIGHT-UUID", OVF_FAULT },
    { "52:54:00:00:00:01", "52-54-00-00-00-99", NULL, NULL, NULL, 0 },
    { "52:54:00:00:00:01", "52:54:00:00:00:99", NULL, NULL, "PREFLIGHT-MAC", OVF_WARNING },
  };
  struct ovf_ctx *ctx = ovf_ctx_new ();
  struct ovf_report *r = ovf_report_new ();
  char *xml = replaced (guest, "<name>web1<", "<name>old<");
  struct fixture x;

  RUN (rows);
  make (&x, ctx, caps);
  x.p.replaced = "old"; /* it will make room */
  CU_ASSERT_TRUE (preflight_domain (&x.p, xml, strlen (xml), r, NULL));
  CU_ASSERT_EQUAL (ovf_report_size (r), 0);
  CU_ASSERT_TRUE (domain_uses (ctx, &x.there, "/pool/b", NULL, NULL));
  CU_ASSERT_TRUE (domain_uses (ctx, &x.there, NULL, "p", "v"));
  CU_ASSERT_FALSE (domain_uses (ctx, &x.there, "/pool/a", "q", "v"));
  free (xml);
  ovf_report_free (r);
  ovf_ctx_free (ctx);
}

static void
test_space (void)
{
  struct ovf_report *r = ovf_report_new ();
  struct preflight p = { .pool = "default", .pool_free = GIB, .pool_needs = GIB,
                         .scratch = "/var/tmp", .scratch_free = GIB, .scratch_needs = GIB };

  preflight_space (&p, r);
  CU_ASSERT_EQUAL (ovf_report_size (r), 0);
  p.pool_needs++;
  p.scratch_needs++;
  preflight_space (&p, r);
  CU_ASSERT_EQUAL (ovf_report_count (r, OVF_FAULT), 2);
  CU_ASSERT_STRING_EQUAL (ovf_report_get (r, 0)->rule, "PREFLIGHT-SPACE");
  CU_ASSERT_STRING_EQUAL (ovf_report_get (r, 1)->rule, "PREFLIGHT-SCRATCH");
  CU_ASSERT_FALSE (preflight_verdict (r, NULL));
  ovf_report_free (r);
}

/* What is no text of a host is an error, not a finding. */
static void
test_broken (void)
{
  static const char *const texts[] = { "", "no XML", "<domain/>", "<domainCapabilities>" };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (texts); i++) {
    struct preflight p = { .ctx = ctx, .caps_name = "caps.xml", .caps = texts[i] };
    struct ovf_error *err = NULL;
    CU_ASSERT_FALSE (preflight_domain (&p, guest, sizeof guest - 1, NULL, &err));
    CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_FORMAT);
    CU_ASSERT_STRING_EQUAL (ovf_error_file (err), "caps.xml");
    ovf_error_free (err);
  }
  ovf_ctx_free (ctx);
}

TAP_MAIN ("preflight", { "the board", test_board }, { "devices", test_devices },
          { "what a host does not say", test_not_said }, { "the host", test_host },
          { "collisions", test_collisions }, { "space", test_space },
          { "broken capabilities", test_broken })
