/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Findings, limits and cancellation: what every operation carries along. */
#include "base/alloc.h"
#include "base/ctx.h"
#include "base/report.h"
#include "base/vector.h"

#include "tap.h"

static void
test_findings (void)
{
  struct ovf_report *r = ovf_report_new ();
  const struct ovf_finding *f;
  char *file = xstrdup ("a.ovf");

  report_add (r, OVF_NOTE, "R-1", file, 3, "/Envelope", "said %s", "this");
  report_hint (r, "do %s", "that");
  free (file); /* the report keeps its own */
  report_add (r, OVF_FAULT, "R-2", NULL, 0, NULL, "broken");
  CU_ASSERT_EQUAL (ovf_report_size (r), 2);
  CU_ASSERT_EQUAL (ovf_report_count (r, OVF_NOTE), 2);
  CU_ASSERT_EQUAL (ovf_report_count (r, OVF_WARNING), 1);
  f = ovf_report_get (r, 0);
  CU_ASSERT_STRING_EQUAL (f->file, "a.ovf");
  CU_ASSERT_STRING_EQUAL (f->message, "said this");
  CU_ASSERT_STRING_EQUAL (f->hint, "do that");
  CU_ASSERT_EQUAL (f->line, 3);
  CU_ASSERT_PTR_NULL (ovf_report_get (r, 1)->hint);
  CU_ASSERT_PTR_NULL (ovf_report_get (r, 2));
  ovf_report_free (r);
}

static void
test_losses (void)
{
  struct ovf_report *r = ovf_report_new ();

  report_add (r, OVF_FAULT, "OVF-XML-001", NULL, 0, NULL, "no loss");
  report_loss (r, "libvirt", "controller", "%s became %s", "lsilogic", "ide");
  CU_ASSERT_EQUAL (report_losses (r), 1);
  CU_ASSERT_STRING_EQUAL (ovf_report_get (r, 1)->rule, "LOSS-libvirt-controller");
  CU_ASSERT_EQUAL (ovf_report_get (r, 1)->severity, OVF_WARNING);
  ovf_report_free (r);
}

static void
test_no_report_wanted (void)
{
  report_add (NULL, OVF_NOTE, "R", NULL, 0, NULL, "x");
  report_hint (NULL, "x");
  report_loss (NULL, "t", "w", "x");
  CU_ASSERT_EQUAL (report_losses (NULL), 0);
  ovf_report_free (NULL);
}

/* The defaults are a contract: scripts and manuals name them. */
static void
test_limits (void)
{
  static const struct { const char *name; uint64_t value; } rows[] = {
    { "descriptor", 16 << 20 }, { "depth", 64 }, { "attributes", 256 },
    { "elements", 100000 }, { "text", 1 << 20 }, { "members", 10000 },
    { "name", 255 }, { "machines", 256 }, { "disks", 1024 },
    { "capacity", UINT64_C (64) << 40 }, { "manifest", 4 << 20 },
    { "certificate", 1 << 20 }, { "grain", 1 << 20 }, { "directory", 64 << 20 },
  };
  struct ovf_ctx *ctx = ovf_ctx_new ();

  for (size_t i = 0; i < ARRAY_SIZE (rows); i++) {
    bool found = false;
    for (int k = 0; k < LIMIT_COUNT; k++)
      if (strcmp (limit_name ((enum limit)k), rows[i].name) == 0) {
        found = true;
        CU_ASSERT_EQUAL (ctx_limit (ctx, (enum limit)k), rows[i].value);
      }
    CU_ASSERT_TRUE (found);
  }
  ovf_ctx_free (ctx);
}

static void
test_within (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_ctx *ctx = ovf_ctx_new ();

  CU_ASSERT_TRUE (ovf_ctx_set_limit (ctx, "disks", 2, NULL));
  CU_ASSERT_TRUE (ctx_within (ctx, LIMIT_DISKS, 2, "disks", &err));
  CU_ASSERT_FALSE (ctx_within (ctx, LIMIT_DISKS, 3, "disks", &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  CU_ASSERT_PTR_NOT_NULL (strstr (ovf_error_hint (err), "--limit disks="));
  CU_ASSERT_FALSE (ovf_ctx_set_limit (ctx, "discs", 2, NULL));
  ovf_ctx_free (ctx);
}

static void
test_cancel (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL;
  struct ovf_ctx *ctx = ovf_ctx_new ();

  CU_ASSERT_TRUE (ctx_alive (ctx, &err));
  ovf_ctx_cancel (ctx);
  CU_ASSERT_FALSE (ctx_alive (ctx, &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_CANCELLED);
  ovf_ctx_free (ctx);
}

static void
test_jobs (void)
{
  struct ovf_ctx *ctx = ovf_ctx_new ();

  CU_ASSERT (ctx_jobs (ctx) >= 1);
  ovf_ctx_set_jobs (ctx, 7);
  CU_ASSERT_EQUAL (ctx_jobs (ctx), 7);
  ovf_ctx_set_jobs (ctx, 4000000000u);
  CU_ASSERT (ctx_jobs (ctx) <= 1024);
  ovf_ctx_free (ctx);
}

static void
test_alloc_limited (void)
{
  CLEANUP_ERROR struct ovf_error *err = NULL, *err2 = NULL;
  CLEANUP_FREE char *p = alloc_limited (4, 8, 32, "table", &err);

  CU_ASSERT_PTR_NOT_NULL (p);
  CU_ASSERT (p[0] == 0 && p[31] == 0);
  CU_ASSERT_PTR_NULL (alloc_limited (5, 8, 32, "grain table", &err));
  CU_ASSERT_EQUAL (ovf_error_code (err), OVF_E_LIMIT);
  CU_ASSERT_PTR_NOT_NULL (strstr (ovf_error_message (err), "grain table"));
  /* The product overflows to something small. */
  CU_ASSERT_PTR_NULL (alloc_limited ((UINT64_C (1) << 61) + 1, 8, 64, "t", &err2));
  CU_ASSERT_EQUAL (ovf_error_code (err2), OVF_E_LIMIT);
}

/* Not inlined: gcc 12 would warn of the NULL that the list begins with. */
static __attribute__ ((noinline)) void
fill (strings *list)
{
  for (int i = 0; i < 100; i++)
    strings_append (list, xasprintf ("%d", i));
  CU_ASSERT_PTR_NULL (*strings_add (list));
}

static void
test_vector (void)
{
  strings list = { NULL, 0, 0 };
  size_t n = 0;

  fill (&list);
  CU_ASSERT_EQUAL (list.len, 101);
  VECTOR_FOR (s, &list)
    n += *s ? strlen (*s) : 0;
  CU_ASSERT_EQUAL (n, 190);
  strings_free (&list);
  CU_ASSERT_EQUAL (list.len, 0);
  CU_ASSERT_PTR_NULL (list.ptr);
}

TAP_MAIN ("report", { "findings", test_findings }, { "losses", test_losses },
          { "no report wanted", test_no_report_wanted },
          { "default limits", test_limits }, { "over a limit", test_within },
          { "cancellation", test_cancel }, { "jobs", test_jobs },
          { "limited allocation", test_alloc_limited },
          { "vectors", test_vector })
