/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A build without libvirt: every live host is out of reach. */
#include "libvirt-live.h"

static bool
not_here (struct ovf_error **err)
{
  error_set (err, OVF_E_UNSUPPORTED, "this build is without libvirt: it reaches no live host");
  return error_hint (err, "on Debian and Ubuntu: apt install libvirt-dev, then build it anew");
}

struct live_source *
live_source_open (struct ovf_ctx *ctx, const char *path, bool use, const char **ret_xml,
                  struct ovf_report *report, struct ovf_error **err)
{
  (void)ctx;
  (void)path;
  (void)use;
  (void)ret_xml;
  (void)report;
  not_here (err);
  return NULL;
}

void
live_source_free (struct live_source *l)
{
  (void)l;
}

const char *
live_source_name (const struct live_source *l)
{
  (void)l;
  return "";
}

struct blob *
live_source_blob (struct live_source *l, const char *href, bool raw, const char *scratch,
                  bool *ret_local, struct ovf_error **err)
{
  (void)l;
  (void)href;
  (void)raw;
  (void)scratch;
  (void)ret_local;
  not_here (err);
  return NULL;
}

bool
live_import (struct source *s, struct plan *p, struct json_t *result,
             struct ovf_report *report, struct ovf_error **err)
{
  (void)s;
  (void)p;
  (void)result;
  (void)report;
  return not_here (err);
}
