/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Editing a descriptor's tree so that everything else stays as it is:
 * elements are found by local name, new ones are put where the schema wants
 * them and indented like their neighbours. */
#ifndef OVF_EDIT_H
#define OVF_EDIT_H

#include "base/xml.h"
#include "options.h"

struct ovf_report;

#define VMW_NS "http://www.vmware.com/schema/ovf"

/* Resource types (CIM) that `set` knows. */
enum {
  RES_CPU = 3,
  RES_MEMORY = 4,
  RES_IDE = 5,
  RES_SCSI = 6,
  RES_ETHERNET = 10,
  RES_FLOPPY = 14,
  RES_CD = 15,
  RES_DVD = 16,
  RES_DISK = 17,
  RES_OTHER_STORAGE = 20,
  RES_SERIAL = 21,
  RES_PARALLEL = 22,
  RES_USB = 23,
  RES_LOGICAL_DISK = 31,
  RES_SOUND = 35
};

struct edit {
  struct ovf_ctx *ctx;
  const struct ovf_options *options;
  struct ovf_report *report;
  const char *file;      /* of the descriptor, for messages */
  xmlDoc *doc;
  xmlNode *root;         /* Envelope */
  xmlNode *machine;      /* VirtualSystem, once chosen */
  char *configuration;   /* the default deployment option, or NULL */
  strings dropped;       /* hrefs of files that nothing names any more */
};

/* ---- elements (edit.c) ----------------------------------------------- */
/* The OVF namespace of the document; NULL where there is none. */
const char *edit_ns (const struct edit *);
/* Replaces what is in an element. */
void edit_set_text (xmlNode *, const char *text);
/* An attribute by local name, whatever its namespace; made in that of the
 * descriptor.  value NULL removes it. */
void edit_set_attr (const struct edit *, xmlNode *, const char *name,
                    const char *value);
bool edit_attr_is (const xmlNode *, const char *name, const char *value);
/* A new element before `next` (NULL: as the last child). */
xmlNode *edit_insert (xmlNode *parent, xmlNode *next, xmlNs *, const char *name,
                      const char *text);
/* With the white space in front of it. */
void edit_remove (xmlNode *);
/* The child called name, made if absent: before the first child that stands
 * behind it in `order` (NULL-terminated), else before `before` or last. */
xmlNode *edit_child (xmlNode *parent, const char *name, const char *const *order);
/* A section of the machine or another content, made with its Info if absent. */
xmlNode *edit_section (struct edit *, xmlNode *content, const char *name,
                       const char *info);
/* A declared prefix for this namespace. */
xmlNs *edit_declare (struct edit *, const char *uri, const char *prefix);

/* ---- machines and items (edit-item.c) -------------------------------- */
/* Every VirtualSystem in document order. */
typedef void edit_each_fn (void *opaque, xmlNode *machine);
void edit_each_machine (const struct edit *, edit_each_fn *, void *opaque);
/* Sets edit->machine: the only one, or that of --machine. */
bool edit_choose_machine (struct edit *, struct ovf_error **err);
void edit_find_configuration (struct edit *);

xmlNode *edit_hardware (struct edit *, struct ovf_error **err);
/* The next Item, StorageItem or EthernetPortItem at or after n; NULL. */
xmlNode *edit_item (xmlNode *n);
#define EDIT_ITEMS(i, hardware)                                               \
  for (xmlNode *i = edit_item (xml_first (hardware)); i != NULL;              \
       i = edit_item (xml_next (i)))
unsigned item_type (const xmlNode *item); /* 0 = none */
char *item_text (const xmlNode *item, const char *child); /* trimmed, or NULL */
bool item_text_is (const xmlNode *item, const char *child, const char *text);
void item_set (xmlNode *item, const char *child, const char *text);
/* In the default configuration, and no range marker? */
bool item_counts (const struct edit *, const xmlNode *item);
/* The item that says how much of it (CPU, memory) there is by default. */
xmlNode *edit_quantity_item (struct edit *, xmlNode *hardware, unsigned type);
/* The n-th item of a type (or of type2) in document order, or NULL. */
xmlNode *edit_nth (xmlNode *hardware, unsigned type, unsigned type2, unsigned n,
                   unsigned *ret_count);
/* A new item with its own InstanceID before `next` (NULL: last). */
xmlNode *edit_new_item (xmlNode *hardware, xmlNode *next, unsigned type,
                        const char *sub_type, const char *element_name);

/* ---- the keys -------------------------------------------------------- */
/* rest: what follows the key's prefix ("product", "0.model"), or "". */
typedef bool edit_set_fn (struct edit *, const char *rest, const char *value,
                          struct ovf_error **err);
edit_set_fn set_name, set_cpus, set_memory, set_os;          /* set-system.c */
edit_set_fn set_product, set_annotation, set_eula, set_prop; /* set-text.c */
edit_set_fn set_net, set_nic, set_disk;                      /* set-device.c */
bool edit_remove_device (struct edit *, const char *what,    /* set-remove.c */
                         struct ovf_error **err);
/* With the disk and the file that only it names. */
void edit_remove_item (struct edit *, xmlNode *item);
/* The file of firmware variables; how many were there (0 or 1). */
unsigned edit_remove_nvram (struct edit *, xmlNode *hardware);
/* "0.model": the number, and *rest behind the dot (may be NULL: no dot). */
bool edit_number (const char *key, const char *text, unsigned *ret_n,
                  const char **ret_rest, struct ovf_error **err);
/* The Property of "[CLASS.]KEY[.INSTANCE]" in the machine or what holds it. */
xmlNode *edit_property (struct edit *, const char *key, struct ovf_error **err);

#endif
