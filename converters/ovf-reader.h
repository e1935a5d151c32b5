/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of the OVF reader: its state, and what its files offer each other.
 *
 *   ovf-read.c      the Envelope, systems and collections, in which order
 *   ovf-names.c     elements and attributes by name, sections by kind
 *   ovf-findings.c  what is said about the file: findings, faults, quirks
 *   ovf-refs.c      References and disks
 *   ovf-envelope.c  networks, deployment options, message bundles
 *   ovf-sections.c  products, EULAs, annotations, systems' other sections
 *   ovf-items.c     hardware Items: fields, configurations, ranges
 *   ovf-hardware.c  Items to devices; ovf-drives.c controllers and drives
 *   ovf-vendor.c    what VMware and VirtualBox say in their own elements */
#ifndef OVF_READER_H
#define OVF_READER_H

#include <libxml/hash.h>

#include "ovf-format.h"

#include "base/text.h"
#include "base/xml.h"
#include "model/maps.h"

/* ---- state ------------------------------------------------------------ */
/* Producers' habits that are told once a file. */
enum quirk {
  QUIRK_NAMESPACE,      /* trailing '/' or no version */
  QUIRK_UNQUALIFIED,    /* OVF elements in no namespace, 1.x and 2.x */
  QUIRK_INSTANCE_ID,    /* InstanceId */
  QUIRK_ELEMENT_NAME,   /* no ElementName */
  QUIRK_XSD_NAMESPACE,  /* sasd, epasd namespaces that end in ".xsd" */
  QUIRK_HOST_RESOURCE,  /* "/disk/x" for "ovf:/disk/x" */
  QUIRK_UNITS,          /* "MegaBytes" */
  QUIRK_NO_UNITS,       /* memory without AllocationUnits */
  QUIRK_NO_ID,          /* a VirtualSystem or collection without id */
  QUIRK_SEPARATOR,      /* commas in lists */
  QUIRK_VBOX_MACHINE,   /* vbox:Machine is there */
  QUIRK_FORMAT,         /* format of a disk is no known URI */
  QUIRK_SETTINGS,       /* oVirt's own elements */
  QUIRK_COUNT
};

struct reader {
  struct ovf_ctx *ctx;
  const struct input *in;
  const struct read_settings *settings;
  struct ovf_report *report;
  struct appliance *a;
  const char *ns;            /* the root's namespace, as it stands there */
  bool old;                  /* 0.9 form */
  const char *configuration; /* the chosen one, or NULL; in a->configurations */
  xmlHashTable *messages;    /* msgid -> text of the default locale */
  xmlHashTable *other_messages; /* of any other locale */
  xmlHashTable *networks;    /* the names in NetworkSections */
  xmlHashTable *disk_buses;  /* diskId -> word for the bus (oVirt) */
  bool told[QUIRK_COUNT];
  size_t findings;
};

/* ---- findings ----------------------------------------------------------- */
void reader_find (struct reader *, enum ovf_severity, const char *rule,
                  const xmlNode *, const char *fmt, ...) PRINTF (5, 6);
void reader_quirk (struct reader *, enum quirk, const xmlNode *);
/* A mistake that a conversion must not build on: an error, false.  For
 * `info` (read_settings.inspect) a warning, true. */
bool reader_fault (struct reader *, struct ovf_error **err, enum ovf_code,
                   const char *rule, const xmlNode *, const char *fmt, ...)
  PRINTF (6, 7);
/* Something the source insists on and that is not understood: a warning and
 * true for `info` and --lax, else an error (cli.md 3.1). */
bool reader_required (struct reader *, struct ovf_error **err, const char *rule,
                      const xmlNode *, const char *what);

