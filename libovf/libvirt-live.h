/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests of a live libvirt host: libvirt:URI#NAME as a source, and a host as
 * the target of an import.  A build without libvirt has libvirt-none.c. */
#ifndef OVF_LIBVIRT_LIVE_H
#define OVF_LIBVIRT_LIVE_H

#include "plan.h"

/* ---- libvirt-source.c ---------------------------------------------------- */
#define LIVE_PREFIX "libvirt:"
struct live_source;
/* The domain that "libvirt:URI#NAME" names.  use: its disks will be read, so
 * that it may not run.  *ret_xml is its description, lent. */
struct live_source *live_source_open (struct ovf_ctx *, const char *path, bool use,
                                      const char **ret_xml, struct ovf_report *,
                                      struct ovf_error **err);
void live_source_free (struct live_source *);
const char *live_source_name (const struct live_source *); /* of the domain */
/* The bytes of what the description calls href, if libvirt knows it as a
 * volume.  raw: it may come as a stream.  Without *err the volume is none, and
 * *ret_local says whether the path is one of this machine. */
struct blob *live_source_blob (struct live_source *, const char *href, bool raw,
                               const char *scratch, bool *ret_local,
                               struct ovf_error **err);

/* ---- libvirt-import.c ------------------------------------------------------ */
/* Uploads the files of the plan and defines its machines on the host of
 * --connect; with --dry-run only says what would be done. */
bool live_import (struct source *, struct plan *, struct json_t *result,
                  struct ovf_report *, struct ovf_error **err);

#endif
