/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the OVF writer share.
 *
 *   ovf-write.c           the envelope, References, systems and collections
 *   ovf-write-sections.c  every section but the hardware
 *   ovf-write-hardware.c  machine to Items
 *   ovf-write-items.c     Items to XML: InstanceIDs, order of children
 *   ovf-write-kept.c      what the reader kept of an OVF source
 *   ovf-own.c             what only our own element can say
 *
 * Elements follow the order of DSP8023; CIM children are an alphabetical
 * sequence there; foreign elements come last and are never required
 * (DSP0243 1.1, 7.3). */
#ifndef OVF_WRITE_H
#define OVF_WRITE_H

#include "base/xml.h"
#include "base/xmlw.h"
#include "ovf-format.h"
#include "ovf-own.h"

struct writer {
  struct xmlw x;
  struct ovf_ctx *ctx;
  const struct appliance *a;
  struct ovf_report *report;
  const char *ns; /* of the envelope: OVF1_NS or OVF2_NS */
  bool plain_devices;
};

/* A section's start with its Info; the caller ends it. */
void write_section (struct writer *, const char *name, const char *info);
/* An attribute with the id of a file of References. */
void write_file_id (struct writer *, const char *attr, size_t file);
/* "ovf:/disk/ID" or "ovf:/file/ID"; NULL when both are NO_INDEX. */
char *host_resource (const struct appliance *, size_t disk, size_t file);
/* The ovf:id that a system gets. */
const char *system_id (const struct machine *);

/* ---- ovf-write-sections.c --------------------------------------------- */
void write_disks (struct writer *);
/* What a NIC is connected to, or NULL. */
const char *out_network (const struct nic *);
bool write_networks (struct writer *, struct ovf_error **err);
void write_configurations (struct writer *);
void write_os (struct writer *, const struct machine *);
bool write_products (struct writer *, const products *, const extras *kept,
                     struct ovf_error **err);
void write_eulas (struct writer *, const strings *);
void write_annotation (struct writer *, const char *text);

/* ---- ovf-write-kept.c: extras of owner "ovf", keys as in ovf-format.h --- */
/* All "KIND ..." in their order, as XML of this envelope's version. */
bool write_kept (struct writer *, const extras *, const char *kind,
                 struct ovf_error **err);
/* Of "KIND NAME" those with a foreign NAME ("vmw:x"). */
bool write_kept_rest (struct writer *, const extras *, const char *kind,
                      struct ovf_error **err);
/* Is there any "KIND ..."? */
bool any_kept (const extras *, const char *kind);
/* vmw:Config or vmw:ExtraConfig. */
void write_config (struct writer *, const char *element, const char *key,
                   const char *value, const struct extra *);
/* All "config KEY", or "extraconfig KEY". */
void write_configs (struct writer *, const extras *, const char *kind,
                    const char *element);
/* The parsed XML of one extra; free with xmlFreeDoc (). */
xmlDoc *kept_element (struct writer *, const struct extra *,
                      struct ovf_error **err);

/* ---- hardware ----------------------------------------------------------- */
/* CIM ResourceType (ovf-spec.md 4.1); 35 is VMware's and VirtualBox's. */
enum {
  CIM_OTHER = 1, CIM_CPU = 3, CIM_MEMORY = 4, CIM_IDE = 5, CIM_SCSI = 6,
  CIM_ETHERNET = 10, CIM_FLOPPY = 14, CIM_CD = 15, CIM_DISK = 17,
  CIM_OTHER_STORAGE = 20, CIM_SERIAL = 21, CIM_PARALLEL = 22, CIM_USB = 23,
  CIM_GRAPHICS = 24, CIM_SOUND = 35
};
#define NOT_SAID UINT_MAX

/* One Item to write; NULL, NOT_SAID, UNSET and a quantity of 0 are left out. */
struct out_item {
  const char *configuration;
  bool optional;
  unsigned type;
  const char *id;
  const char *kept_id;     /* its "item-config ID KEY", or NULL */
  char *name;              /* owned */
  unsigned address, unit;
  const char *mac, *units, *connection, *parent, *sub_type;
  char *host_resource;     /* owned */
  uint64_t quantity;
  unsigned cores_per_socket;
  enum tristate connected;
};
DEFINE_VECTOR (out_items, struct out_item)
DEFINE_VECTOR (extra_refs, const struct extra *)

/* A source's InstanceIDs are kept where they are small numbers. */
#define MAX_KEPT_ID 65535

struct hardware {
  struct writer *w;
  const struct machine *m;
  out_items items;
  struct own_data own;
  uint8_t *numbers;         /* [MAX_KEPT_ID + 1]: free, reserved, given */
  unsigned next;            /* the next InstanceID to try */
  strings ids;              /* all InstanceIDs that were given, owned */
  extra_refs configs;       /* "item-config ID KEY", sorted by key */
  const char **controllers; /* [controller]: InstanceID; NULL: not written */
  bool *used;               /* [controller]: a drive hangs on it */
  unsigned next_sata;       /* Address for a controller OVF has no type for */
  bool one_boot_device;     /* that VMware's BootOrderSection can name */
  const char *boot_id, *boot_type;
  bool virtualbox;          /* made for VirtualBox: it knows virtio */
};

/* ovf-write-hardware.c */
bool write_hardware (struct writer *, const struct machine *,
                     struct ovf_error **err);

/* ovf-write-items.c */
bool items_begin (struct hardware *, struct ovf_error **err);
void items_end (struct hardware *);
/* An unused InstanceID. */
const char *new_instance (struct hardware *);
/* A device's: its own, or a new one when that is taken or no number. */
const char *instance_of (struct hardware *, const char *id);
struct out_item *add_item (struct hardware *, unsigned type, const char *id);
bool write_items (struct hardware *, struct ovf_error **err);

#endif