/* ---- names -------------------------------------------------------------- */
/* Is the namespace one of OVF's, in whatever version and spelling? */
bool is_ovf_ns (const char *ns);
/* An OVF element of this name: of any version, or in no namespace. */
bool is_ovf (const xmlNode *, const char *name);
const xmlNode *std_child (const xmlNode *parent, const char *name) __attribute__ ((pure));
/* An attribute in an OVF namespace or in none; allocated, or NULL. */
char *std_attr (const xmlNode *, const char *name);
/* An attribute in the element's own namespace or in none. */
char *own_attr (const xmlNode *, const char *name);
/* ovf:required; true when it is not said. */
bool is_required (const xmlNode *);
/* The text in the default locale (ovf:msgid), allocated; "" when empty. */
char *reader_text (struct reader *, const xmlNode *);
/* Of a child; NULL when there is none or it is empty. */
char *reader_child_text (struct reader *, const xmlNode *, const char *name);
/* "vmw:BootOrderSection", "DiskSection": for keys and messages; allocated. */
char *element_title (const xmlNode *);

enum section {
  SECTION_UNKNOWN,
  SECTION_INFO,       /* Info, Name: read by who holds them */
  SECTION_REFERENCES,
  SECTION_DISKS,
  SECTION_SHARED_DISKS,
  SECTION_NETWORKS,
  SECTION_DEPLOYMENT,
  SECTION_STRINGS,
  SECTION_SYSTEM,     /* VirtualSystem */
  SECTION_COLLECTION, /* VirtualSystemCollection */
  SECTION_HARDWARE,
  SECTION_OS,
  SECTION_PRODUCT,
  SECTION_EULA,
  SECTION_ANNOTATION,
  SECTION_STARTUP,
  SECTION_BOOT_ORDER, /* vmw:BootOrderSection */
  SECTION_BOOT_DEVICES, /* BootDeviceSection of 2.x */
  SECTION_ENCRYPTION,
  SECTION_VBOX,       /* vbox:Machine */
  SECTION_KNOWN       /* known, and kept as it is */
};
enum section section_kind (const xmlNode *);

/* Words between blanks and commas into list; a comma is a quirk. */
void reader_words (struct reader *, const xmlNode *, const char *text, strings *list);
/* Is word among the blank- or comma-separated ones of list? */
bool list_has (const char *list, const char *word);

#define XML_XML_NS "http://www.w3.org/XML/1998/namespace"

/* ---- parts ---------------------------------------------------------------- */
bool read_strings (struct reader *, const xmlNode *, const char *locale,
                   struct ovf_error **err);
void free_text (void *text, const xmlChar *id); /* of the tables of texts */
bool read_references (struct reader *, const xmlNode *, struct ovf_error **err);
bool read_disks (struct reader *, const xmlNode *, struct ovf_error **err);
/* "${property}" capacities, once the properties are read. */
bool resolve_capacities (struct reader *, const xmlNode *section,
                         struct ovf_error **err);
bool read_networks (struct reader *, const xmlNode *, struct ovf_error **err);
bool read_deployment (struct reader *, const xmlNode *, struct ovf_error **err);
/* Settles reader.configuration. */
bool choose_configuration (struct reader *, struct ovf_error **err);

/* Where the sections of a machine, a collection or the Envelope go. */
struct owner {
  products *products;
  strings *eulas;
  char **annotation;
  extras *extras;
};
/* A section that systems and collections share, or one to keep. */
bool read_shared_section (struct reader *, const xmlNode *, const struct owner *,
                          struct ovf_error **err);
void read_os (struct reader *, const xmlNode *, struct os *);
struct extra *keep_element (extras *, const char *kind, const xmlNode *);
/* An element that is not understood: judged by ovf:required, and kept. */
bool keep_unknown (struct reader *, const char *kind, const xmlNode *, extras *,
                   struct ovf_error **err);

/* A child of a known section or Item that is not: an error when it is marked
 * as required. */
bool unknown_child (struct reader *, const char *rule, const xmlNode *,
                    struct ovf_error **err);

bool read_hardware (struct reader *, const xmlNode *, struct machine *,
                    struct ovf_error **err);

