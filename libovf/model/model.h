/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The nouns of the program.  Start reading here.
 *
 * Every reader fills this, every check looks at it, every writer writes from
 * it.  Nouns refer to each other by index, so copies are safe and
 * model_check () can prove a model sound; it runs after every read and
 * before every write.  What the source does not say is NULL, 0, -1 or
 * UNKNOWN, and `info --json` prints null. */
#ifndef OVF_MODEL_H
#define OVF_MODEL_H

#include "base/ctx.h"
#include "base/report.h"
#include "base/vector.h"

#define NO_INDEX SIZE_MAX
#define NO_SIZE UINT64_MAX

enum firmware { FIRMWARE_UNKNOWN, FIRMWARE_BIOS, FIRMWARE_UEFI };
enum bus {
  BUS_UNKNOWN,
  BUS_IDE,
  BUS_SATA,
  BUS_SCSI,
  BUS_NVME,
  BUS_VIRTIO_BLK,
  BUS_VIRTIO_SCSI,
  BUS_USB,
  BUS_FLOPPY,
  BUS_XEN
};
enum drive_kind { DRIVE_DISK, DRIVE_CDROM, DRIVE_FLOPPY };
enum attachment { /* how a NIC reaches the world; OVF does not say */
  ATTACH_UNKNOWN,
  ATTACH_BRIDGE,
  ATTACH_NETWORK,
  ATTACH_NAT,
  ATTACH_USER,
  ATTACH_HOSTONLY,
  ATTACH_INTERNAL,
  ATTACH_NONE
};
enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_OTHER };
enum tristate { UNSET = -1, NO = 0, YES = 1 };

/* ---- files and disks ------------------------------------------------- */
struct file_ref { /* a file the description points at */
  char *id, *href;      /* href as the source gives it */
  uint64_t size;        /* bytes in the package, NO_SIZE = not said */
  enum compression compression;
  uint64_t chunk_size;  /* bytes, 0 = one piece */
  unsigned line;        /* in the source, for findings; 0 = unknown */
};
struct disk { /* a virtual disk, plugged in or not */
  char *id;
  uint64_t capacity;    /* bytes the guest sees, NO_SIZE = not said */
  uint64_t populated;   /* bytes in use, NO_SIZE = not said */
  const char *format;   /* a word of disk_format_word (), or NULL */
  char *format_uri;     /* as the source gives it, or NULL */
  size_t file;          /* index into files, NO_INDEX: empty disk */
  size_t parent;        /* index into disks, NO_INDEX: none */
  char *capacity_property; /* "${name}" capacity, or NULL */
  bool shared, read_only;
  unsigned line;
};
struct network {
  char *name, *description;
  unsigned line;
};
struct configuration { /* a deployment option */
  char *id, *label, *description;
  bool is_default;
};

/* ---- hardware -------------------------------------------------------- */
/* `configuration`: blank-separated ids of the deployment options the device
 * belongs to, NULL = all.  Only a model read with every configuration
 * (read_settings.all_configurations) carries it. */
struct controller {
  char *id;             /* InstanceID, or NULL */
  enum bus bus;
  char *model;          /* lower-case common name, or the file's own word */
  char *subtype;        /* ResourceSubType as an OVF spells it, or NULL */
  unsigned index;       /* within its bus, from 0 */
  char *configuration;
  unsigned line;
};
struct drive { /* where a disk or a medium is plugged in */
  char *id;             /* InstanceID, or NULL */
  enum drive_kind kind;
  enum bus bus;
  unsigned controller;  /* index of the controller within its bus */
  unsigned unit;
  size_t disk;          /* index into disks, NO_INDEX: none */
  size_t file;          /* index into files (ISO), NO_INDEX: none */
  enum tristate connected; /* at power-on */
  unsigned boot_order;  /* 1 = first, 0 = not said */
  bool read_only;
  char *device;         /* the host device a configuration names, or NULL */
  char *name;           /* the guest's, where bus and unit do not tell it:
                           "xvda1"; or NULL */
  char *configuration;
  unsigned line;
};
struct nic {
  char *id;             /* InstanceID, or NULL */
  char *network;        /* OVF network, or the bridge's or network's name */
  char *model, *subtype; /* as in controller */
  char *mac;            /* lower case, colons; NULL = not said */
  enum tristate connected;
  enum attachment attachment;
  unsigned boot_order;
  char *configuration;
  unsigned line;
};
struct cpu_memory { /* what one configuration changes */
  char *configuration;  /* NULL = the values without a configuration */
  unsigned cpus;        /* 0 = not said here */
  unsigned cores_per_socket;
  uint64_t memory;      /* bytes, 0 = not said here */
};
struct extra { /* kept for its own format: other writers report it as lost */
  char *owner;          /* converter that wrote it: "ovf", "vmx" */
  char *key;            /* what it is: "vmw:Config firmware", "section X" */
  char *value;          /* text, or serialised XML of an unknown element */
  bool required;        /* the source insists that it be understood */
  char *configuration;
  unsigned line;
};

/* ---- software -------------------------------------------------------- */
struct property_value { char *configuration, *value; };
DEFINE_VECTOR (property_values, struct property_value)
struct property {
  char *key, *type, *value, *label, *description, *category, *qualifiers;
  bool user_configurable, password, required;
  property_values values; /* per deployment option */
  unsigned line;
};
DEFINE_VECTOR (properties, struct property)
struct product {
  char *class_name, *instance;
  char *info;
  char *product, *vendor, *version, *full_version, *product_url, *vendor_url;
  properties properties;
  unsigned line;
};
struct eula { char *text; };

