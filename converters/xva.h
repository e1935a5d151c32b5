/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the XVA converter share: ova.xml, the first file of an
 * export of XenServer or XCP-ng, is one XML-RPC value that holds records of
 * XAPI's objects (xapi-project/xen-api: ocaml/xapi/export.ml, datamodel_vm.ml).
 *
 * What only this format says is kept with the owner "xva" under these keys;
 * the writer puts it back:
 *   FIELD       a field of the VM record: "HVM_shadow_multiplier"
 *   MAP KEY     a key of a map of it: "platform viridian"
 *   tag NAME    a tag */
#ifndef OVF_CONVERTERS_XVA_H
#define OVF_CONVERTERS_XVA_H

#include "base/xml.h"
#include "base/xmlw.h"
#include "converter.h"
#include "model/maps.h"

#define XVA_OWNER "xva"
#define XVA_NULL "OpaqueRef:NULL"
/* Keys of other_config in which what the record has no field for travels. */
#define XVA_OS "ovftool-os-"

/* ---- the record of a VM (xva-fields.c) ----------------------------------- */
enum xva_type { XVA_TEXT, XVA_BOOL, XVA_SET, XVA_MAP, XVA_DATE };
struct xva_row {
  const char *name, *usual; /* what is written when nothing else is said */
  enum xva_type type;
  bool kept;                /* text or map: another value is an extra */
};
/* Each ends with a NULL name; in the order of XAPI's own exports. */
extern const struct xva_row xva_vm_rows[], xva_vdi_rows[], xva_vbd_rows[],
  xva_vif_rows[], xva_network_rows[], xva_sr_rows[];
/* Is this what the key of a map says in most exports, or is it of one host? */
bool xva_is_usual (const char *map, const char *key, const char *value);

/* ---- reading -------------------------------------------------------------- */
struct xva_object {
  char *id, *class_name;
  const xmlNode *record;    /* <value> with a struct */
  size_t index;             /* in the document */
};
DEFINE_VECTOR (xva_objects, struct xva_object)
DEFINE_VECTOR (xva_object_list, const struct xva_object *)
struct xva_reader {
  struct ovf_ctx *ctx;
  struct ovf_report *report;
  const char *name;         /* of the file, for messages */
  bool inspect;
  struct appliance *a;
  struct machine *m;        /* the one being read */
  const struct xva_object *vm;
  xva_objects objects;      /* by id */
};
struct appliance *xva_read (struct ovf_ctx *, const struct input *,
                            const struct read_settings *, struct ovf_report *,
                            struct ovf_error **err);
/* Drives, disks and adapters of r->vm (xva-read-devices.c). */
bool xva_read_devices (struct xva_reader *, struct ovf_error **err);
/* Once all machines were read: as they come in the archive. */
void xva_sort_disks (struct appliance *);
/* NULL: there is none. */
const struct xva_object *xva_find (const struct xva_reader *, const char *id);
/* In document order. */
void xva_sort (xva_object_list *);
/* A mistake that would make another machine: an error, or a finding where
 * somebody only looks. */
bool xva_fault (struct xva_reader *, const xmlNode *, const char *rule,
                struct ovf_error **err, const char *fmt, ...)
  __attribute__ ((format (printf, 5, 6)));
bool xva_number (struct xva_reader *, const xmlNode *record, const char *field,
                 uint64_t max, uint64_t *ret, struct ovf_error **err);

/* ---- XML-RPC values (xva-value.c) ------------------------------------------- */
/* The value of a member of a struct, or NULL. */
const xmlNode *xva_get (const xmlNode *value, const char *name);
/* Members of a struct: the first, and the one after; *name is allocated. */
const xmlNode *xva_member (const xmlNode *value, const xmlNode *after, char **name);
/* The text of a scalar, allocated; NULL when absent, empty, or no scalar. */
char *xva_text (const xmlNode *value);
char *xva_field (const xmlNode *record, const char *name);
bool xva_true (const xmlNode *record, const char *name);
/* The same, but the null reference is NULL too. */
char *xva_ref (const xmlNode *record, const char *name);

/* ---- writing ---------------------------------------------------------------- */
struct xva_override {       /* instead of what the row of a field says */
  const char *name;
  char *text;               /* owned; or NULL */
  strings items;            /* of a set; of a map: key, value, ... */
};
DEFINE_VECTOR (xva_overrides, struct xva_override)
struct xva_drive {          /* a block device that will be there */
  const struct drive *drive;
  unsigned position;        /* userdevice */
  char *vbd, *vdi;          /* references; vdi NULL: none */
};
DEFINE_VECTOR (xva_drives, struct xva_drive)
struct xva_nic {
  const struct nic *nic;
  char *vif, *network;
};
DEFINE_VECTOR (xva_nics, struct xva_nic)
struct xva_net {
  char *name, *ref;
};
DEFINE_VECTOR (xva_nets, struct xva_net)
struct xva_writer {
  const struct appliance *a;
  const struct machine *m;
  struct ovf_report *report;
  struct xmlw w;
  bool pv;
  unsigned next;            /* number of the next reference */
  char *vm, *sr;
  char *seed;               /* what identities are derived from */
  xva_drives drives;
  xva_nics nics;
  xva_nets nets;
};
bool xva_write (struct ovf_ctx *, const struct appliance *,
                const struct write_settings *, FILE *, struct ovf_report *,
                struct ovf_error **err);
/* Which devices there will be, with their references (xva-write-plan.c). */
void xva_plan (struct xva_writer *);
void xva_plan_done (struct xva_writer *);
/* What the record cannot say (xva-loss.c). */
void xva_losses (const struct xva_writer *);

void xva_set (xva_overrides *, const char *name, char *text /* taken */);
void xva_add (xva_overrides *, const char *name, const char *item);
void xva_put (xva_overrides *, const char *map, const char *key, const char *value);
void xva_object (struct xva_writer *, const char *class_name, const char *ref,
                 const struct xva_row *rows, xva_overrides * /* emptied */);
/* A UUID that is the same for the same machine and reference. */
char *xva_uuid (const struct xva_writer *, const char *ref);
/* <value>...</value> and <member><name>...</name>. */
void xva_put_text (struct xmlw *, const char *text);
void xva_begin_struct (struct xmlw *);
void xva_begin_member (struct xmlw *, const char *name);
void xva_end (struct xmlw *, unsigned n);

/* "Ref:12": what names a disk in the archive. */
bool xva_is_disk_ref (const char *);

#endif
