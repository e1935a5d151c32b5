/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the libvirt reader share: walking the elements of a
 * domain by tables, so that none is passed over in silence. */
#ifndef OVF_CONVERTERS_LIBVIRT_READER_H
#define OVF_CONVERTERS_LIBVIRT_READER_H

#include "base/text.h"
#include "base/xml.h"
#include "libvirt.h"

#define LIBVIRT_OWNER "libvirt"

struct lv_reader {
  struct ovf_ctx *ctx;
  const char *name;         /* of the input, for messages */
  struct ovf_report *report;
  struct appliance *a;
  struct machine *m;        /* one: its address does not change */
  bool xen, wide_scsi;      /* by <domain type=> */
};

/* What becomes of an element.  read: its function; else its fate. */
enum fate {
  LOST,     /* kept as an extra, so that writers report it */
  HARMLESS, /* says nothing about the guest */
  HOST      /* of this host only: dropped with a finding */
};
struct lv_known {
  const char *name;
  enum fate fate;
  bool (*read) (struct lv_reader *, const xmlNode *, struct ovf_error **err);
};
/* Every child of parent by the table, whose last row has no name; what is in
 * no row is LOST, under "path/name". */
bool lv_walk (struct lv_reader *, const xmlNode *parent, const char *path,
              const struct lv_known *, struct ovf_error **err);
/* Kept without its value: nothing of a foreign configuration passes through
 * to another format as text. */
void lv_lost (struct lv_reader *, const xmlNode *, const char *key);
void lv_host (struct lv_reader *, const xmlNode *, const char *what);

/* A number in an attribute or a text; false with OVF_E_FORMAT.  An absent
 * attribute leaves *ret as it is. */
bool lv_number (struct lv_reader *, const xmlNode *, const char *attribute,
                unsigned max, unsigned *ret, struct ovf_error **err);

/* The element's text, unless it is empty. */
void lv_take_text (char **to, const xmlNode *);

bool lv_os_read (struct lv_reader *, const xmlNode *, struct ovf_error **err);
bool lv_bootloader_read (struct lv_reader *, const xmlNode *,
                         struct ovf_error **err);
/* <boot dev=>, when the devices are known. */
void lv_boot_read (struct lv_reader *, const xmlNode *os);
bool lv_controller_read (struct lv_reader *, const xmlNode *,
                         struct ovf_error **err);
bool lv_disk_read (struct lv_reader *, const xmlNode *, struct ovf_error **err);
bool lv_devices_read (struct lv_reader *, const xmlNode *devices,
                      struct ovf_error **err);

static inline bool
lv_is (const xmlNode *n, const char *name)
{
  return xml_is (n, NULL, name);
}
static inline char *
lv_attr (const xmlNode *n, const char *name)
{
  return n ? xml_attr (n, NULL, name) : NULL;
}
static inline xmlNode *
lv_child (const xmlNode *n, const char *name)
{
  return n ? xml_child (n, NULL, name) : NULL;
}
/* The attribute of a child: <mac address=>. */
static inline char *
lv_child_attr (const xmlNode *n, const char *child, const char *attribute)
{
  return lv_attr (lv_child (n, child), attribute);
}
static inline bool
lv_equal (const char *a, const char *b)
{
  return a != NULL && strcmp (a, b) == 0;
}

#endif