DEFINE_VECTOR (file_refs, struct file_ref)
DEFINE_VECTOR (disks, struct disk)
DEFINE_VECTOR (networks, struct network)
DEFINE_VECTOR (configurations, struct configuration)
DEFINE_VECTOR (controllers, struct controller)
DEFINE_VECTOR (drives, struct drive)
DEFINE_VECTOR (nics, struct nic)
DEFINE_VECTOR (cpu_memories, struct cpu_memory)
DEFINE_VECTOR (extras, struct extra)
DEFINE_VECTOR (products, struct product)

/* ---- a machine ------------------------------------------------------- */
struct os {
  int cim_id;           /* CIM_OperatingSystem.OSType, -1 = not said */
  char *vmware;         /* "otherLinux64Guest" */
  char *virtualbox;     /* "Linux_64" */
  char *osinfo;         /* libosinfo short id, "debian12" */
  char *version;        /* ovf:version */
  char *description;
};
struct machine {
  char *id, *name, *description, *annotation;
  char *uuid;           /* lower case, dashes */
  struct os os;
  strings hardware;     /* families: "vmx-10" */
  unsigned cpus, cores_per_socket;     /* 0 = not said */
  uint64_t memory;      /* bytes, 0 = not said */
  enum firmware firmware;
  enum tristate secure_boot, tpm;
  char *kernel, *ramdisk, *cmdline, *bootloader; /* direct or PV boot */
  size_t kernel_file, ramdisk_file;    /* index into files, or NO_INDEX */
  enum tristate paravirtual;           /* a Xen PV guest */
  unsigned serials, parallels;         /* ports */
  char *graphics;       /* "vnc", "spice", ... first of them */
  char *video, *sound;  /* models */
  enum tristate usb;
  char *clock;          /* "utc", "localtime" */
  char *machine_type;   /* chipset words: "pc", "q35" */
  controllers controllers;
  drives drives;
  nics nics;
  cpu_memories variants;
  products products;
  strings eulas;
  strings transport;    /* "iso", "com.vmware.guestInfo" */
  bool environment;     /* a drive holds the image that tells the guest its
                           properties: writers lose none of them */
  extras extras;
  unsigned start_order; /* StartupSection, 0 = none */
  size_t collection;    /* index into collections, NO_INDEX: top level */
  unsigned line;
};
DEFINE_VECTOR (machines, struct machine)
struct collection { /* a VirtualSystemCollection */
  char *id, *name, *info;
  size_t parent;        /* index into collections, or NO_INDEX */
  products products;
  strings eulas;
  char *annotation;
  extras extras;
};
DEFINE_VECTOR (collections, struct collection)

struct appliance {
  char *kind;           /* "ova", "ovf", "libvirt", ...: the source's */
  char *descriptor;     /* its file name */
  char *ovf_version;    /* "1.1", NULL when it is no OVF */
  char *name;
  bool virtual_app;     /* its content is a collection */
  file_refs files;
  disks disks;
  networks networks;
  configurations configurations;
  collections collections;
  machines machines;
  extras extras;
};

struct appliance *appliance_new (const char *kind);
void appliance_free (struct appliance *);
DEFINE_CLEANUP (appliance, appliance_free)
/* A machine with every "not said" in place. */
struct machine *appliance_add_machine (struct appliance *);
struct disk *appliance_add_disk (struct appliance *);
struct file_ref *appliance_add_file (struct appliance *, const char *id,
                                     const char *href);
struct drive *machine_add_drive (struct machine *, enum drive_kind);
struct nic *machine_add_nic (struct machine *);
/* The controller of a (bus, index) pair, made (without a model) if absent. */
struct controller *machine_controller (struct machine *, enum bus, unsigned index);
/* The same, or NULL. */
const struct controller *machine_find_controller (const struct machine *, enum bus,
                                                  unsigned index);
/* Its description and annotation as one text, for formats with one place;
 * allocated, NULL = none. */
char *machine_text (const struct machine *);
struct extra *extras_keep (extras *, const char *owner, const char *key,
                           const char *value);
void extras_drop (extras *, const char *key); /* of any owner */

size_t appliance_find_file (const struct appliance *, const char *id);
size_t appliance_find_disk (const struct appliance *, const char *id);

/* Drops everything but machine `id` (its id or name); OVF_E_USAGE names those
 * there are. */
bool appliance_select_machine (struct appliance *, const char *id,
                               struct ovf_error **err);

/* Indexes in range, parents without circles, every (bus, controller) of a
 * drive among the controllers, counts and capacities within the limits, text
 * valid UTF-8. */
bool model_check (const struct ovf_ctx *, const struct appliance *,
                  struct ovf_error **err);
/* No two files, disks or machines of one id: for all who do more with the
 * model than show it (a search by id finds the first). */
bool model_check_ids (const struct appliance *, struct ovf_error **err);

/* The words of the JSON and of messages. */
const char *bus_word (enum bus);
enum bus bus_by_word (const char *); /* BUS_UNKNOWN */
const char *drive_kind_word (enum drive_kind);
const char *firmware_word (enum firmware); /* NULL = unknown */
const char *attachment_word (enum attachment); /* NULL = unknown */
enum attachment attachment_by_word (const char *);

/* The JSON document of cli.md section 4 without "package" (null there): a
 * json_t object of jansson. */
struct json_t;
struct json_t *model_to_json (const struct appliance *);

#endif
