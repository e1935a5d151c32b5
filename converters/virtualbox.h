/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The VirtualBox converter: machine settings files (.vbox).
 *
 * Namespaces http://www.virtualbox.org/ and, before VirtualBox 5,
 * http://www.innotek.de/VirtualBox-settings; versions 1.2 to 1.19 with a
 * suffix that names the host.  VirtualBox leaves out what has its usual value.
 *
 * Extras of the owner "virtualbox": a setting of virtualbox_settings under
 * its path ("Hardware/CPU/PAE@enabled"), with its value; other elements under
 * their path, without one. */
#ifndef OVF_CONVERTERS_VIRTUALBOX_H
#define OVF_CONVERTERS_VIRTUALBOX_H

#include "base/text.h"
#include "base/xml.h"
#include "base/xmlw.h"
#include "converter.h"
#include "model/maps.h"

#define VB_OWNER "virtualbox"
#define VB_NS "http://www.virtualbox.org/"
#define VB_OLD_NS "http://www.innotek.de/VirtualBox-settings"
#define VB_CPUS_MAX 32u
#define VB_MEMORY_MAX 2097152u /* MiB */
#define VB_NICS 8u
#define VB_SERIALS 4u
#define VB_PARALLELS 2u

/* ---- what only VirtualBox can say (virtualbox.c) ---------------------------- */
/* A setting of the guest that is safe to hand on: an attribute whose value is
 * a boolean, a number or a word of a list.  Settings that name files of the
 * host, or run something there, are not among them. */
struct vb_setting {
  const char *parent, *element; /* "CPU", "PAE"; parent NULL: in Hardware */
  const char *attribute;
  const char *usual;        /* not kept, and written where it is not NULL */
  const char *const *words; /* NULL: a number */
  unsigned max;
};
extern const struct vb_setting vb_settings[]; /* element NULL: the end */
bool vb_setting_valid (const struct vb_setting *, const char *value);
char *vb_setting_key (const struct vb_setting *);
/* Of the machine, or the usual value, or NULL. */
const char *vb_setting_value (const struct machine *, const char *parent,
                              const char *element, const char *attribute);

/* ---- devices --------------------------------------------------------------- */
/* A kind of storage controller of VirtualBox. */
struct vb_storage {
  const char *type;         /* "AHCI" */
  const char *name;         /* of the controller that is written */
  enum bus bus;
  unsigned group;           /* kinds of one group share `most` */
  unsigned most;            /* controllers, with PIIX3 */
  unsigned most_ich9;       /* with ICH9 */
  unsigned ports, devices;  /* of one controller */
};
extern const struct vb_storage vb_storages[]; /* type NULL: the end */
const struct vb_storage *vb_storage_by_type (const char *type); /* any case */
/* What a controller of the model becomes: by its model, else the first of its
 * bus; NULL = there is nothing of the kind. */
const struct vb_storage *vb_storage_for (enum bus, const char *model);

/* The words of an <Adapter>'s child and of the model. */
struct vb_attachment {
  const char *element;
  enum attachment attachment;
  const char *attribute;    /* that names the network, or NULL */
};
extern const struct vb_attachment vb_attachments[]; /* element NULL: the end */

struct vb_words { const char *model, *virtualbox; };
extern const struct vb_words vb_videos[], vb_formats[]; /* model NULL: the end */

/* An id that depends on the machine's and on what it is for: the same file
 * comes out of every run. */
char *vb_uuid (const struct appliance *, const char *what, const char *id,
               size_t index);
char *vb_disk_uuid (const struct appliance *, size_t disk);

struct appliance *virtualbox_read (struct ovf_ctx *, const struct input *,
                                   const struct read_settings *,
                                   struct ovf_report *, struct ovf_error **err);
bool virtualbox_write (struct ovf_ctx *, const struct appliance *,
                       const struct write_settings *, FILE *, struct ovf_report *,
                       struct ovf_error **err);

/* ---- inside the reader -------------------------------------------------------- */
struct vb_medium { /* of the registry */
  char *uuid;
  const xmlNode *node;
  enum drive_kind kind;
  size_t disk;              /* index into disks once it is used, or NO_INDEX */
  size_t file;              /* the same of other media */
};
DEFINE_VECTOR (vb_media, struct vb_medium)
struct vb_reader {
  struct ovf_ctx *ctx;
  const char *name;         /* of the input, for messages */
  bool inspect;
  struct ovf_report *report;
  struct appliance *a;
  struct machine *m;
  const xmlNode *machine, *hardware;
  vb_media media;           /* by uuid */
};
static inline xmlNode *
vb_child (const xmlNode *n, const char *name)
{
  return n ? xml_child (n, "*", name) : NULL;
}
static inline char *
vb_attr (const xmlNode *n, const char *name)
{
  return n ? xml_attr (n, NULL, name) : NULL;
}
static inline bool
vb_is (const xmlNode *n, const char *name)
{
  return xml_is (n, "*", name);
}
/* An absent attribute leaves *ret as it is; OVF_E_FORMAT for a wrong one. */
bool vb_number (struct vb_reader *, const xmlNode *, const char *attribute,
                unsigned max, unsigned *ret, struct ovf_error **err);
/* Absent: `usual`. */
bool vb_flag (const xmlNode *, const char *attribute, bool usual);
void vb_lost (struct vb_reader *, const xmlNode *, const char *key);

bool vb_registry_read (struct vb_reader *, struct ovf_error **err);
void vb_registry_done (struct vb_reader *);
bool vb_storage_read (struct vb_reader *, struct ovf_error **err);
/* What is in a drive: <Image uuid=> or <HostDrive src=> of n. */
bool vb_medium_read (struct vb_reader *, const xmlNode *n, struct drive *,
                     const char *uuid, struct ovf_error **err);
bool vb_network_read (struct vb_reader *, struct ovf_error **err);
/* What is not read otherwise, kept or dropped. */
void vb_rest_read (struct vb_reader *);

/* ---- inside the writer -------------------------------------------------------- */
struct vb_place { /* a drive and its seat */
  const struct drive *drive;
  size_t box;               /* index into boxes */
  unsigned port, device;
  bool seated;
};
DEFINE_VECTOR (vb_places, struct vb_place)
struct vb_box { /* a storage controller that is written */
  const struct vb_storage *kind;
  enum bus bus;             /* the model's, */
  unsigned from;            /* and its index; of IDE the first channel's */
  unsigned number;          /* among those of its kind's name */
  const char *type;         /* the word: IDE has three */
};
DEFINE_VECTOR (vb_boxes, struct vb_box)
struct vb_layout {
  vb_places places;         /* in the order of the model */
  vb_boxes boxes;
};
void vb_layout_make (struct vb_layout *, const struct machine *, bool ich9,
                     struct ovf_report *);
void vb_layout_done (struct vb_layout *);
void vb_registry_write (struct xmlw *, const struct appliance *,
                        const struct vb_layout *, struct ovf_report *);
void vb_storage_write (struct xmlw *, const struct appliance *,
                       const struct vb_layout *);
void vb_network_write (struct xmlw *, const struct machine *,
                       struct ovf_report *);

#endif
