/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the Xen converter share: xl.cfg(5) of Xen 4.17 and the
 * files of xm, which was before it.
 *
 * What only Xen can say is kept as extras of the owner "xen", and written
 * again: a setting under its own name ("on_crash", "hap", ...: the rows of
 * xen-keys.c), and of the Nth network adapter "vif N ip", "vif N rate",
 * "vif N script" and "vif N vlan".  Of any other setting only the name is
 * kept. */
#ifndef OVF_CONVERTERS_XEN_H
#define OVF_CONVERTERS_XEN_H

#include "base/text.h"
#include "converter.h"
#include "model/maps.h"
#include "xen-lang.h"

#define XEN_OWNER "xen"

/* The words of machine_type, which libvirt has as well. */
#define XEN_HVM "xenfv"
#define XEN_PV "xenpv"
#define XEN_PVH "xenpvh"

/* ---- reading ------------------------------------------------------------- */
struct xen_reader {
  struct ovf_ctx *ctx;
  const char *name;         /* of the input, for messages */
  bool inspect;
  struct ovf_report *report;
  const struct xen_config *config;
  struct appliance *a;
  struct machine *m;        /* one: its address does not change */
  bool hvm, ahci;
};

struct appliance *xen_read (struct ovf_ctx *, const struct input *,
                            const struct read_settings *, struct ovf_report *,
                            struct ovf_error **err);

/* ---- writing (xen-write.c) ----------------------------------------------- */
bool xen_write (struct ovf_ctx *, const struct appliance *,
                const struct write_settings *, FILE *, struct ovf_report *,
                struct ovf_error **err);

/* The setting that counts, or NULL; its text, or NULL. */
const struct xen_setting *xen_setting (const struct xen_reader *, const char *name);
const char *xen_setting_text (const struct xen_reader *, const char *name);
/* What is wrong with an input: an error, but for `info` a finding. */
bool xen_wrong (struct xen_reader *, unsigned line, struct ovf_error **err,
                const char *fmt, ...) PRINTF (4, 5);
/* Kept by name only, so that writers report it. */
void xen_lost (struct xen_reader *, unsigned line, const char *key);
/* Of the host, and dropped. */
void xen_host (struct xen_reader *, unsigned line, const char *what);
/* Numbers as xl reads them: decimal, 0x.., 0..; in quotes or not. */
bool xen_number (const struct xen_value *, uint64_t max, uint64_t *ret);
/* A text or a number as text; NULL for a list. */
const char *xen_text (const struct xen_value *);
/* A file that the configuration names; its index. */
size_t xen_add_file (struct xen_reader *, const char *id, const char *href,
                     unsigned line);

/* The words of "a=b,c=d": each in turn, trimmed; *rest moves on.  NULL at the
 * end. */
char *xen_word (const char **rest);
/* "a=b": *ret_value is b in the word, whose "=" becomes its end; NULL if there
 * is none. */
void xen_split (char *word, char **ret_value);

bool xen_disks_read (struct xen_reader *, const struct xen_setting *,
                     struct ovf_error **err);
void xen_devices_read (struct xen_reader *);
bool xen_nics_read (struct xen_reader *, const struct xen_setting *,
                    struct ovf_error **err);

/* ---- the settings (xen-keys.c) ------------------------------------------- */
enum xen_fate {
  XEN_READ,     /* in a field of the model: xen-read.c knows which */
  XEN_KEEP,     /* kept as an extra and written again, unless it is usual */
  XEN_LOSE,     /* about the guest, but not carried */
  XEN_DROP,     /* of the host: dropped with a finding */
  XEN_IGNORE    /* says nothing about the guest */
};
struct xen_key {
  const char *name;
  enum xen_fate fate;
  const char *usual;        /* blank-separated: what need not be kept */
};
/* NULL = xl does not know it either. */
const struct xen_key *xen_key (const char *name);

#endif