/* ---- hardware Items ---------------------------------------------------------- */
enum field {
  FIELD_ADDRESS,
  FIELD_ADDRESS_ON_PARENT,
  FIELD_ALLOCATION_UNITS,
  FIELD_AUTOMATIC_ALLOCATION,
  FIELD_BUS_NUMBER,
  FIELD_CONNECTION,
  FIELD_CORES_PER_SOCKET,
  FIELD_DESCRIPTION,
  FIELD_ELEMENT_NAME,
  FIELD_HOST_RESOURCE,
  FIELD_INSTANCE_ID,
  FIELD_LIMIT,
  FIELD_OTHER_RESOURCE_TYPE,
  FIELD_PARENT,
  FIELD_RESERVATION,
  FIELD_RESOURCE_SUB_TYPE,
  FIELD_RESOURCE_TYPE,
  FIELD_VIRTUAL_QUANTITY,
  FIELD_WEIGHT,
  FIELD_OVIRT_SOCKETS,
  FIELD_OVIRT_CORES,
  FIELD_OVIRT_TYPE,
  FIELD_COUNT
};
#define MAX_CONFIGURATIONS 256

DEFINE_VECTOR (nodes, const xmlNode *)
struct item { /* an effective Item: what one InstanceID is in a configuration */
  nodes nodes;          /* the Items it is made of, in document order */
  char *fields[FIELD_COUNT];
  char *configuration;  /* its tag (read_settings.all_configurations) */
  uint64_t in[MAX_CONFIGURATIONS / 64]; /* which configurations it is for */
  bool tagged;          /* has ovf:configuration */
  size_t next;          /* of the same InstanceID, or NO_INDEX */
};
DEFINE_VECTOR (items, struct item)
void items_free (items *);
/* The effective Items of the chosen configuration, or of all. */
bool read_items (struct reader *, const xmlNode *section, items *ret,
                 struct ovf_error **err);
static inline const xmlNode *
item_node (const struct item *i)
{
  return i->nodes.ptr[0];
}
/* The first word of ResourceSubType ("best first") that is known, or NULL. */
const struct hwmodel *item_model (const struct item *, enum hw_class);
/* Its name, or the file's own word, or NULL. */
char *item_model_word (const struct item *, const struct hwmodel *);

/* What kind of device an Item is. */
enum device {
  DEVICE_OTHER,
  DEVICE_CPU,
  DEVICE_MEMORY,
  DEVICE_CONTROLLER,
  DEVICE_NIC,
  DEVICE_DISK,
  DEVICE_CDROM,
  DEVICE_FLOPPY,
  DEVICE_SERIAL,
  DEVICE_PARALLEL,
  DEVICE_USB,
  DEVICE_VIDEO,
  DEVICE_SOUND,
  DEVICE_TPM,
  DEVICE_COUNT
};
enum device item_device (const struct item *);

struct drives_reader { /* controllers and drives of one machine */
  struct reader *r;
  struct machine *m;
  xmlHashTable *ids;    /* InstanceID -> index of the controller + 1 */
};
bool read_controllers (struct drives_reader *, const items *, struct ovf_error **err);
bool read_drive (struct drives_reader *, const struct item *, enum drive_kind,
                 enum tristate connected, struct ovf_error **err);

/* ---- vendors ------------------------------------------------------------------- */
/* A child of VirtualHardwareSection: vmw:Config, vmw:ExtraConfig. */
bool read_vmw_config (struct reader *, const xmlNode *, struct machine *);
/* vmw:Config, Reservation, Limit and Weight of an Item. */
void keep_item_configs (const struct item *, const char *id, struct machine *);
void read_boot_order (struct reader *, const xmlNode *, struct machine *);
void read_boot_devices (struct reader *, const xmlNode *, struct machine *);
void read_vbox_machine (struct reader *, const xmlNode *, struct machine *);

#endif
